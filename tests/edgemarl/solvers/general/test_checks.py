import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids
from edgemarl.solvers.general import Custom, Hill, Logistic, NormalCDF, check_sigmoidal


def custom(value, derivative, inflection):
    return Custom(lambda x, i: value(x), lambda x, i: derivative(x), [inflection])


@pytest.mark.parametrize(
    ("family", "message"),
    [
        (custom(np.sin, np.sin, 0.0), "its slope rises|contradicts"),
        (custom(np.sin, lambda x: 1.01 * np.cos(x), 0.0), "derivative contradicts family.value"),
        (custom(np.sin, np.cos, 0.1), "convex left of its inflection, but its slope falls"),
        (custom(np.sin, np.cos, -0.1), "concave right of its inflection, but its slope rises"),
        (custom(np.cos, lambda x: -np.sin(x), 0.0), "its slope"),
        (custom(np.sin, lambda x: np.full_like(x, np.inf), 0.0), "derivative must be finite"),
        (custom(lambda x: np.where(x > 1, np.nan, np.sin(x)), np.cos, 0.0), "value must be finite"),
        (custom(lambda x: x[:0], np.cos, 0.0), r"value must return shape \(1,\)"),
    ],
)
def test_families_that_are_not_what_they_say_are_refused(family, message):
    with pytest.raises(ValueError, match=message):
        check_sigmoidal(family, -1.5, 1.5)


def test_the_error_says_which_function_and_where():
    family = Custom(lambda x, i: np.sin(x), lambda x, i: np.cos(x) + (i == 2), np.zeros(4))
    with pytest.raises(ValueError, match=r"\(function 2 near -?\d"):
        check_sigmoidal(family, -1.5, 1.5)


class Bare:
    """A family whose inflection is wrong in itself."""

    def __init__(self, inflection):
        self.inflection = inflection

    def __len__(self):
        return 2


@pytest.mark.parametrize(
    ("inflection", "message"),
    [(np.zeros(3), r"shape \(2,\), got \(3,\)"), (np.array([0.0, np.nan]), "inflection is nan")],
)
def test_inflections_that_are_no_numbers_are_refused(inflection, message):
    with pytest.raises(ValueError, match=message):
        check_sigmoidal(Bare(inflection), 0.0, 1.0)


def test_extreme_but_right_families_pass(rng):
    for _ in range(40):
        upper = 10.0 ** rng.uniform(-9.0, 12.0)
        peak, scale = 10.0 ** rng.uniform(-12.0, 12.0, (2, 6))
        check_sigmoidal(LatencySigmoids(peak, rng.uniform(-800, 2000, 6), scale), 0.0, upper)
        wide = 10.0 ** rng.uniform(-6.0, 6.0, 6)
        check_sigmoidal(Hill(np.ones(6), wide, rng.uniform(1.0, 50.0, 6)), -upper, upper)
        check_sigmoidal(Logistic(np.ones(6), wide, rng.normal(size=6)), -upper, upper)
        check_sigmoidal(NormalCDF(np.ones(6), rng.normal(size=6), wide), -upper, upper)
