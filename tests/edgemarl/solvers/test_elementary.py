import math

import numba
import numpy as np
import pytest

from edgemarl.solvers import elementary
from edgemarl.solvers.lanes import EIGHT, eight


@eight(0)
def _both(rows, _):
    rows[1], rows[2] = elementary.exponential(rows[0]), elementary.logarithm(rows[0])
    return ()


@numba.njit
def _both_of_eight(rows):
    _both(rows, 0, (0.0,))


def both(numbers):
    rows = np.zeros((3, EIGHT))
    rows[0] = numbers
    _both_of_eight(rows)
    return rows[1:]


def exponentials(numbers):
    return both(numbers)[0]


def logarithms(numbers):
    return both(numbers)[1]


@pytest.mark.parametrize("scale", [1e-12, 0.1, 1.0, 30.0, 700.0])
def test_exponential_agrees_with_numpy(scale):
    x = scale * np.array([-1.0, -0.99, -0.5, -0.3466, -0.25, 0.0, 0.4, 0.99])
    found = exponentials(x)
    np.testing.assert_allclose(found, np.exp(x), rtol=1e-15)


def test_exponential_of_what_is_far_below_zero():
    found = exponentials([-706.0, -708.0, -1e4, -1e300, -math.inf, 0.0, 0.0, 0.0])
    assert found[0] == pytest.approx(math.exp(-706.0), rel=1e-13)
    assert found[1:].tolist() == [0.0] * 4 + [1.0] * 3


@pytest.mark.parametrize("power", [-300.0, -20.0, -1.0, 0.0, 1.0, 20.0, 300.0])
def test_logarithm_agrees_with_numpy(power):
    near = np.array([1.0, 1.0 + 1e-15, 1.0 - 1e-15, 0.7071, 0.7072, 1.4142, 1.4143, 1.999])
    found = logarithms(near * 10.0**power)
    np.testing.assert_allclose(found, np.log(near * 10.0**power), rtol=1e-15, atol=0.0)
