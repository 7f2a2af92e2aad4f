import dataclasses

import numpy as np
import pytest

from edgemarl.core.component import build, kinds
from edgemarl.mec.state import next_state

KINDS = kinds("mec.observation")


def rows_of(kind, scenario, state):
    observation = build("mec.observation", kind)
    return observation.rows(scenario, state), observation.row_space(scenario)


def test_all_kinds_are_tested_here():
    assert KINDS == ["log_standardised", "max_scaled", "raw"]


def test_logarithms_are_standardised(hand, hand_state):
    rows, _ = rows_of("log_standardised", hand, hand_state)
    logs = np.log10([[15, 3, 1], [1, 3, 7]])
    np.testing.assert_allclose(rows, (logs - logs.mean()) / logs.std(), rtol=1e-5)


@pytest.mark.parametrize("motion", ["fixed", "redraw"])
def test_constants_of_the_scenario_standardise_its_slots(tiny, motion):
    scenario, rng = tiny.replace(motion=motion), np.random.default_rng(5)
    rows = [
        rows_of("log_standardised", scenario, next_state(scenario, None, None, rng))[0]
        for _ in range(300)
    ]
    assert np.mean(rows) == pytest.approx(0.0, abs=0.1)
    assert np.std(rows) == pytest.approx(1.0, abs=0.1)


def test_gains_over_the_greatest_of_a_server(hand, hand_state):
    rows, _ = rows_of("max_scaled", hand, hand_state)
    np.testing.assert_allclose(rows, [[1, 3 / 15, 1 / 15], [1 / 7, 3 / 7, 1]], rtol=1e-6)


def test_raw_gains(hand, hand_state):
    rows, _ = rows_of("raw", hand, hand_state)
    np.testing.assert_allclose(rows, [[15e-8, 3e-8, 1e-8], [1e-8, 3e-8, 7e-8]], rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_gains_that_no_channel_has_stay_in_the_space(kind, tiny, draw):
    extreme = np.geomspace(1e-30, 1e30, tiny.num_devices * tiny.num_servers)
    state = dataclasses.replace(draw(tiny), gain=extreme.reshape(tiny.num_devices, -1))
    rows, space = rows_of(kind, tiny, state)
    assert rows.shape == (tiny.num_servers, tiny.num_devices)
    assert rows.dtype == np.float32
    assert all(row in space for row in rows)
    assert np.isfinite(space.low).all()
    assert np.isfinite(space.high).all()


def test_standardised_gains_are_clipped_at_ten(tiny, draw):
    state = dataclasses.replace(draw(tiny), gain=np.full((6, 2), 1e30))
    assert (rows_of("log_standardised", tiny, state)[0] == 10).all()
    state = dataclasses.replace(state, gain=np.full((6, 2), 1e-30))
    assert (rows_of("log_standardised", tiny, state)[0] == -10).all()
