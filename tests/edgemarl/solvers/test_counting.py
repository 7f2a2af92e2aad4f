from itertools import combinations

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids
from edgemarl.solvers.counting import Counting, largest_sums
from edgemarl.solvers.envelope import Floored


def brute_sums(on, aside, nothing):
    n, best = len(on), []
    for k in range(n + 1):
        options = []
        for chosen in combinations(range(n), k):
            rest = [aside[i] for i in range(n) if i not in chosen]
            options.append(sum(on[i] for i in chosen) + max([nothing, *rest]))
        best.append(max(options))
    return best


@pytest.mark.parametrize("must", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_sums_agree_with_all_subsets(seed, must):
    rng = np.random.default_rng(seed)
    on, aside = np.sort(rng.normal(size=6))[::-1], rng.normal(size=6)
    expected = brute_sums(on, aside, -np.inf if must else 0.0)
    np.testing.assert_allclose(largest_sums(on, aside, must=must), expected)


def test_functions_that_cannot_be_on():
    on, aside = np.array([1.0, -np.inf]), np.array([0.0, 0.5])
    assert largest_sums(on, aside, must=False).tolist() == [0.5, 1.5, -np.inf]


@pytest.mark.parametrize("budget", [0.5, 0.68, 0.8])
def test_bound_closes_where_half_a_user_is_left_over(budget, grid_optimum):
    family = LatencySigmoids(np.ones(3), np.full(3, 4.0), np.ones(3))
    counting = Counting(Floored.of(family, np.zeros(3), budget), np.zeros(3), 0.0)
    bound = counting.run(2.5, 1e-6)
    best = counting.best_value
    assert best * (1 - 1e-12) <= bound <= best * (1 + 1e-6)
    assert grid_optimum(family, budget) <= bound * (1 + 1e-12)
    assert counting.best.sum() == pytest.approx(budget)


def test_cutting_pieces_closes_what_prices_alone_do_not():
    family = LatencySigmoids(np.ones(6), np.full(6, 5.83), np.ones(6))
    counting = Counting(Floored.of(family, np.zeros(6), 0.34), np.zeros(6), 0.0)
    bound = counting.run(3.0, 1e-6)
    assert len(counting.pieces) > 1
    assert bound <= counting.best_value * (1 + 1e-6)
