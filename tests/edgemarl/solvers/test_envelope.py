from dataclasses import dataclass

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids
from edgemarl.solvers.closed_forms import tangent
from edgemarl.solvers.envelope import Envelope, Floored, bisect


def test_bisect_finds_thresholds_at_any_scale():
    thresholds = np.array([1e-250, 3e-7, 2.0, 5e11])
    found = bisect(lambda p: p < thresholds, np.zeros(4), np.full(4, 1e12))
    np.testing.assert_allclose(found, thresholds, rtol=1e-13)


@dataclass(frozen=True)
class Hill:
    """p^2 / (1 + p^2), whose geometry is known: inflection 1/sqrt(3), tangent at 1, slope 1/2."""

    size: int = 1

    def __len__(self):
        return self.size

    @property
    def inflection(self):
        return np.full(self.size, 1 / np.sqrt(3))

    def value(self, p):
        return p**2 / (1 + p**2)

    def derivative(self, p):
        return 2 * p / (1 + p**2) ** 2


def test_tangent_of_a_hill_function_by_hand():
    functions = Floored.of(Hill(), np.zeros(1), 10.0)
    np.testing.assert_allclose(functions.tangent(), [1.0], rtol=1e-7)
    envelope = Envelope.of(functions, functions.tangent(), np.zeros(1), np.full(1, 10.0))
    np.testing.assert_allclose(envelope.slope, [0.5])
    # The slope is 8/25 at p = 2 or below the inflection at p = 0.16...; the curve is past it.
    np.testing.assert_allclose(envelope.response(4 / 25, np.array([True])), [2.0], rtol=1e-12)
    assert envelope.response(4 / 25, np.array([False])).tolist() == [0.0]


def test_a_floor_moves_the_inflection_to_where_it_is_left():
    # The Hill function reaches 1/2 at p = 1, past its own inflection.
    functions = Floored.of(Hill(), np.array([0.5]), 10.0)
    np.testing.assert_allclose(functions.inflection, [1.0])
    assert functions.value(np.array([0.3])).tolist() == [0.5]
    assert functions.derivative(np.array([0.3])).tolist() == [0.0]
    assert functions.derivative(functions.inflection) == pytest.approx(0.5)
    never = Floored.of(Hill(), np.array([0.999]), 10.0)
    assert never.inflection.tolist() == [10.0]


@pytest.mark.parametrize("floor", [0.0, 0.2])
def test_bisected_tangents_agree_with_the_closed_form(rng, floor):
    offset, scale = rng.uniform(-2.0, 8.0, 50), rng.uniform(0.1, 4.0, 50)
    offset = np.maximum(offset, 0.0) if floor else offset
    family = LatencySigmoids(np.ones(50), offset, scale)
    functions = Floored.of(family, np.full(50, floor), 1e6)
    exact = [tangent(1.0, k, a, floor) for k, a in zip(offset, scale, strict=True)]
    p = scale / np.array([w for w, _ in exact])
    np.testing.assert_allclose(functions.tangent(), p, rtol=1e-6)
    slope = (functions.value(functions.tangent()) - floor) / functions.tangent()
    np.testing.assert_allclose(slope, [s for _, s in exact], rtol=1e-12)


def test_conjugate_bound_holds_at_any_point_and_is_tight_at_the_best(rng):
    family = LatencySigmoids(np.ones(30), rng.uniform(0, 8, 30), rng.uniform(0.1, 4, 30))
    functions = Floored.of(family, rng.uniform(0, 0.3, 30), 3.0)
    envelope = Envelope.of(functions, functions.tangent(), np.zeros(30), np.full(30, 3.0))
    grid = np.linspace(0.0, 3.0, 3001)
    for price in (0.02, 0.1, 0.3, 1.0):
        best = np.max([functions.value(np.full(30, p)) - price * p for p in grid], axis=0)
        p = envelope.response(price, envelope.slope > price)
        tight = envelope.conjugate_bound(price, p)
        assert (tight >= best - 1e-13).all()
        np.testing.assert_allclose(tight, best, atol=1e-5)
        for off in (0.7, 1.5):
            moved = np.clip(p * off, envelope.corner, envelope.high)
            assert (envelope.conjugate_bound(price, moved) >= best - 1e-13).all()


def test_intervals_on_either_side_of_the_inflection():
    functions = Floored.of(Hill(2), np.zeros(2), 10.0)
    low, high = np.array([0.1, 2.0]), np.array([0.5, 4.0])
    envelope = Envelope.of(functions, functions.tangent(), low, high)
    assert envelope.corner.tolist() == [0.5, 2.0]
    np.testing.assert_allclose(envelope.slope, [(0.2 - 0.01 / 1.01) / 0.4, np.inf])
