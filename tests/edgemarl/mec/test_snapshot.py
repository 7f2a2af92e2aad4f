import numpy as np
import pytest

from edgemarl import mec_v0
from edgemarl.mec.outcome import evaluate
from edgemarl.mec.presets import TINY
from edgemarl.mec.snapshot import saved_cost, slot_snapshot
from edgemarl.mec.state import next_state

ASSIGNMENT = np.array([0, 0, 0, 1, -1, -1])


@pytest.fixture
def state():
    return next_state(TINY, None, None, np.random.default_rng(0))


def test_what_became_of_a_slot(state):
    outcome = evaluate(TINY, state, ASSIGNMENT)
    snapshot = slot_snapshot(TINY, state, outcome, bound=outcome.objective / 1.25)
    np.testing.assert_array_equal(snapshot.server_load, [3, 1])
    np.testing.assert_array_equal(snapshot.server_capacity, [2, 2])  # 2.5e9 over 1e9, whole devices
    np.testing.assert_array_equal(snapshot.ran[:4], ASSIGNMENT[:4])
    np.testing.assert_array_equal(snapshot.ran[4:], state.gain[4:].argmax(axis=1))
    np.testing.assert_allclose(sum(snapshot.latency.values()), outcome.latency)
    assert snapshot.counts == {"offloaded": 4, "local": 2}
    assert snapshot.gap == pytest.approx(0.25)


def test_a_slot_without_an_outcome(state):
    snapshot = slot_snapshot(TINY, state)
    np.testing.assert_array_equal(snapshot.served_by, [-3] * 6)
    assert not snapshot.decided
    assert not snapshot.server_load.any()


def test_quality_is_the_share_of_cost_saved(state):
    local = evaluate(TINY, state, np.full(6, -1)).cost
    np.testing.assert_allclose(local, 2.0)  # 1 s at 1 W, with both weights 1
    outcome = evaluate(TINY, state, ASSIGNMENT)
    assert outcome.cost[3] < 2.0
    expected = np.where(outcome.cost < 2.0, 1.0 - outcome.cost / 2.0, 0.0)
    np.testing.assert_allclose(saved_cost(TINY, state, outcome), expected, atol=1e-12)
    crowded = saved_cost(TINY, state, evaluate(TINY, state, np.zeros(6, dtype=np.int64)))
    assert not crowded.any()  # six tasks of 1e9 cycles at 2.5e9 cycles/s take 2.4 s


def test_the_snapshot_of_an_environment():
    env = mec_v0.parallel_env(scenario="tiny")
    env.reset(seed=1)
    env.step({agent: env.action_space(agent).sample() for agent in env.agents})
    snapshot = env.unwrapped.snapshot()
    assert snapshot.objective == env.last_outcome.objective
    assert snapshot.bound <= snapshot.objective
    assert snapshot.bound_title == "lower bound"
