import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids
from edgemarl.solvers.general import (
    Custom,
    Floored,
    Hill,
    Logistic,
    Mixed,
    NormalCDF,
    check_sigmoidal,
)

FAMILIES = {
    "logistic": Logistic([1.0, 2.0], [3.0, 0.5], [0.3, -1.0], [0.0, -2.0]),
    "hill": Hill([1.0, 2.0, 0.5], [0.5, 1.0, 2.0], [1.0, 2.5, 20.0]),
    "normal": NormalCDF([1.0, 2.0], [0.5, -1.0], [0.1, 2.0]),
    "latency": LatencySigmoids(np.ones(2), np.array([1.0, 6.0]), np.array([0.5, 2.0])),
    "floored": Floored.of(Logistic(np.ones(2), 3.0, 0.3), np.array([0.2, 0.7]), 4.0, -2.0),
    "custom": Custom(lambda x, i: np.sin(x - i), lambda x, i: np.cos(x - i), np.array([0.0, 1.0])),
    "mixed": Mixed([Logistic([1.0], 2.0, 0.0), Hill([1.0, 3.0], 1.0, [2.0, 3.0])]),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_is_what_it_says(name):
    family = FAMILIES[name]
    low = -2.0 if name in ("logistic", "normal", "floored", "custom") else 0.0
    check_sigmoidal(family, low, 3.0)
    points = np.linspace(low + 0.011, 2.9, 37)
    for x in points:
        if np.abs(x - family.inflection).min() < 1e-3:
            continue
        step = np.full(len(family), 1e-6)
        rise = (family.value(x + step) - family.value(x - step)) / 2e-6
        np.testing.assert_allclose(family.derivative(x + 0.0 * step), rise, atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize("name", FAMILIES)
def test_taking_functions_keeps_them(name):
    family = FAMILIES[name]
    index = np.array([1, 0, 1])
    taken, x = family.take(index), np.array([0.4, 0.9, 1.7])
    assert len(taken) == 3
    np.testing.assert_array_equal(taken.inflection, family.inflection[index])
    for part in ("value", "derivative"):
        for position, i in enumerate(index):
            whole = getattr(family, part)(np.full(len(family), x[position]))
            assert getattr(taken, part)(x)[position] == pytest.approx(whole[i], rel=1e-14)


def test_values_by_hand():
    x = np.array([1.0])
    assert Logistic([2.0], 1.0, 1.0, base=3.0).value(x) == [4.0]
    assert Hill([2.0], 1.0, 3.0).value(x) == pytest.approx(1.0)
    assert Hill([2.0], 1.0, 3.0).inflection == pytest.approx(0.5 ** (1 / 3))
    assert NormalCDF([2.0], 1.0, 5.0).value(x) == [1.0]
    assert NormalCDF([2.0], 1.0, 5.0).derivative(x) == pytest.approx(0.4 / np.sqrt(2 * np.pi))
    mixed = FAMILIES["mixed"]
    np.testing.assert_allclose(mixed.value(np.array([0.0, 1.0, 1.0])), [0.5, 0.5, 1.5])


def test_hill_functions_at_and_below_zero():
    family = Hill([2.0, 2.0], [4.0, 4.0], [1.0, 2.0])
    for x in (-3.0, 0.0):
        assert family.value(np.full(2, x)).tolist() == [0.0, 0.0]
    assert family.derivative(np.zeros(2)).tolist() == [0.5, 0.0]
    assert family.derivative(np.full(2, -1.0)).tolist() == [0.0, 0.0]
    assert family.inflection[0] == 0.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Logistic([-1.0], 1.0, 0.0), "height must be non-negative and finite, got -1.0"),
        (lambda: Logistic([1.0], 0.0, 0.0), "steepness must be positive"),
        (lambda: Logistic([1.0], 1.0, np.nan), "midpoint must be finite, got nan"),
        (lambda: Logistic([1.0], 1.0, 0.0, np.inf), "base must be finite"),
        (lambda: Hill([1.0], 0.0, 2.0), "half must be positive"),
        (lambda: Hill([1.0], 1.0, 0.5), "exponent must be at least 1"),
        (lambda: NormalCDF([1.0], 0.0, 0.0), "std must be positive"),
        (lambda: NormalCDF([1.0, 2.0], np.zeros(3), 1.0), "height, mean, std must broadcast"),
        (lambda: Custom(np.sin, np.cos, [np.nan]), "inflection must be .* none nan"),
        (lambda: Custom(np.sin, np.cos, [0.0], index=np.arange(2)), "index must have shape"),
    ],
)
def test_bad_parameters_are_refused_by_name(make, message):
    with pytest.raises(ValueError, match=message):
        make()
