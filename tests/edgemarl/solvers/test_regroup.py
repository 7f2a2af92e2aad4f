"""The local search over groupings: a true local optimum, close to the best of all groupings."""

import itertools

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids, maximize_groups
from edgemarl.solvers.regroup import regroup

NAMES = ("peak", "offset", "scale")


def draw(rng, random_family, users, budgets):
    """A family (U, H), budgets that are scarce, fallbacks."""
    flat = random_family(rng, users * budgets)
    family = LatencySigmoids(*(getattr(flat, name).reshape(users, budgets) for name in NAMES))
    return family, rng.uniform(0.1, 0.4, budgets) * users, rng.uniform(0.0, 0.4, users)


def earned(family, budgets, fallback, group, aware):
    own = LatencySigmoids(*(getattr(family, n)[np.arange(len(group)), group] for n in NAMES))
    floor = fallback if aware else None
    found = maximize_groups(own, np.asarray(group), budgets, floor=floor)
    return np.maximum(own.value(found.allocation), fallback).sum()


def search(instance, start, aware=True, **options):
    family, budgets, fallback = instance
    return regroup(
        family,
        budgets,
        start,
        prices=np.full(len(budgets), 0.2),
        order=np.arange(family.peak.size),
        fallback=fallback,
        floor=fallback if aware else None,
        **options,
    )


def neighbours(group, num_budgets):
    """All groupings one move or one chain away."""
    for u, b in itertools.product(range(len(group)), range(num_budgets)):
        other = group.copy()
        other[u] = b
        yield other
        for v in range(len(group)):
            if group[v] != group[u]:
                chained = other.copy()
                chained[v] = group[u]
                yield chained


@pytest.mark.parametrize("aware", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_no_move_and_no_chain_helps(seed, aware, random_family):
    rng = np.random.default_rng(seed)
    instance = draw(rng, random_family, 7, 3)
    start = rng.integers(3, size=7)
    found = search(instance, start, aware)
    value = earned(*instance, found.group, aware)
    assert found.worth.sum() == pytest.approx(value, rel=1e-6)
    assert value >= earned(*instance, start, aware) - 1e-6
    best = max(earned(*instance, other, aware) for other in neighbours(found.group, 3))
    assert best <= value + 2e-6 * value


def test_close_to_the_best_of_all_groupings(random_family):
    shares = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        instance = draw(rng, random_family, 5, 3)
        every = itertools.product(range(3), repeat=5)
        best = max(earned(*instance, np.array(group), True) for group in every)
        found = search(instance, rng.integers(3, size=5))
        shares.append(found.worth.sum() / best)
    assert max(shares) <= 1 + 1e-6
    assert min(shares) > 0.95
    assert np.mean(shares) > 0.99


def test_counts_and_limits(rng, random_family):
    instance = draw(rng, random_family, 30, 4)
    start = np.zeros(30, int)
    whole = search(instance, start)
    assert whole.num_moves > 5
    assert whole.num_solves < 30 * 4 * whole.num_moves  # most changes are not looked at
    short = search(instance, start, max_solves=whole.num_solves // 3)
    assert short.num_solves <= whole.num_solves // 3 + 6  # a step under way is finished
    assert short.worth.sum() <= whole.worth.sum()
    np.testing.assert_array_equal(start, 0)  # the caller's array is its own
    again = search(instance, start)
    np.testing.assert_array_equal(again.group, whole.group)


def test_by_hand():
    """Two alike functions and two alike budgets, either enough for one: one each."""
    family = LatencySigmoids(np.ones((2, 2)), np.ones((2, 2)), np.ones((2, 2)))
    instance = family, np.full(2, 0.7), np.zeros(2)
    found = search(instance, np.zeros(2, int))
    assert sorted(found.group.tolist()) == [0, 1]
    np.testing.assert_allclose(found.worth, 1 / (1 + np.exp(1 / 0.7 - 1)), rtol=1e-6)
    assert (found.num_moves, found.num_chains) == (1, 0)


def test_a_swap_where_no_move_helps():
    """Each function is better at the other's budget, and each budget has room for one."""
    offset = np.array([[5.0, 6.0], [6.0, 5.0]])
    family = LatencySigmoids(np.ones((2, 2)), offset, np.full((2, 2), 4.0))
    found = search((family, np.ones(2), np.zeros(2)), np.array([0, 1]))
    assert found.group.tolist() == [1, 0]
    assert (found.num_moves, found.num_chains) == (0, 1)
    np.testing.assert_allclose(found.worth, 1 / (1 + np.exp(4 - 6)), rtol=1e-6)


@pytest.mark.parametrize(("users", "budgets"), [(0, 3), (4, 1)])
def test_nothing_to_choose(users, budgets, rng, random_family):
    instance = draw(rng, random_family, users, budgets)
    found = search(instance, np.zeros(users, int))
    np.testing.assert_array_equal(found.group, np.zeros(users, int))
    assert found.num_moves == found.num_chains == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"group": np.array([0, 3])}, "group must be between 0 and 2, got 0 to 3"),
        ({"group": np.zeros(3, int)}, r"group must have shape \(2,\), got \(3,\)"),
        ({"order": np.array([6])}, "order must be between 0 and 5, got 6 to 6"),
        ({"prices": np.array([0.1, -1.0, 0.1])}, "prices must .* index 1"),
        ({"budgets": np.ones(2)}, r"budgets must have shape \(3,\), got \(2,\)"),
        ({"fallback": np.zeros(1)}, r"fallback must have shape \(2,\), got \(1,\)"),
        ({"fallback": np.array([0.0, np.nan])}, "fallback must be .*, got nan at index 1"),
        ({"floor": np.zeros(3)}, r"floor must have shape \(2,\), got \(3,\)"),
        ({"floor": np.array([-1.0, 0.0])}, "floor must be non-negative .*, got -1.0 at index 0"),
        ({"floor": np.array([0.0, 0.5])}, "floor must be at most fallback, got 0.5 above 0.0 at"),
        ({"family": LatencySigmoids(*np.ones((3, 2)))}, r"family must have shape \(U, H\)"),
    ],
)
def test_errors_name_what_is_wrong(changes, message):
    arguments = {
        "family": LatencySigmoids(*np.ones((3, 2, 3))),
        "budgets": np.ones(3),
        "group": np.zeros(2, int),
        "prices": np.full(3, 0.1),
        "order": np.arange(6),
        "fallback": np.zeros(2),
    }
    with pytest.raises(ValueError, match=message):
        regroup(**(arguments | changes))
