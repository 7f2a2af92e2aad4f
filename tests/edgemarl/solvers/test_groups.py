import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids, Status, maximize, maximize_groups
from edgemarl.solvers.kernel import solve_groups


@pytest.fixture
def slot(rng, random_family):
    family = random_family(rng, 40)
    return family, rng.integers(-1, 5, 40), np.array([1.0, 0.0, 5.0, 1e12, 2.0])


@pytest.mark.parametrize("with_floor", [False, True])
def test_groups_agree_with_one_call_per_budget(slot, rng, with_floor):
    family, group, budgets = slot
    floor = rng.uniform(-0.2, 0.8, 40) if with_floor else None
    result = maximize_groups(family, group, budgets, floor=floor)
    for h, budget in enumerate(budgets):
        own = np.flatnonzero(group == h)
        alone = maximize(family.take(own), budget, floor=None if floor is None else floor[own])
        np.testing.assert_array_equal(result.allocation[own], alone.allocation)
        assert result.objective[h] == alone.objective
        assert result.upper_bound[h] == alone.upper_bound
        assert result.gap[h] == alone.gap
        assert result.dual_multiplier[h] == alone.dual_multiplier
        assert result.shadow_price[h] == alone.shadow_price
        assert result.num_nodes[h] == alone.num_nodes
        assert result.status[h] == alone.status == Status.OPTIMAL


def test_unassigned_users_get_nothing(slot):
    family, group, budgets = slot
    result = maximize_groups(family, group, budgets)
    assert (result.allocation[group == -1] == 0.0).all()
    assert (result.allocation[group == 1] == 0.0).all()


def test_budgets_are_kept(slot):
    family, group, budgets = slot
    result = maximize_groups(family, group, budgets)
    for h, budget in enumerate(budgets):
        assert result.allocation[group == h].sum() <= budget * (1 + 1e-15)


def test_groups_without_members_and_no_users_at_all():
    family = LatencySigmoids(np.ones(1), np.ones(1), np.ones(1))
    result = maximize_groups(family, np.array([2]), np.ones(3))
    assert result.objective.tolist()[:2] == [0.0, 0.0]
    assert result.allocation.tolist() == [pytest.approx(1.0)]
    empty = LatencySigmoids(np.empty(0), np.empty(0), np.empty(0))
    result = maximize_groups(empty, np.empty(0, int), np.ones(2))
    assert result.upper_bound.tolist() == [0.0, 0.0]
    assert result.status.tolist() == [Status.OPTIMAL, Status.OPTIMAL]
    assert maximize_groups(family, np.array([-1]), np.empty(0)).objective.shape == (0,)


def test_other_integer_types_and_strides_are_taken(slot):
    family, group, budgets = slot
    expected = maximize_groups(family, group, budgets).allocation
    narrow = np.stack([group, group]).astype(np.int8).T[:, 0]
    narrow.flags.writeable = False
    np.testing.assert_array_equal(maximize_groups(family, narrow, budgets).allocation, expected)
    found = maximize_groups(family, group, budgets.astype(np.float32)).allocation
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_odd_number_types_do_not_compile_anew(slot):
    maximize_groups(*slot)
    before = len(solve_groups.signatures)
    maximize_groups(*slot, tolerance=np.float32(1e-6), max_nodes=np.int16(100))
    assert len(solve_groups.signatures) == before == 1
    with pytest.raises(TypeError, match="float"):
        maximize_groups(*slot, max_nodes=10.5)


FAMILY = LatencySigmoids(np.ones(2), np.ones(2), np.ones(2))
GOOD = {"family": FAMILY, "group": np.zeros(2, int), "budgets": np.ones(1)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"group": np.array([0, 1])}, "group must be between -1 and 0, got 1 at index 1"),
        ({"group": np.array([-2, 0])}, "group must be between -1 and 0, got -2 at index 0"),
        ({"group": np.zeros(3, int)}, r"group must hold 2 integers, got shape \(3,\) of int64"),
        ({"group": np.zeros(2)}, r"group must hold 2 integers, got shape \(2,\) of float64"),
        ({"budgets": np.array([-1.0])}, "budgets must be non-negative and finite, got -1.0 at"),
        ({"budgets": np.array([np.inf])}, "budgets must be non-negative and finite, got inf at"),
        ({"budgets": np.array([np.nan])}, "budgets must be non-negative and finite, got nan at"),
        ({"budgets": np.array(1.0)}, r"budgets must be one-dimensional, got shape \(\)"),
        ({"floor": np.array([0.0, np.nan])}, "floor must be finite, got nan at index 1"),
        ({"floor": np.zeros(3)}, r"floor must have shape \(2,\), got \(3,\)"),
        ({"tolerance": 0.0}, "tolerance must be between 0 and 1, got 0.0"),
        ({"tolerance": np.nan}, "tolerance must be between 0 and 1, got nan"),
        ({"max_nodes": 0}, "max_nodes must be at least 1 .* got 0"),
        (
            {"family": LatencySigmoids(*np.ones((3, 2, 1)))},
            r"family must be one-dimensional, got parameters of shape \(2, 1\)",
        ),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        maximize_groups(**(GOOD | change))
