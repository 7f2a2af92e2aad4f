import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids, Status, maximize
from edgemarl.solvers.branch_and_bound import CARDINALITY_AFTER


def nearly_alike(size, spread, seed=0):
    rng = np.random.default_rng(seed)
    peak, offset, scale = 1 + spread * rng.normal(size=(3, size))
    return LatencySigmoids(peak, 4 * offset, scale)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("spread", [1e-6, 1e-4, 1e-3, 1e-2])
def test_room_for_five_and_a_half_of_twenty_closes_in_under_100_nodes(spread, seed):
    result = maximize(nearly_alike(20, spread, seed), 5.5 * 0.27)
    assert result.status == Status.OPTIMAL
    assert result.num_nodes < 100


def test_branching_alone_would_not_close():
    result = maximize(nearly_alike(20, 1e-4), 5.5 * 0.27, max_nodes=CARDINALITY_AFTER)
    assert result.status == Status.NODE_LIMIT
    assert result.gap > 1e-3


@pytest.mark.parametrize("seed", [5, 16])
def test_cases_with_a_user_before_its_inflection_are_cut_until_they_close(seed):
    # One price per case is not enough here; without the cuts these took up to 10,561 nodes.
    rng = np.random.default_rng(seed)
    offset, scale, peak = rng.uniform(1, 7), rng.uniform(0.3, 3), rng.uniform(0.5, 1.5)
    noise = 1 + 1e-6 * rng.normal(size=(3, 12))
    family = LatencySigmoids(peak * noise[0], offset * noise[1], scale * noise[2])
    budget = np.sum(family.scale / (family.offset + 0.5))
    for share in np.linspace(0.1, 0.7, 13):
        result = maximize(family, share * budget)
        assert result.status == Status.OPTIMAL
        assert result.num_nodes < 200


@pytest.mark.parametrize("seed", range(10))
def test_the_bound_holds_for_three_users_nearly_alike(seed, grid_optimum):
    family = nearly_alike(3, 1e-4, seed)
    for budget in (0.3, 0.5, 0.7, 0.9):
        result = maximize(family, budget)
        assert result.status == Status.OPTIMAL
        assert grid_optimum(family, budget) <= result.upper_bound


def test_mixtures_of_kinds_close():
    rng = np.random.default_rng(1)
    kinds = np.repeat(rng.uniform([0.5, 1, 0.3], [1.5, 7, 3], (3, 3)), 8, axis=0)
    peak, offset, scale = (kinds * (1 + 1e-4 * rng.normal(size=kinds.shape))).T
    family = LatencySigmoids(peak, offset, scale)
    for share in (0.15, 0.3, 0.45):
        assert maximize(family, share * np.sum(scale / offset)).status == Status.OPTIMAL
