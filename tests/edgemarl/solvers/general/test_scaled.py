import numpy as np
import pytest

from edgemarl.solvers.general import Floored, Hill, Logistic, SigmoidalProgram
from edgemarl.solvers.general.scaled import Rescaled, UnitProgram


def test_rescaled_functions_are_the_same_functions():
    family = Logistic([2.0, 3.0], [1.0, 4.0], [10.0, -1.0])
    scaled = Rescaled.of(family, np.array([5.0, -2.0]), np.array([20.0, 4.0]), 2.0)
    np.testing.assert_allclose(scaled.inflection, [0.25, 0.25])
    y = np.array([0.25, 0.25])
    np.testing.assert_allclose(scaled.value(y), [0.5, 0.75])
    np.testing.assert_allclose(scaled.derivative(y), [0.5 * 20.0 / 2.0, 3.0 * 4.0 / 2.0])
    np.testing.assert_allclose(scaled.take(np.array([1])).derivative(y[:1]), [6.0])


def test_rounding_moves_no_point_across_a_kink(rng):
    # The slope jumps from 0 where the function leaves its floor; one last digit decides which.
    family = Logistic(np.ones(200), 3.0, rng.normal(size=200))
    floored = Floored.of(family, np.full(200, 0.6), upper=7.0, lower=-7.0)
    scaled = Rescaled.of(floored, rng.uniform(-7.0, -5.0, 200), rng.uniform(11.0, 13.0, 200))
    assert (scaled.derivative(scaled.inflection) > 0.5).all()
    assert (scaled.derivative(np.nextafter(scaled.inflection, -1.0)) >= 0.0).all()


def test_a_program_in_the_units_of_the_search():
    family = Hill([4.0, 8.0, 1.0], [1e9, 2e9, 1e9], 2.0)
    program = SigmoidalProgram(
        family, lower=[0.0, 0.0, 1e9], upper=[1e9, 2e9, 1e9], A=np.ones((1, 3)), b=[2e9]
    )
    scaled = UnitProgram.of(program)
    assert scaled.low.tolist() == [0.0, 0.0, 0.0]
    assert scaled.high.tolist() == [1.0, 1.0, 0.0]
    assert scaled.unit == pytest.approx(4.0)
    y = np.array([1.0, 1.0, 0.0])
    np.testing.assert_allclose(scaled.family.point(y), [1e9, 2e9, 1e9])
    np.testing.assert_allclose(scaled.family.value(y) * scaled.unit, [2.0, 4.0, 0.5])
    # The row loses the 1e9 that the third variable takes; a price per unit of y is one per 1e9.
    np.testing.assert_allclose(scaled.rows.excess(y) * scaled.norms, [2e9])
    price = scaled.multipliers(np.array([3.0]), np.zeros(0))
    np.testing.assert_allclose(price, 3.0 * scaled.unit / scaled.norms)
