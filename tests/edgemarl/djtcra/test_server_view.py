import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, MultiDiscrete

from edgemarl.djtcra import evaluate
from edgemarl.djtcra.outcome import METRICS
from edgemarl.djtcra.server_view import ServerView

OWN = ("local_qoe", "num_connected", "num_served")


def test_spaces(hand):
    view = ServerView(hand)
    assert view.agents == ["server_0", "server_1"]
    for agent in view.agents:
        assert view.observation_spaces[agent] == Box(-1, 1, (3, 9), np.float32)
        assert view.action_spaces[agent] == MultiDiscrete([2, 2, 2])
    assert view.state_space == Box(-1, 1, (3, 9), np.float32)
    probability = ServerView(hand, action="probability").action_spaces["server_1"]
    assert probability == Box(0, 1, (3, 2), np.float32)
    masked = ServerView(hand, action_mask=True).observation_spaces["server_0"]
    assert isinstance(masked, Dict)
    assert masked["action_mask"] == Box(0, 1, (6,), np.int8)


def test_each_server_sees_its_connected_users(hand, hand_state):
    view = ServerView(hand)
    rows, observations = view.global_state(hand_state), view.observe(hand_state)
    np.testing.assert_array_equal(observations["server_0"][:2], rows[:2])
    np.testing.assert_array_equal(observations["server_0"][2], 0)
    np.testing.assert_array_equal(observations["server_1"][:2], 0)
    np.testing.assert_array_equal(observations["server_1"][2], rows[2])


def test_observations_add_up_to_the_state(tiny, draw):
    """Eq. (19): the state is the union of the local states."""
    state = draw(tiny)
    view = ServerView(tiny)
    observations = view.observe(state)
    np.testing.assert_array_equal(sum(observations.values()), view.global_state(state))
    assert all(observations[agent] in view.observation_spaces[agent] for agent in view.agents)


def test_observations_do_not_share_memory_with_the_state(hand, hand_state):
    view = ServerView(hand)
    view.observe(hand_state)["server_0"][:] = 7
    assert view.observe(hand_state)["server_0"].max() <= 1


def test_masks_free_the_rows_of_connected_users(hand, hand_state):
    observations = ServerView(hand, action_mask=True).observe(hand_state)
    masks = [observations[agent]["action_mask"].tolist() for agent in observations]
    assert masks == [[1, 1, 1, 1, 1, 0], [1, 0, 1, 0, 1, 1]]
    plain = ServerView(hand).observe(hand_state)
    np.testing.assert_array_equal(observations["server_1"]["observation"], plain["server_1"])


def test_own_rows_decide(hand, hand_state):
    actions = {"server_0": np.array([1, 0, 0]), "server_1": np.array([0, 1, 1])}
    np.testing.assert_array_equal(ServerView(hand).decode(actions, hand_state), [1, 0, 1])


def test_the_greatest_probability_decides(hand, hand_state):
    first = np.array([[0.2, 0.8], [0.6, 0.4], [np.nan, 0.0]])
    actions = {"server_0": first, "server_1": np.array([[1, 0], [1, 0], [0.5, 0.5]])}
    view = ServerView(hand, action="probability")
    np.testing.assert_array_equal(view.decode(actions, hand_state), [1, 0, 0])


@pytest.mark.parametrize("action", ["discrete", "probability"])
def test_encoding_is_the_inverse_of_decoding(tiny, draw, action):
    state, view = draw(tiny), ServerView(tiny, action=action)
    assignment = np.random.default_rng(0).integers(3, size=8)
    actions = view.encode(assignment)
    assert all(actions[agent] in view.action_spaces[agent] for agent in view.agents)
    np.testing.assert_array_equal(view.decode(actions, state), assignment)
    with pytest.raises(ValueError, match=r"assignment must be a server index from 0 to 2, got -1"):
        view.encode(np.full(8, -1))


def test_rewards_are_shared_or_local(hand, hand_state):
    """Eq. (23): R = sum of QoE = sum of r^h, over connected users and not those served."""
    outcome = evaluate(hand, hand_state, np.array([0, 1, 1]))
    shared = ServerView(hand).rewards(hand_state, outcome)
    assert shared == dict.fromkeys(["server_0", "server_1"], outcome.system_qoe)
    local_scenario = hand.with_overrides({"reward.scope": "local"})
    local = ServerView(local_scenario).rewards(hand_state, outcome)
    assert local["server_0"] == pytest.approx(0.9969816 + 0.9852260, abs=1e-6)
    assert local["server_1"] == pytest.approx(0.0241271, abs=1e-6)
    assert sum(local.values()) == pytest.approx(outcome.system_qoe)


def test_infos(hand, hand_state):
    view = ServerView(hand)
    outcome = evaluate(hand, hand_state, np.array([0, 1, 1]))
    infos, before = view.infos(hand_state, outcome), view.infos(hand_state, None)
    for agent in view.agents:
        assert list(infos[agent]) == list(before[agent]) == [*METRICS, *OWN]
        assert {key: infos[agent][key] for key in METRICS} == outcome.metrics()
        assert all(type(value) is float for value in infos[agent].values())
    own = [[infos[agent][key] for key in OWN] for agent in view.agents]
    np.testing.assert_allclose(own, [[1.9822076, 2, 1], [0.0241271, 1, 1]], atol=1e-6)
    assert [before[agent]["num_connected"] for agent in view.agents] == [2.0, 1.0]
    assert before["server_0"]["system_qoe"] == before["server_0"]["num_served"] == 0.0


@pytest.mark.parametrize(
    ("action", "given", "message"),
    [
        ("discrete", [0, 2, 0], r"action of server_0 must be a server index from 0 to 1, got 2 at"),
        ("discrete", [0, 1], r"action of server_0 must have shape \(3,\), got \(2,\)"),
        ("discrete", [0.0, 1.0, 0.0], r"actions must be integers"),
        ("probability", [[0.5, 0.5]] * 2, r"action of server_0 must have shape \(3, 2\)"),
        ("probability", [[0.5, np.nan]] * 3, r"action of server_0 must have a positive finite max"),
        ("probability", [[0.0, 0.0]] * 3, r"action of server_0 must have a positive finite max"),
    ],
)
def test_bad_actions(hand, hand_state, action, given, message):
    view = ServerView(hand, action=action)
    actions = view.encode(np.zeros(3, int))
    actions["server_0"] = np.array(given)
    with pytest.raises(ValueError, match=message):
        view.decode(actions, hand_state)


def test_missing_and_unknown_agents(hand, hand_state):
    view = ServerView(hand)
    actions = view.encode(np.zeros(3, int))
    with pytest.raises(ValueError, match=r"missing \['server_1'\], unexpected \[\]"):
        view.decode({"server_0": actions["server_0"]}, hand_state)
    with pytest.raises(ValueError, match=r"missing \[\], unexpected \['user_0'\]"):
        view.decode({**actions, "user_0": 0}, hand_state)


def test_unknown_actions(hand):
    with pytest.raises(ValueError, match="action must be one of 'discrete', 'probability', got 'c"):
        ServerView(hand, action="continuous")
