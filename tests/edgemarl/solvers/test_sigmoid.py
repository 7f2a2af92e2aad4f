import warnings

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids

PEAK, OFFSET, SCALE = np.array([2.0, 1.0]), np.array([4.0, -1.0]), np.array([8.0, 3.0])


@pytest.fixture
def family():
    return LatencySigmoids(PEAK, OFFSET, SCALE)


def test_value_by_hand(family):
    # scale / p = offset in the first, scale / p = 1 in the second: logistic(0) and logistic(-2).
    np.testing.assert_allclose(family.value(np.array([2.0, 3.0])), [1.0, 1 / (1 + np.exp(2.0))])


def test_nothing_is_worth_nothing_without_a_warning(family):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert family.value(np.zeros(2)).tolist() == [0.0, 0.0]
        assert family.derivative(np.zeros(2)).tolist() == [0.0, 0.0]
        assert family.derivative(np.full(2, 1e-300)).tolist() == [0.0, 0.0]


def test_derivative_agrees_with_finite_differences(family):
    for p in (0.3, 1.0, 5.0, 80.0):
        at, h = np.full(2, p), 1e-6 * p
        numeric = (family.value(at + h) - family.value(at - h)) / (2 * h)
        np.testing.assert_allclose(family.derivative(at), numeric, rtol=1e-6)


def test_convex_before_and_concave_after_the_inflection(family):
    z, h = family.inflection, 1e-4

    def bend(p):
        slopes = family.derivative(p * (1 - h)), family.derivative(p * (1 + h))
        return slopes[1] - slopes[0]

    assert (bend(0.9 * z) > 0).all()
    assert (bend(1.1 * z) < 0).all()


def test_inflection_by_hand():
    # The offset 4 - ln 3 puts the inflection at scale / p = 4.
    family = LatencySigmoids(np.ones(1), np.array([4.0 - np.log(3.0)]), np.array([8.0]))
    np.testing.assert_allclose(family.inflection, [2.0])


def test_parameters_broadcast_and_keep_their_shape():
    family = LatencySigmoids(np.array(1.0), np.zeros((3, 1)), np.ones((3, 2)))
    assert family.peak.shape == family.offset.shape == family.inflection.shape == (3, 2)
    assert len(family) == 3


def test_read_only_parameters_are_taken():
    peak = np.ones(2)
    peak.flags.writeable = False
    assert LatencySigmoids(peak, OFFSET, SCALE).value(np.ones(2)).shape == (2,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"peak": [1.0, -1.0]}, r"peak must be non-negative and finite, got -1.0 at index 1"),
        ({"peak": [np.inf, 1.0]}, r"peak must be non-negative and finite, got inf at index 0"),
        ({"offset": [np.nan, 1.0]}, r"offset must be finite, got nan at index 0"),
        ({"offset": [0.0, -np.inf]}, r"offset must be finite, got -inf at index 1"),
        ({"scale": [1.0, 0.0]}, r"scale must be positive and finite, got 0.0 at index 1"),
        ({"scale": [np.nan, 1.0]}, r"scale must be positive and finite, got nan at index 0"),
        ({"scale": [1.0, 1.0, 1.0]}, r"must have shapes that broadcast, got \(2,\), \(2,\)"),
    ],
)
def test_bad_parameters_are_named(change, message):
    parameters = {"peak": PEAK, "offset": OFFSET, "scale": SCALE} | change
    with pytest.raises(ValueError, match=message):
        LatencySigmoids(**parameters)


def test_less_than_nothing_is_nothing():
    family = LatencySigmoids(np.ones(4), np.full(4, 3.0), np.ones(4))
    p = np.array([0.0, -0.0, -1e-300, -5.0])
    np.testing.assert_array_equal(family.value(p), 0.0)
    np.testing.assert_array_equal(family.derivative(p), 0.0)
