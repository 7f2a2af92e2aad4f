import itertools
from dataclasses import replace

import numpy as np
import pytest

from edgemarl.djtcra import next_state
from edgemarl.djtcra.observations import RawRows, ScaledRows

OPTIONS = [
    dict(zip(("observe_eta", "observe_previous", "observe_capacity"), chosen, strict=True))
    for chosen in itertools.product((False, True), repeat=3)
]
OPTIONS.append({"observe_eta": True, "observe_prices": True})


def test_scaled_rows_by_hand(hand, hand_state):
    """Volumes 2, 4, 6 of [2, 6] Mbit, distances 30, 65, 100 of [30, 100] m; the rest is fixed."""
    rows = ScaledRows().rows(hand, hand_state)
    expected = [
        [0.5, -1, -1, 0, 0, 0, -1, 0, 0],
        [0.5, 0, 0, 0, 0, 0, 0, 0, 0],
        [1.0, 1, 1, 0, 0, 0, 1, 0, 0],
    ]
    np.testing.assert_allclose(rows, expected, atol=1e-6)
    assert rows.dtype == np.float32


def test_raw_rows_by_hand(hand, hand_state):
    """Eq. (18): h from 1, V^T, V^R, kappa, alpha, beta, distance, B, N."""
    rows = RawRows().rows(hand, hand_state)
    noise = 1e-7 / 1023
    expected = [
        [1, 2e6, 5e4, 250, 20, 0.35, 30, 20.5e6, noise],
        [1, 4e6, 1e5, 250, 20, 0.35, 65, 20.5e6, noise],
        [2, 6e6, 15e4, 250, 20, 0.35, 100, 20.5e6, noise],
    ]
    np.testing.assert_allclose(rows, expected, rtol=1e-6)


def test_noise_is_scaled_in_dbm(tiny, draw):
    state = draw(tiny)
    state = replace(state, noise=np.geomspace(1e-15, 1e-11, 8))  # -120 to -80 dBm
    rows = ScaledRows().rows(tiny, state)
    np.testing.assert_allclose(rows[:, 8], np.linspace(-1, 1, 8), atol=1e-6)


def test_options_append_columns(hand, hand_state):
    state = next_state(hand, hand_state, np.array([1, 0, 1]), np.random.default_rng(0))
    both = {"observe_eta": True, "observe_previous": True}
    previous = [[0, 1], [1, 0], [0, 1]]
    raw = RawRows(**both).rows(hand, state)
    np.testing.assert_array_equal(raw[:, 9:11], [[1, 2], [2, 1], [8, 8]])
    np.testing.assert_array_equal(raw[:, 11:], previous)
    scaled = ScaledRows(**both).rows(hand, state)
    np.testing.assert_array_equal(scaled[:, 9:11], np.array([[1, 2], [2, 1], [8, 8]]) / 8)
    np.testing.assert_array_equal(scaled[:, 11:], previous)
    alone = ScaledRows(observe_previous=True).rows(hand, hand_state)
    np.testing.assert_array_equal(alone[:, 9:], 0)  # nothing came before


@pytest.mark.parametrize("cls", [ScaledRows, RawRows])
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("mobility", ["resample", "random_walk"])
def test_rows_lie_in_their_space(tiny, draw, cls, options, mobility):
    scenario = tiny.with_overrides(
        {"mobility": mobility, "arrivals": "bernoulli", "num_users": 300, "subchannel": 8e6}
        if not options.get("observe_prices")
        else {"mobility": mobility, "arrivals": "bernoulli", "num_users": 20}
        | {"population": "churn", "availability": "varying"}
    )
    observation = cls(**options)
    space = observation.row_space(scenario)
    assert space.shape == (9 + 3 * sum(options.values()),)
    assert np.isfinite(space.low).all()
    assert np.isfinite(space.high).all()
    assert (space.low < space.high).all()
    state = draw(scenario)
    for _ in range(3):
        rows = observation.rows(scenario, state)
        assert all(row in space for row in rows)
        assert (rows[~state.active] == 0).all()
        assert (rows[state.active] != 0).any(axis=1).all()
        state = next_state(scenario, state, state.ran, np.random.default_rng(1))


def test_factors_and_capacities_are_those_of_the_slot(hand, hand_state):
    """Server 0 of 10 Gcycles/s has failed, server 1 has 15 of 20; the second user is another."""
    factor = np.array([[1.0, 2.0], [4.0, 0.5], [8.0, 8.0]])
    state = replace(hand_state, processing_factor=factor, capacity=np.array([0.0, 15e9]))
    shown = {"observe_eta": True, "observe_capacity": True}
    raw = RawRows(**shown).rows(hand, state)
    np.testing.assert_array_equal(raw[:, 9:11], factor)
    np.testing.assert_allclose(raw[:, 11:], [[0.0, 15e9]] * 3)
    scaled = ScaledRows(**shown).rows(hand, state)
    np.testing.assert_array_equal(scaled[:, 9:11], factor / 8)
    np.testing.assert_allclose(scaled[:, 11:], [[0.0, 0.75]] * 3)


def test_factors_of_newcomers_are_scaled_by_their_range(tiny):
    """8 is the most that a user can bring, whatever the first users have."""
    churn = tiny.replace(population="churn")
    assert churn.greatest_factor == 8.0
    assert tiny.greatest_factor == tiny.topology.processing_factor.max() < 8.0


def test_values_beyond_their_range_are_clipped(hand, hand_state):
    far = replace(hand_state, volume=np.array([1.0, 4e6, 1e9]))
    rows = ScaledRows().rows(hand, far)
    np.testing.assert_array_equal(rows[:, 1], [-1, 0, 1])


def test_observing_changes_nothing(tiny, draw):
    state = draw(tiny)
    before = state.noise.copy(), tiny.feature_ranges.copy(), tiny.topology.processing_factor.copy()
    for cls in (ScaledRows, RawRows):
        cls(observe_eta=True, observe_previous=True).rows(tiny, state)
    after = state.noise, tiny.feature_ranges, tiny.topology.processing_factor
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)
