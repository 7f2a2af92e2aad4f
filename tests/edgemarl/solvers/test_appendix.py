"""What the appendix of the DJTCRA paper says about concavity, against numbers (docs/solver.md).

There f(x) = h(C / x) with h(z) = 1 / (1 + exp(alpha (M - beta + z))): a latency sigmoid with peak
1, offset alpha (beta - M) and scale alpha C.
"""

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids

ALPHA, CYCLES = 15.0, 0.4
GAPS = np.linspace(-0.3, 0.5, 9)  # beta - M


def curvature(gap, x):
    """Second derivative by central differences of the first."""
    family = LatencySigmoids(np.ones(1), np.array([ALPHA * gap]), np.array([ALPHA * CYCLES]))
    h = 1e-5 * x
    return float((family.derivative(x + h) - family.derivative(x - h))[0] / (2 * h))


def numerator(gap, x, factor):
    """Eq. (40) with alpha^2 `factor` where the paper has alpha^2; over x^4 (E + 1)^3, times C."""
    e = np.exp(ALPHA * (CYCLES / x - gap))
    top = ALPHA**2 * factor * e * (e - 1) - 2 * x * ALPHA * e * (e + 1)
    return top * CYCLES / (x**4 * (e + 1) ** 3)


@pytest.mark.parametrize("gap", GAPS)
def test_equation_40_lacks_a_factor_of_c(gap):
    for x in (0.5, 1.0, 2.0, 5.0, 20.0):
        assert curvature(gap, x) == pytest.approx(numerator(gap, x, CYCLES), rel=1e-4, abs=1e-9)
    assert curvature(gap, 1.3) != pytest.approx(numerator(gap, 1.3, 1.0), rel=0.1)


@pytest.mark.parametrize("cycles", [0.01, 1.0, 50.0, 1e9])
@pytest.mark.parametrize("gap", GAPS[GAPS <= 0])
def test_concave_right_of_half_of_alpha_c_where_beta_is_at_most_m(gap, cycles):
    offset, scale = np.array([ALPHA * gap]), np.array([ALPHA * cycles])
    inflection = LatencySigmoids(np.ones(1), offset, scale).inflection[0]
    assert inflection < ALPHA * cycles / 2
    assert (inflection > ALPHA / 2) == (cycles > 1)  # so that (43) fails where C is above 1


@pytest.mark.parametrize("gap", GAPS)
def test_proposition_1_holds_from_the_inflection_on(gap):
    offset, scale = np.array([ALPHA * gap]), np.array([ALPHA * CYCLES])
    inflection = LatencySigmoids(np.ones(1), offset, scale).inflection[0]
    assert inflection <= scale[0] / max(offset[0], 2.0)
    for factor in (1.01, 1.5, 3.0, 100.0):
        assert curvature(gap, factor * inflection) < 0.0
    assert curvature(gap, 0.99 * inflection) > 0.0
