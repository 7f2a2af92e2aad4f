import numpy as np
import pytest

from edgemarl.solvers.general import Custom, Hill, Logistic
from edgemarl.solvers.general.bound import best_at_price, lagrangian_bound


def test_best_of_a_hill_function_by_hand():
    # x^2 / (1 + x^2) has slope 4/25 at 2, where it is 4/5.
    family = Hill(np.ones(3), 1.0, 2.0)
    low, high = np.array([0.0, 0.0, 3.0]), np.array([9.0, 1.5, 9.0])
    best, where = best_at_price(family, np.full(3, 4 / 25), low, high)
    np.testing.assert_allclose(where, [2.0, 1.5, 3.0], rtol=1e-7)
    np.testing.assert_allclose(best, [0.8 - 0.32, 9 / 13 - 0.24, 0.9 - 0.48], rtol=1e-12)
    best, where = best_at_price(family, np.full(3, 0.6), low, high)
    assert (best[0], where[0]) == (0.0, 0.0)  # above the tangent's slope of 1/2


def test_kinks_and_negative_prices():
    # min(x, 1) falls from slope 1 to 0 at 1; at a negative price, more is always better.
    family = Custom(
        lambda x, i: np.minimum(x, 1.0), lambda x, i: np.where(x < 1.0, 1.0, 0.0), [-np.inf]
    )
    low, high = np.zeros(1), np.full(1, 4.0)
    best, where = best_at_price(family, np.array([0.3]), low, high)
    assert best == pytest.approx(0.7, abs=1e-12)
    assert where == pytest.approx(1.0)
    assert best_at_price(family, np.array([-0.5]), low, high)[0] == pytest.approx(3.0)


def test_best_at_price_is_the_best_of_a_grid(rng):
    family = Logistic(rng.uniform(0.5, 2, 30), rng.uniform(0.3, 9, 30), rng.normal(size=30))
    low = rng.uniform(-3.0, 0.0, 30)
    high = low + rng.uniform(0.0, 4.0, 30)
    price = rng.normal(size=30)
    best, _ = best_at_price(family, price, low, high)
    grid = low + np.linspace(0.0, 1.0, 4001)[:, None] * (high - low)
    worth = np.max([family.value(y) - price * y for y in grid], axis=0)
    assert (best >= worth - 1e-14).all()
    np.testing.assert_allclose(best, worth, atol=1e-5)


def test_any_multipliers_bound_every_feasible_point(rng, random_program):
    program = random_program(0)
    points = rng.uniform(program.lower, program.upper, size=(5000, len(program.family)))
    feasible = points[(program.b[:, None] >= program.A @ points.T).all(axis=0)]
    best = max(program.value(x) for x in feasible)
    for _ in range(20):
        inequality = rng.normal(size=len(program.b))  # negative ones count as 0
        bound, _ = lagrangian_bound(
            program.family, program.rows, inequality, np.zeros(0), program.lower, program.upper
        )
        assert bound >= best
