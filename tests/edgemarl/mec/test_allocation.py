"""Closed forms of power and computing power against grids and conditions of optimality."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from scipy.special import lambertw

from edgemarl.mec.allocation import SMALL, best_power, log_snr, shares

GAINS = 10.0 ** np.arange(-14, 14)
RATIOS = (1 / 3, 1.0, 3.0)


def cost(power, gain, ratio):
    """Weighted seconds and joules of one bit, but for a factor."""
    return (ratio + power) / np.log1p(power * gain)


def slope(power, gain, ratio):
    """Sign of the derivative of the cost by the power, in fifty digits."""
    with localcontext() as context:
        context.prec = 50
        received = Decimal(float(power)) * Decimal(float(gain))
        balance = Decimal(float(gain)) * Decimal(float(ratio))
        return (1 + received) * (1 + received).ln() - received - balance


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("gain", GAINS)
def test_the_slope_changes_its_sign_at_the_best_power(gain, ratio):
    power = float(best_power(gain, ratio, np.inf))
    assert slope(power * (1 - 1e-9), gain, ratio) < 0 < slope(power * (1 + 1e-9), gain, ratio)


@pytest.mark.parametrize("ratio", RATIOS)
def test_no_power_of_a_fine_grid_is_better(ratio):
    """Within the limit of 1.5 W."""
    grid = 1.5 * np.concatenate([10.0 ** np.linspace(-14, -1, 20_000), np.linspace(0.1, 1, 40_000)])
    for gain in GAINS:
        power = best_power(gain, ratio, 1.5)
        assert 0 < power <= 1.5
        least, found = cost(grid, gain, ratio).min(), cost(power, gain, ratio)
        assert found <= least * (1 + 1e-14)
        assert found >= least * (1 - 1e-6)


def test_by_hand():
    """At y = 2 the balance g r = e^2 + 1 gives a received SNR of e^2 - 1."""
    gain = 4.0
    ratio = (math.e**2 + 1) / gain
    assert best_power(gain, ratio, 9.0) == pytest.approx((math.e**2 - 1) / gain, rel=1e-14)
    assert best_power(gain, ratio, 1.0) == 1.0
    assert log_snr(1.0) == pytest.approx(1.0, rel=1e-15)


def test_the_limit_may_differ_by_device():
    found = best_power(np.ones((2, 3)), 1.0, np.array([[0.5], [9.0]]))
    np.testing.assert_allclose(found, [[0.5] * 3, [math.e - 1] * 3])


def test_without_a_weight_of_energy_all_power_is_used():
    np.testing.assert_array_equal(best_power(GAINS, np.inf, 1.5), 1.5)


def test_huge_and_tiny_balances_stay_finite():
    assert np.isfinite(best_power([1e300, 1e-300], 1.0, np.inf)).all()
    assert log_snr(0.0) == 0.0


def test_the_series_meets_the_lambert_function():
    below, above = log_snr([SMALL * (1 - 1e-9), SMALL * (1 + 1e-9)])
    assert above / below == pytest.approx(1 + 1e-9, abs=5e-11)


def test_it_is_the_lambert_function():
    """As scipy computes it by complex numbers, which loses digits towards the branch point."""
    balances = 10.0 ** np.linspace(-1, 300, 3000)
    expected = 1.0 + lambertw((balances - 1.0) / np.e).real
    np.testing.assert_allclose(log_snr(balances), expected, rtol=1e-14)
    near = np.geomspace(SMALL, 0.1, 300)
    expected = 1.0 + lambertw((near - 1.0) / np.e).real
    np.testing.assert_allclose(log_snr(near), expected, rtol=1e-11)


def test_shares_by_hand():
    """Roots 1 and 2 share 6 as 2 and 4; the third is alone at its server; the last has none."""
    found = shares(np.array([0, 0, 1, -1]), np.array([1.0, 2.0, 5.0, 3.0]), np.array([6.0, 8.0]))
    np.testing.assert_allclose(found, [2, 4, 8, 0])


def test_shares_are_optimal():
    """They use the whole capacity at equal marginal costs F / f^2, and cost (sum s)^2 / F^max."""
    rng = np.random.default_rng(0)
    capacity = np.array([10e9, 15e9, 1e9])
    cycles, assignment = rng.uniform(0.5e9, 1.5e9, 40), rng.integers(-1, 3, 40)
    found = shares(assignment, np.sqrt(cycles), capacity)
    np.testing.assert_array_equal(found[assignment < 0], 0)
    for j, limit in enumerate(capacity):
        here = assignment == j
        assert found[here].sum() == pytest.approx(limit, rel=1e-12)
        marginal = cycles[here] / found[here] ** 2
        np.testing.assert_allclose(marginal, marginal[0], rtol=1e-12)
        least = np.sqrt(cycles[here]).sum() ** 2 / limit
        assert (cycles[here] / found[here]).sum() == pytest.approx(least, rel=1e-12)


def test_nobody_offloads():
    np.testing.assert_array_equal(shares(np.full(3, -1), np.ones(3), np.ones(2)), 0)
