from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import norm

from edgemarl.solvers import Status, maximize


@dataclass(frozen=True)
class HillResponse:
    """weight p^order / (1 + p^order): responses to a dose, nothing to do with latency."""

    weight: np.ndarray
    order: np.ndarray

    def __len__(self):
        return len(self.weight)

    @property
    def inflection(self):
        return ((self.order - 1) / (self.order + 1)) ** (1 / self.order)

    def value(self, p):
        return self.weight * p**self.order / (1 + p**self.order)

    def derivative(self, p):
        return self.weight * self.order * p ** (self.order - 1) / (1 + p**self.order) ** 2


@dataclass(frozen=True)
class ShiftedNormal:
    """Normal distribution functions of p, shifted to be 0 at 0."""

    mean: np.ndarray

    def __len__(self):
        return len(self.mean)

    @property
    def inflection(self):
        return self.mean

    def value(self, p):
        return norm.cdf(p - self.mean) - norm.cdf(-self.mean)

    def derivative(self, p):
        return norm.pdf(p - self.mean)


HILL = HillResponse(np.array([1.0, 1.5, 0.8]), np.array([2.0, 3.0, 4.0]))
NORMAL = ShiftedNormal(np.array([1.0, 2.0, 2.5]))


@pytest.mark.parametrize("family", [HILL, NORMAL])
@pytest.mark.parametrize("budget", [0.3, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("floor", [None, np.array([0.1, 0.0, 0.3])])
def test_other_families_agree_with_a_grid(family, budget, floor, grid_optimum):
    result = maximize(family, budget, floor=floor)
    optimum = grid_optimum(family, budget, floor)
    assert result.status == Status.OPTIMAL
    assert result.upper_bound >= optimum
    assert result.objective >= optimum - 1e-6 * abs(optimum)
    assert result.allocation.sum() <= budget * (1 + 1e-9)


def test_concave_functions_need_no_branching():
    # sqrt-like: order 1 has its inflection at 0, so the relaxation is the problem itself.
    family = HillResponse(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    result = maximize(family, 1.0)
    # 1 / (1 + p)^2 = 2 / (1 + q)^2 and p + q = 1 make 1 + q = sqrt(2) (1 + p).
    assert result.allocation[0] == pytest.approx(3 / (1 + np.sqrt(2)) - 1, abs=1e-6)
    assert result.num_nodes == 1


def test_users_exactly_alike_close_by_counting():
    family = HillResponse(np.ones(9), np.full(9, 4.0))
    result = maximize(family, 4.6)
    assert result.status == Status.OPTIMAL
    assert (result.allocation > 0).sum() == 4


def test_limits_are_honest():
    family = HillResponse(np.linspace(1.0, 1.001, 12), np.full(12, 4.0))
    few = maximize(family, 6.3, max_nodes=3)
    assert few.status == Status.NODE_LIMIT
    assert few.num_nodes == 3
    short = maximize(family, 6.3, time_limit=1e-9)
    assert short.status == Status.TIME_LIMIT
    best = maximize(family, 6.3)
    for stopped in (few, short):
        assert stopped.objective <= best.objective * (1 + 1e-9)
        assert stopped.upper_bound >= best.objective
        assert stopped.gap > 1e-6


@dataclass(frozen=True)
class Broken(HillResponse):
    """A family whose value is not a number."""

    def value(self, p):
        return np.full(len(self), np.nan)


@dataclass(frozen=True)
class Shapeless(HillResponse):
    """A family whose inflection has the wrong shape."""

    @property
    def inflection(self):
        return np.zeros(7)


def test_families_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="value must be 3 non-negative finite numbers"):
        maximize(Broken(HILL.weight, HILL.order), 1.0)
    with pytest.raises(ValueError, match="inflection must be 3 non-negative numbers"):
        maximize(Shapeless(HILL.weight, HILL.order), 1.0)
