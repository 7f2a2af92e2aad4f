import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, wrightomega

from edgemarl.solvers.closed_forms import (
    floor_tangent_w,
    inflection_w,
    log_slope,
    logistic_pair,
    step_to,
    tangent,
    value,
    wright_omega,
)

OFFSETS = [-800.0, -40.0, -3.0, 0.0, 0.5, 1.0, 2.0, 4.0, 7.0, 40.0, 2000.0]


def test_value_by_hand():
    # w = scale / p = 4 and offset 4: half the peak.
    assert value(3.0, 4.0, 8.0, 2.0) == pytest.approx(1.5)
    assert value(3.0, 4.0, 8.0, 0.0) == 0.0


def test_logistic_pair_keeps_both_tails():
    s, rest = logistic_pair(50.0)
    assert s == 1.0
    assert rest == pytest.approx(math.exp(-50.0), rel=1e-14)
    assert logistic_pair(-2000.0) == (0.0, 1.0)


def test_wright_omega_by_hand():
    assert wright_omega(1.0) == pytest.approx(1.0, rel=1e-15)
    assert wright_omega(1.0 + math.e) == pytest.approx(math.e, rel=1e-15)
    assert wright_omega(2.0 + math.log(2.0)) == pytest.approx(2.0, rel=1e-15)


@pytest.mark.parametrize("x", [*np.linspace(-60.0, 60.0, 241), -745.0, 700.0, 2000.0, 1e6])
def test_wright_omega_agrees_with_scipy(x):
    assert wright_omega(x) == pytest.approx(float(wrightomega(x)), rel=4e-15, abs=1e-320)


def test_log_slope_by_hand():
    # At w = offset = 2: 2 ln 2 + ln(1/4) = 0, slopes 2/2 - tanh(0) and -2/4 - 1/2.
    assert log_slope(2.0, 2.0) == pytest.approx((0.0, 1.0, -1.0))


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("w", [0.01, 1.0, 2.5, 7.0])
def test_log_slope_agrees_with_finite_differences(offset, w):
    h = 1e-5 * w
    left, here, right = (log_slope(w + d, offset) for d in (-h, 0.0, h))
    assert here[1] == pytest.approx((right[0] - left[0]) / (2 * h), rel=1e-6, abs=1e-9)
    assert here[2] == pytest.approx((right[1] - left[1]) / (2 * h), rel=1e-6, abs=1e-9)


def test_log_slope_is_the_logarithm_of_the_derivative():
    peak, offset, scale, p, h = 1.3, 3.0, 2.0, 0.8, 1e-6
    slope = (value(peak, offset, scale, p + h) - value(peak, offset, scale, p - h)) / (2 * h)
    level, _, _ = log_slope(scale / p, offset)
    assert peak / scale * math.exp(level) == pytest.approx(slope, rel=1e-8)


def test_step_to_solves_a_parabola():
    # first d + second d^2 / 2 = residual with first 3, second -2, d = 1: residual 2, derivative 1.
    step, ahead = step_to(2.0, 3.0, -2.0)
    assert (step, ahead) == pytest.approx((1.0, 1.0))


def test_inflection_by_hand():
    # w tanh((w - k) / 2) = 2 at w = 4 needs tanh = 1/2, so w - k = 2 artanh(1/2) = ln 3.
    assert inflection_w(4.0 - math.log(3.0)) == pytest.approx(4.0, rel=1e-15)


@pytest.mark.parametrize("offset", OFFSETS)
def test_inflection_solves_its_equation_and_lies_right_of_the_offset_and_2(offset):
    w = inflection_w(offset)
    assert w >= max(offset, 2.0)
    assert w * math.tanh((w - offset) / 2.0) == pytest.approx(2.0, rel=1e-9)
    assert log_slope(w, offset)[1] == pytest.approx(0.0, abs=1e-9)


def test_tangent_by_hand():
    # offset 2: omega(1) = 1, so w = 2, p = 3 / 2, f(p) = 1, slope 2 * 1 / 3.
    w, slope = tangent(2.0, 2.0, 3.0, 0.0)
    assert (w, slope) == pytest.approx((2.0, 2.0 / 3.0))
    assert slope * 1.5 == pytest.approx(value(2.0, 2.0, 3.0, 1.5))


def test_tangent_from_a_floor_by_hand():
    # w = offset = 1 gives s = 1/2 and s (1 - (1 - s) w) = 1/4, so the floor is a quarter peak.
    w, slope = tangent(4.0, 1.0, 3.0, 1.0)
    assert (w, slope) == pytest.approx((1.0, 4.0 * 0.25 / 3.0))
    assert 1.0 + slope * 3.0 == pytest.approx(value(4.0, 1.0, 3.0, 3.0))


def test_tangent_is_missing_where_the_floor_is_never_exceeded():
    assert tangent(1.0, 2.0, 1.0, float(expit(2.0))) == (0.0, 0.0)
    assert tangent(1.0, 2.0, 1.0, 5.0) == (0.0, 0.0)
    assert tangent(0.0, 2.0, 1.0, 0.0) == (0.0, 0.0)


@pytest.mark.parametrize("offset", [-5.0, 0.0, 1.0, 4.0, 40.0, 2000.0])
@pytest.mark.parametrize("share", [1e-9, 1e-3, 0.3, 0.9, 1.0 - 1e-6])
def test_floor_tangent_solves_its_equation(offset, share):
    rho = share * float(expit(offset))
    w = floor_tangent_w(offset, rho, 1.0 + wright_omega(offset - 1.0))
    s, rest = logistic_pair(offset - w)
    left = math.log(rest) + math.log1p(s * w)
    assert left == pytest.approx(math.log1p(-rho), rel=1e-10, abs=1e-13 * max(offset, 1.0))


@pytest.mark.parametrize("offset", [-5.0, 0.0, 1.0, 4.0, 40.0])
def test_tangent_agrees_with_a_root_finder(offset):
    def chord_minus_slope(w):
        s = expit(offset - w)
        return 1.0 - (1.0 - s) * w

    w, _ = tangent(1.0, offset, 1.0, 0.0)
    assert w == pytest.approx(brentq(chord_minus_slope, 1e-6, max(offset, 0.0) + 5.0), rel=1e-9)


@pytest.mark.parametrize("offset", [-5.0, 0.0, 1.0, 4.0, 40.0])
@pytest.mark.parametrize("floor", [0.0, 0.001])
def test_envelope_lies_above_the_function(offset, floor):
    w, slope = tangent(1.0, offset, 1.0, floor)
    for p in np.linspace(0.0, 3.0 / w, 1000):
        assert floor + slope * p >= max(value(1.0, offset, 1.0, p), floor) - 1e-12
