from itertools import combinations

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids, aside, conjugate
from edgemarl.solvers import workspace as ws
from edgemarl.solvers.cardinality import swap


@pytest.mark.parametrize("must", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_the_best_user_aside_agrees_with_all_subsets(seed, must):
    rng = np.random.default_rng(seed)
    on, worth = rng.normal(size=6), rng.normal(size=6)
    choices = np.zeros((4, 6))
    choices[aside.ON], choices[aside.ASIDE] = on, worth
    choices[aside.ON_P], choices[aside.ASIDE_P] = 10.0 + np.arange(6), np.arange(6)
    index = np.zeros((ws.NUM_INT_ROWS, 6), np.int64)
    index[ws.CHORDS] = np.argsort(-on)
    rows = np.empty((2, 6), np.int64)
    aside.find_aside(index, choices, rows, 6)
    for k in range(7):
        found = np.sort(on)[::-1][:k].sum() + swap(index, choices, rows, k, 6, must)[0]
        options = [-np.inf]
        for chosen in combinations(range(6), k):
            rest = [worth[i] for i in range(6) if i not in chosen]
            options.append(on[list(chosen)].sum() + max([-np.inf if must else 0.0, *rest]))
        assert found == pytest.approx(max(options))


def test_worths_at_a_price(rng):
    family = LatencySigmoids(np.ones(8), rng.uniform(1.0, 7.0, 8), rng.uniform(0.5, 2.0, 8))
    budget, price, floor = 20.0, 0.05, np.full(8, 0.1)
    users, index = ws.workspace(8)
    parameters = family.peak, family.offset, family.scale
    count, _, _ = ws.load(users, index, *parameters, floor, np.arange(8), budget)
    assert count == 8
    choices = np.empty((4, 8))
    aside.choose(users, choices, 8, np.log(price), budget, 0.25, 0.75)
    source = index[ws.SOURCE]
    worth, p = conjugate(family, price, upper=budget)
    np.testing.assert_allclose(choices[aside.ON], worth[source] - 0.1, rtol=1e-9)
    np.testing.assert_allclose(choices[aside.ON_P], p[source], rtol=1e-6)
    ends = np.array([0.25, 0.75])[:, None] * family.inflection
    before = np.maximum(family.value(ends) - 0.1, 0.0) - price * ends
    np.testing.assert_allclose(choices[aside.ASIDE], before.max(axis=0)[source], rtol=1e-9)
