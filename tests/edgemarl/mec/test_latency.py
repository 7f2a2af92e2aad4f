import numpy as np
import pytest

from edgemarl.mec.latency import processing_latency, transmission_latency, uplink_rate


def test_rates_of_the_hand_worked_instance(hand, hand_state):
    """Eq. (2) at 1 W: 1 MHz times log2 of 16, 2, 4, 4, 2 and 8."""
    rate = uplink_rate(hand, hand_state.gain, np.ones((3, 2)))
    np.testing.assert_allclose(rate, [[4e6, 1e6], [2e6, 2e6], [1e6, 3e6]], rtol=1e-12)


def test_noise_as_a_density_is_multiplied_by_the_bandwidth(hand, hand_state):
    """1e-14 W/Hz over 1 MHz is the instance's 1e-8 W."""
    density = hand.replace(noise=1e-14, noise_is_density=True)
    for power in (np.full((3, 2), 0.2), np.ones((3, 2))):
        np.testing.assert_allclose(
            uplink_rate(density, hand_state.gain, power),
            uplink_rate(hand, hand_state.gain, power),
            rtol=1e-12,
        )
    wide = density.replace(bandwidth=2e6)
    rate = uplink_rate(wide, hand_state.gain[0, :1], np.array([2.0]))
    np.testing.assert_allclose(rate, 8e6, rtol=1e-12)  # twice the bandwidth, the same SNR of 15


def test_weak_signals_keep_their_digits(hand):
    """log2(1 + x) is x / ln 2 where x is small."""
    rate = uplink_rate(hand, np.array([1e-26]), np.array([1.0]))
    assert rate[0] == pytest.approx(1e6 * 1e-18 / np.log(2), rel=1e-12)


def test_times_of_eq_1():
    assert transmission_latency(np.array([8e5]), np.array([4e6]))[0] == pytest.approx(0.2)
    assert processing_latency(np.array([4e9]), np.array([2.5e9]))[0] == pytest.approx(1.6)
