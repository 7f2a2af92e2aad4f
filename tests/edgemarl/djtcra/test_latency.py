import numpy as np
import pytest

from edgemarl.djtcra.latency import (
    cloud_forwarding_latency,
    cloud_latency,
    cloud_processing_latency,
    edge_cycles,
    forwarding_latency,
    migration_latency,
    processing_latency,
    wireless_latency,
)
from edgemarl.djtcra.state import next_state


def ms(*values):
    return pytest.approx(np.array(values) / 1000)


def test_wireless_latency(hand, hand_state):
    assert wireless_latency(hand, hand_state) == ms(10, 20, 30)


def test_wireless_latency_of_the_paper_s_user(tiny, draw):
    """Eq. (1) written out for one user of a drawn slot."""
    state = draw(tiny)
    d3, f = np.hypot(state.distance[0], 33.5), 5.0
    loss = 20 * np.log10(40 * np.pi * d3 * f / 3) + 0.03 * 5**1.72 * np.log10(d3)
    loss += -0.044 * 5**1.72 + 0.002 * np.log10(5) * d3
    snr = 0.1 * 10 ** (-loss / 10) / state.noise[0]
    bits = state.volume[0] + state.result[0]
    expected = bits / (state.bandwidth[0] * np.log2(1 + snr))
    assert wireless_latency(tiny, state)[0] == pytest.approx(expected)


def test_forwarding_latency(hand, hand_state):
    """Eq. (6): 20 + 30 ms, 40 + 30 ms; the third task stays at its RAN."""
    assert forwarding_latency(hand, hand_state, hand_state.ran, np.array([1, 1, 1])) == ms(
        50, 70, 0
    )


def test_forwarding_latency_to_every_server(hand, hand_state):
    both = forwarding_latency(hand, hand_state, hand_state.ran[:, None], np.arange(2))
    np.testing.assert_allclose(both, np.array([[0, 50], [0, 70], [90, 0]]) / 1000)


def test_cycles_and_processing_latency(hand, hand_state):
    """Eq. (8): eta V kappa over the power."""
    cycles = edge_cycles(hand, hand_state, np.array([0, 0, 1]))
    assert cycles == pytest.approx(np.array([0.5e9, 2e9, 12e9]))
    power = np.array([10e9, 5e9, 0.0])
    assert processing_latency(cycles, power) == ms(50, 400, np.inf)


def test_cloud_latency(hand, hand_state):
    assert cloud_forwarding_latency(hand, hand_state) == ms(410, 420, 430)
    assert cloud_processing_latency(hand, hand_state) == ms(25, 50, 75)
    wireless = wireless_latency(hand, hand_state)
    assert cloud_latency(hand, hand_state, wireless) == ms(445, 490, 535)


def test_migration_latency(hand, hand_state):
    moving = hand.replace(migration_delay=0.05)
    first = np.array([0, 1, 1])
    second = next_state(moving, hand_state, first, np.random.default_rng(0))
    assert migration_latency(moving, hand_state, first) == ms(0, 0, 0)  # nothing came before
    assert migration_latency(moving, second, first) == ms(0, 0, 0)
    assert migration_latency(moving, second, np.array([1, 1, 0])) == ms(50, 0, 50)
    every = np.broadcast_to(np.arange(2), (3, 2))
    np.testing.assert_allclose(
        migration_latency(moving, second, every), [[0, 0.05], [0.05, 0], [0.05, 0]]
    )
    assert migration_latency(hand, second, np.array([1, 1, 0])) == 0.0  # the paper has none
