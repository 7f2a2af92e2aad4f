import numpy as np
import pytest

from edgemarl import mec_v0
from edgemarl.mec.outcome import evaluate
from edgemarl.mec.presets import TINY
from edgemarl.mec.snapshot import quality, slot_snapshot
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


def test_quality_is_one_for_a_device_that_has_the_best_for_itself(state):
    alone = np.array([-1, -1, -1, 0, -1, -1])
    scores = quality(TINY, state, evaluate(TINY, state, alone))
    assert scores.max() <= 1.0 + 1e-12
    costs = [
        evaluate(TINY, state, np.where(np.arange(6) == 3, server, -1)).cost[3]
        for server in (-1, 0, 1)
    ]
    assert scores[3] == pytest.approx(min(costs) / costs[1])


def test_the_snapshot_of_an_environment():
    env = mec_v0.parallel_env(scenario="tiny")
    env.reset(seed=1)
    env.step({agent: env.action_space(agent).sample() for agent in env.agents})
    snapshot = env.unwrapped.snapshot()
    assert snapshot.objective == env.last_outcome.objective
    assert snapshot.bound <= snapshot.objective
    assert snapshot.bound_title == "lower bound"
