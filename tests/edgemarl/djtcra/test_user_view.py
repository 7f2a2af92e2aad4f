from dataclasses import replace

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

from edgemarl.djtcra import evaluate
from edgemarl.djtcra.user_view import UserView


def test_spaces(hand):
    view = UserView(hand)
    assert view.agents == ["user_0", "user_1", "user_2"]
    assert view.observation_spaces["user_2"] == Box(-1, 1, (9,), np.float32)
    assert view.action_spaces["user_0"] == Discrete(2)
    assert view.state_space == Box(-1, 1, (3, 9), np.float32)
    everything = UserView(hand, observation="global").observation_spaces["user_1"]
    assert everything == Box(-1, 1, (3, 9), np.float32)
    masked = UserView(hand, action_mask=True).observation_spaces["user_1"]
    assert masked["action_mask"] == Box(0, 1, (2,), np.int8)


def test_observations(tiny, draw):
    state, local, everything = draw(tiny), UserView(tiny), UserView(tiny, observation="global")
    rows = local.global_state(state)
    for index, agent in enumerate(local.agents):
        np.testing.assert_array_equal(local.observe(state)[agent], rows[index])
        np.testing.assert_array_equal(everything.observe(state)[agent], rows)
        assert everything.observe(state)[agent] in everything.observation_spaces[agent]


def test_global_observations_are_copies(tiny, draw):
    observations = UserView(tiny, observation="global").observe(draw(tiny))
    observations["user_0"][:] = 7
    assert observations["user_1"].max() <= 1


def test_masks_leave_idle_users_one_choice(hand, hand_state):
    idle = replace(hand_state, active=np.array([True, False, True]))
    observations = UserView(hand, action_mask=True).observe(idle)
    masks = [observations[agent]["action_mask"].tolist() for agent in observations]
    assert masks == [[1, 1], [1, 0], [1, 1]]
    np.testing.assert_array_equal(observations["user_1"]["observation"], 0)


def test_decoding_and_encoding(hand, hand_state):
    view = UserView(hand)
    decoded = view.decode({"user_2": 0, "user_0": np.int64(1), "user_1": np.array(1)}, hand_state)
    np.testing.assert_array_equal(decoded, [1, 1, 0])
    actions = view.encode(decoded)
    assert all(actions[agent] in view.action_spaces[agent] for agent in view.agents)
    np.testing.assert_array_equal(view.decode(actions, hand_state), decoded)
    with pytest.raises(ValueError, match=r"assignment must be a server index from 0 to 1, got 2"):
        view.encode(np.array([0, 1, 2]))


def test_rewards_are_shared_or_one_s_own(hand, hand_state):
    outcome = evaluate(hand, hand_state, np.array([0, 1, 1]))
    shared = UserView(hand).rewards(hand_state, outcome)
    assert set(shared.values()) == {outcome.system_qoe}
    local = UserView(hand.with_overrides({"reward.scope": "local"})).rewards(hand_state, outcome)
    np.testing.assert_array_equal(list(local.values()), outcome.qoe)


def test_infos_hold_the_slot_s_metrics_and_own_values(hand, hand_state):
    view = UserView(hand)
    outcome = evaluate(hand, hand_state, np.array([0, 1, 1]))
    infos, slot = view.infos(hand_state, outcome), outcome.metrics()
    first = {"qoe": 0.9969816, "latency": 0.06, "cloud": 0.0}
    assert infos["user_0"] == pytest.approx(slot | first)
    third = {"qoe": 0.0241271, "latency": 0.535, "cloud": 1.0}
    assert infos["user_2"] == pytest.approx(slot | third, rel=1e-5)
    nothing = dict.fromkeys([*slot, "qoe", "latency", "cloud"], 0.0)
    assert view.infos(hand_state, None) == dict.fromkeys(view.agents, nothing)


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        (
            {"user_0": 0, "user_1": 2, "user_2": 0},
            r"action of user_1 must be a server index from 0",
        ),
        ({"user_0": 0, "user_1": -1, "user_2": 0}, r"action of user_1 must be .* got -1$"),
        ({"user_0": 0, "user_1": 0.5, "user_2": 0}, r"actions must be integers"),
        ({"user_0": 0, "user_1": [1], "user_2": 0}, r"action of user_1 must have shape \(\)"),
        ({"user_0": 0, "user_2": 0}, r"missing \['user_1'\], unexpected \[\]"),
        ({"user_0": 0, "user_1": 0, "user_2": 0, "x": 0}, r"missing \[\], unexpected \['x'\]"),
    ],
)
def test_bad_actions(hand, hand_state, actions, message):
    with pytest.raises(ValueError, match=message):
        UserView(hand).decode(actions, hand_state)


def test_unknown_observations(hand):
    with pytest.raises(ValueError, match="observation must be one of 'local', 'global', got 'all'"):
        UserView(hand, observation="all")
