import numpy as np
import pytest

from edgemarl.solvers.general import Hill, Logistic
from edgemarl.solvers.general.envelope import BoxEnvelope, Cuts


def hill(size):
    return Hill(np.ones(size), 1.0, 2.0)  # inflection 0.577, tangent from 0 touches at 1


def test_three_kinds_of_intervals_by_hand():
    low, high = np.array([0.0, 0.1, 2.0, 0.0]), np.array([4.0, 0.5, 4.0, 0.8])
    envelope = BoxEnvelope.of(hill(4), low, high)
    np.testing.assert_allclose(envelope.corner, [1.0, 0.5, 2.0, 0.8], rtol=1e-7)
    chord = (0.2 - 0.01 / 1.01) / 0.4
    np.testing.assert_allclose(envelope.slope, [0.5, chord, 4 / 25, 0.8 / 1.64], rtol=1e-12)
    y = np.array([0.5, 0.3, 3.0, 0.4])
    expected = [0.25, 0.01 / 1.01 + 0.2 * chord, 0.9, 0.4 * 0.8 / 1.64]
    np.testing.assert_allclose(envelope.value(y), expected, rtol=1e-12)
    np.testing.assert_allclose(
        envelope.gaps(y), np.subtract(expected, hill(4).value(y)), atol=1e-15
    )


def test_tangents_leave_from_the_left_end_of_the_box():
    # From (1/2, 1/5): f'(t) (t - 1/2) = f(t) - 1/5, checked at the point found.
    envelope = BoxEnvelope.of(hill(1), np.array([0.5]), np.array([4.0]))
    t = envelope.corner
    assert 0.58 < t[0] < 1.0
    np.testing.assert_allclose(hill(1).derivative(t) * (t - 0.5), hill(1).value(t) - 0.2, rtol=1e-9)


def test_cuts_lie_above_the_functions(rng):
    size = 40
    family = Logistic(rng.uniform(0.5, 2, size), rng.uniform(0.3, 9, size), rng.normal(size=size))
    low = rng.uniform(-3.0, 2.0, size)
    high = low + rng.uniform(0.01, 4.0, size)
    envelope = BoxEnvelope.of(family, low, high)
    anywhere = rng.uniform(low - 0.5, high + 0.5)  # also where no tangent may be taken
    owner, point = envelope.spread(4)
    cuts = envelope.cuts(
        np.concatenate([owner, np.arange(size), np.arange(size)]),
        np.concatenate([point, anywhere, high]),
    )
    assert set(cuts.owner) == set(range(size))
    for share in np.linspace(0.0, 1.0, 101):
        y = low + share * (high - low)
        assert (cuts.lowest(y) >= family.value(y) - 1e-12).all()
        assert (envelope.value(y) >= family.value(y) - 1e-12).all()
        assert (cuts.lowest(y) >= envelope.value(y) - 1e-12).all()


def test_no_tangent_enters_where_the_envelope_is_a_chord():
    # At the end of a convex piece the tangent lies below the chord: it would cut points off.
    envelope = BoxEnvelope.of(hill(1), np.zeros(1), np.array([0.5]))
    cuts = envelope.cuts(np.zeros(2, dtype=int), np.array([0.5, 0.3]))
    assert cuts.slope.tolist() == [0.4]
    assert cuts.lowest(np.array([0.25])) == pytest.approx(0.1)


def test_lowest_and_near_by_hand():
    cuts = Cuts(
        np.array([0, 0, 1]), np.array([1.0, 0.0, 2.0]), np.array([0.0, 0.7, 1.0]), np.zeros(3)
    )
    y = np.array([0.5, 0.5])
    assert cuts.lowest(y).tolist() == [0.5, 2.0]
    assert cuts.near(y, 0.1).tolist() == [True, False, True]
    assert cuts.near(y, 0.3).all()
