"""Problems whose optimum and multiplier can be worked out by hand, for every backend.

With an offset of 2 the tangent from the origin touches at scale / p = 2, where a function reaches
half of its peak; its slope is peak / scale. With an offset of 2 + e it touches at 1 + e, at the
value peak * e / (1 + e) with the slope peak * e / scale. Where a whole number of users fits at
their tangent points, the relaxation is exact and its multiplier is that slope.
"""

import math
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids, Status, conjugate, maximize
from edgemarl.solvers.single_budget import Backend

BACKENDS = [backend for backend in get_args(Backend) if backend != "auto"]
CLOSE = {"compiled": 1e-6, "reference": 1e-6}  # of allocations and prices; others are cut by planes
E = math.e


def logistic(x):
    return 1 / (1 + math.exp(-x))


@dataclass(frozen=True)
class Problem:
    users: list[tuple[float, float, float]]  # peak, offset, scale
    budget: float
    optimum: float
    allocation: list[float] | None  # largest first
    multiplier: tuple[float, float] | None  # least and largest of the relaxation; None for any
    shadow_price: float
    floor: list[float] | None = None

    @property
    def family(self):
        return LatencySigmoids(*np.array(self.users).reshape(-1, 3).T)


def only(price):
    return price, price


S38 = logistic(2 - 8 / 3)  # two users at 3/8: scale / p = 8/3
PROBLEMS = {
    "nobody": Problem([], 1.0, 0.0, [], None, 0.0),
    "no budget": Problem([(1, 2, 1), (3, 4, 5)], 0.0, 0.0, [0.0, 0.0], None, 0.0),
    "no budget but floors": Problem([(1, 2, 1)] * 2, 0.0, 0.7, [0.0, 0.0], None, 0.0, [0.3, 0.4]),
    # One user gets everything; every price up to the slope of its envelope there is optimal.
    "one past its tangent": Problem(
        [(1, 2, 1)], 1.0, logistic(1), [1.0], (0.0, logistic(1) * logistic(-1)),
        logistic(1) * logistic(-1),
    ),
    "one at its tangent": Problem([(1, 2, 1)], 0.5, 0.5, [0.5], (0.0, 1.0), 1.0),
    "one before its tangent": Problem(
        [(1, 2, 1)], 0.25, logistic(-2), [0.25], (0.0, 4 * logistic(-2)),
        16 * logistic(-2) * logistic(2),
    ),
    "two alike past their tangents": Problem(
        [(1, 1, 1)] * 2, 2.0, 1.0, [1.0, 1.0], only(0.25), 0.25
    ),
    "two alike at their tangents": Problem([(1, 2, 1)] * 2, 1.0, 1.0, [0.5] * 2, only(1.0), 1.0),
    # The relaxation serves one and a half at price 1, the best allocation both with 3/8.
    "two alike between": Problem(
        [(1, 2, 1)] * 2, 0.75, 2 * S38, [0.375] * 2, only(1.0), S38 * (1 - S38) * (8 / 3) ** 2
    ),
    "three of five fit": Problem(
        [(1, 2, 1)] * 5, 1.5, 1.5, [0.5, 0.5, 0.5, 0.0, 0.0], only(1.0), 1.0
    ),
    "seven of twenty fit": Problem(
        [(1, 2, 1)] * 20, 3.5, 3.5, [0.5] * 7 + [0.0] * 13, only(1.0), 1.0
    ),
    "three of five fit in cycles per second": Problem(
        [(1, 2, 2e10)] * 5, 3e10, 1.5, [1e10] * 3 + [0.0] * 2, only(5e-11), 5e-11
    ),
    "two of three fit, steeper": Problem(
        [(1, 2 + E, 1)] * 3, 2 / (1 + E), 2 * E / (1 + E), [1 / (1 + E)] * 2 + [0.0], only(E), E
    ),
    "two sizes, one slope": Problem(
        [(1, 2, 1), (2, 2, 2)], 1.5, 1.5, [1.0, 0.5], only(1.0), 1.0
    ),
    # Below the steeper one's price of 2 it wants no more than the whole budget, which it has at 2.
    "the steeper one is served": Problem(
        [(1, 2, 1), (2, 2, 1)], 0.5, 1.0, [0.5, 0.0], (1.0, 2.0), 2.0
    ),
    "worthless users": Problem(
        [(0, 2, 1), (1, 2, 1), (0, 9, 3), (1, 2, 1)], 1.0, 1.0, [0.5, 0.5, 0.0, 0.0], only(1.0), 1.0
    ),
    "hopeless users": Problem(
        [(1, -800, 1), (1, 2, 1), (1, 2, 1)], 1.0, 1.0, [0.5, 0.5, 0.0], only(1.0), 1.0
    ),
    # Offset 1: the tangent from a floor of a quarter of the peak touches at scale / p = 1, at half
    # the peak, with the slope peak / (4 scale).
    "two with floors": Problem(
        [(4, 1, 3)] * 2, 6.0, 4.0, [3.0] * 2, only(1 / 3), 1 / 3, [1.0] * 2
    ),
    "one of two with floors": Problem(
        [(4, 1, 3)] * 2, 3.0, 3.0, [3.0, 0.0], only(1 / 3), 1 / 3, [1.0] * 2
    ),
    "floors above everything": Problem(
        [(1, 2, 1)] * 2, 1.0, 1.8, None, None, 0.0, [0.9, 0.9]
    ),
    "one floor above everything": Problem(
        [(1, 2, 1)] * 3, 1.0, 1.9, [0.5, 0.5, 0.0], only(1.0), 1.0, [0.9, 0.0, 0.0]
    ),
    "negative floors": Problem(
        [(1, 2, 1)] * 2, 1.0, 1.0, [0.5] * 2, only(1.0), 1.0, [-3.0, -0.1]
    ),
}  # fmt: skip


