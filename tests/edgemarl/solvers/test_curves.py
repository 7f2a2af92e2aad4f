"""Gains by closed form and by bisection: against the conjugate, and as convex functions."""

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids, conjugate
from edgemarl.solvers.curves import LatencyCurves, NumericCurves, curves_of

SIZE = 40


class Opaque:
    """Latency sigmoids that hide their closed form."""

    def __init__(self, family):
        self.value, self.derivative = family.value, family.derivative
        self.inflection, self._size = family.inflection, len(family)

    def __len__(self):
        return self._size

    def take(self, index):
        raise AssertionError("the curves are of all functions")


@pytest.fixture(params=["compiled", "numeric"])
def drawn(request, rng, random_family):
    """A family, upper limits that cut some of the curves, and its curves."""
    family, upper = random_family(rng, SIZE), 10 ** rng.uniform(-1.5, 1.5, SIZE)
    given = family if request.param == "compiled" else Opaque(family)
    return family, upper, curves_of(given, upper)


def test_kinds(rng, random_family):
    family = random_family(rng, 3)
    assert isinstance(curves_of(family, np.ones(3)), LatencyCurves)
    assert isinstance(curves_of(Opaque(family), np.ones(3)), NumericCurves)


def test_a_positive_gain_is_the_conjugate(drawn, rng):
    family, upper, curves = drawn
    np.testing.assert_allclose(curves.full, family.value(upper), rtol=1e-12)
    for _ in range(30):  # from wherever the last prices left the curves
        price = 10 ** rng.uniform(-4, 1, SIZE)
        gain, amount, _ = curves.at(price)
        best, where = conjugate(family, price, upper=upper)
        np.testing.assert_allclose(np.maximum(gain, 0.0), best, rtol=1e-8, atol=1e-10)
        pays = best > 1e-9
        np.testing.assert_allclose(amount[pays], where[pays], rtol=1e-5)
        np.testing.assert_allclose(family.value(amount) - price * amount, gain, atol=1e-9)


def test_gains_are_convex_with_the_amounts_as_slopes(drawn, rng):
    _, _, curves = drawn
    price, other = 10 ** rng.uniform(-3, 1, (2, SIZE))
    gain, amount, decline = curves.at(price)
    there, _, _ = curves.at(other)
    assert (there >= gain - amount * (other - price) - 1e-9).all()
    step = 1e-4 * price
    up, down = (curves.at(price + side * step)[1] for side in (1, -1))
    smooth = (np.abs(up - down) > 1e-7 * amount) & (decline > 0)
    assert np.count_nonzero(smooth) > SIZE / 4
    rate = (down - up) / (2 * step)
    np.testing.assert_allclose(decline[smooth], rate[smooth], rtol=2e-2)
    assert (decline >= 0).all()


def test_above_the_tangent_price_the_amount_stays():
    """L = a = k = 1: the tangent from the origin has slope omega and touches at 1 / (1 + omega)."""
    family = LatencySigmoids(np.ones(1), np.ones(1), np.ones(1))
    omega = 0.5671432904097838  # omega + ln omega = 0
    curves = curves_of(family, np.full(1, 10.0))
    gain, amount, decline = (part.item() for part in curves.at(np.array([omega])))
    assert amount == pytest.approx(1 / (1 + omega))
    assert gain == pytest.approx(0.0, abs=1e-12)
    gain, same, decline = (part.item() for part in curves.at(np.array([2 * omega])))
    assert same == pytest.approx(amount)
    assert gain == pytest.approx(-omega * amount)
    assert decline == 0.0


def test_where_nothing_can_be_earned():
    family = LatencySigmoids(np.array([0.0, 1.0]), np.array([0.0, -800.0]), np.ones(2))
    gain, _, decline = curves_of(family, np.full(2, 5.0)).at(np.full(2, 0.1))
    assert (gain <= 0).all()
    np.testing.assert_array_equal(decline, 0.0)
