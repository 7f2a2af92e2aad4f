import numpy as np
import pytest

from edgemarl import djtcra_v0
from edgemarl.djtcra.outcome import evaluate
from edgemarl.djtcra.presets import TINY
from edgemarl.djtcra.snapshot import demanded_power, positions, slot_snapshot
from edgemarl.djtcra.state import next_state


@pytest.fixture
def idle_user():
    """A scenario, and a state whose user 2 has no task."""
    scenario = TINY.with_overrides({"num_users": 4})
    state = next_state(scenario, None, None, np.random.default_rng(0))
    state.active[2] = False
    return scenario, state


def test_what_became_of_a_slot(idle_user):
    scenario, state = idle_user
    outcome = evaluate(scenario, state, np.array([0, 1, 1, -1]))
    snapshot = slot_snapshot(scenario, state, outcome, bound=4.0)
    assert snapshot.served_by[2] == -2
    assert snapshot.served_by[3] == -1
    np.testing.assert_array_equal(np.isnan(snapshot.quality), [False, False, True, False])
    np.testing.assert_array_equal(snapshot.quality[[0, 1, 3]], outcome.qoe[[0, 1, 3]])
    np.testing.assert_allclose(sum(snapshot.latency.values()), outcome.latency)
    assert sum(snapshot.counts[name] for name in ("SU", "DU", "GU")) == 3
    assert snapshot.objective == outcome.system_qoe
    assert snapshot.gap == pytest.approx(1 - outcome.system_qoe / 4.0)


def test_a_slot_without_an_outcome(idle_user):
    snapshot = slot_snapshot(*idle_user)
    np.testing.assert_array_equal(snapshot.served_by, [-3, -3, -2, -3])
    assert not snapshot.decided
    assert np.isnan(snapshot.quality).all()
    assert not snapshot.server_load.any()
    assert snapshot.bound is None


def test_demanded_power_by_hand(idle_user):
    scenario, state = idle_user
    outcome = evaluate(scenario, state, np.array([1, 1, 1, -1]))  # the cloud's task asks for none
    power = [
        state.processing_factor[u, 1] * state.volume[u] * state.intensity[u] / state.midpoint[u]
        for u in (0, 1)
    ]
    np.testing.assert_allclose(demanded_power(scenario, state, outcome), [0.0, sum(power), 0.0])


def test_users_without_positions_stand_at_their_distance(idle_user):
    scenario, state = idle_user
    sites, users = positions(scenario, state)
    np.testing.assert_allclose(np.linalg.norm(users - sites[state.ran], axis=1), state.distance)
    assert np.linalg.norm(sites[0] - sites[1]) == pytest.approx(200.0)  # two discs of 100 m


def test_users_with_positions_stand_there():
    scenario = TINY.with_overrides({"mobility": "random_walk"})
    state = next_state(scenario, None, None, np.random.default_rng(0))
    sites, users = positions(scenario, state)
    np.testing.assert_array_equal(users, state.placement.position)
    np.testing.assert_allclose(np.linalg.norm(users - sites[state.ran], axis=1), state.distance)


@pytest.mark.parametrize("report_bound", [True, False])
def test_the_snapshot_of_an_environment(report_bound):
    env = djtcra_v0.parallel_env(scenario="tiny", report_bound=report_bound)
    with pytest.raises(RuntimeError, match="a snapshot must follow a step"):
        env.unwrapped.snapshot()
    env.reset(seed=1)
    with pytest.raises(RuntimeError, match="a snapshot must follow a step"):
        env.unwrapped.snapshot()
    decided = env.slot_state
    infos = env.step({agent: env.action_space(agent).sample() for agent in env.agents})[-1]
    snapshot = env.unwrapped.snapshot()
    assert snapshot.slot == decided.slot == env.slot_state.slot - 1
    assert snapshot.objective == pytest.approx(sum(env.last_outcome.qoe))
    if report_bound:
        assert snapshot.bound == infos["server_0"]["upper_bound"]
        assert snapshot.gap == infos["server_0"]["bound_gap"]
    assert snapshot.bound >= snapshot.objective
    env.step({agent: env.action_space(agent).sample() for agent in env.agents})
    assert (env.unwrapped.snapshot(bound=False).bound is None) is not report_bound