@pytest.fixture(params=BACKENDS)
def backend(request):
    return request.param


@pytest.fixture(params=PROBLEMS)
def problem(request):
    return PROBLEMS[request.param]


@pytest.fixture
def result(problem, backend):
    floor = None if problem.floor is None else np.array(problem.floor)
    return maximize(problem.family, problem.budget, floor=floor, backend=backend)


def test_the_optimum_is_found_and_certified(problem, result):
    assert result.status == Status.OPTIMAL
    assert result.objective == pytest.approx(problem.optimum, rel=1e-6)
    assert result.objective <= result.upper_bound * (1 + 1e-15)
    assert problem.optimum * (1 - 1e-12) <= result.upper_bound
    assert result.upper_bound <= problem.optimum * (1 + 1.1e-6)


def test_the_allocation_is_feasible_and_the_known_one(problem, result, backend):
    assert (result.allocation >= 0.0).all()
    assert math.fsum(result.allocation) <= problem.budget
    if problem.allocation is not None:
        found = np.sort(result.allocation)[::-1]
        scale = max(problem.budget, 1e-300)
        close = CLOSE.get(backend, 5e-3)
        np.testing.assert_allclose(found / scale, np.array(problem.allocation) / scale, atol=close)


def test_the_prices_are_the_known_ones(problem, result, backend):
    close = CLOSE.get(backend, 5e-3)
    assert result.shadow_price == pytest.approx(problem.shadow_price, rel=close)
    if problem.multiplier is not None:
        least, largest = problem.multiplier
        assert least * (1 - close) <= result.dual_multiplier <= largest * (1 + close)


@pytest.mark.parametrize("name", [n for n, problem in PROBLEMS.items() if problem.multiplier])
def test_the_known_multipliers_minimise_the_dual(name):
    """A check of this table: the dual function is flat between them and rises outside."""
    problem = PROBLEMS[name]
    floor = None if problem.floor is None else np.array(problem.floor)

    def dual(price):
        worth, _ = conjugate(problem.family, price, upper=problem.budget, floor=floor)
        return price * problem.budget + worth.sum()

    least, largest = problem.multiplier
    assert dual(least) == pytest.approx(dual(largest), rel=1e-12)
    assert dual(largest) < dual(largest * 1.01)
    assert least == 0.0 or dual(least) < dual(least * 0.99)
    assert problem.optimum <= dual(largest) * (1 + 1e-12)
