import numpy as np
import pytest
from gymnasium.spaces import Box

from edgemarl.mec.outcome import METRICS, evaluate
from edgemarl.mec.server_view import ServerView


@pytest.fixture
def view(hand):
    return ServerView(hand)


@pytest.fixture
def capped(hand):
    """Room for 6 and 12 devices of 1 Gcycles/s; servers of 1 and 2 Gcycles/s have it for 1, 2."""
    return ServerView(hand.replace(vote="capacity", server_capacity=(1e9, 2e9)))


def test_spaces(view):
    assert view.agents == ["server_0", "server_1"]
    assert view.state_space == Box(-10, 10, (2, 3), np.float32)
    for agent in view.agents:
        assert view.observation_spaces[agent] == Box(-10, 10, (3,), np.float32)
        assert view.action_spaces[agent] == Box(0, 1, (3,), np.float32)


def test_servers_observe_their_rows_of_the_state(view, hand_state):
    state, observations = view.global_state(hand_state), view.observe(hand_state)
    assert state in view.state_space
    np.testing.assert_array_equal(np.stack(list(observations.values())), state)
    assert state[0, 0] > state[0, 2]  # SNR 15 against 1 at server 0
    assert state[1, 2] > state[0, 2]  # 7 against 1 for device 2


def test_scores_are_voted_on(view, hand_state):
    actions = {"server_1": [0.6, 0.8, 0.2], "server_0": [0.7, 0.7, 0.4]}
    np.testing.assert_array_equal(view.decode(actions, hand_state), [0, 1, -1])


def test_the_scenario_says_which_vote(capped, hand_state):
    actions = {"server_0": [0.7, 0.9, 0.8], "server_1": [0.1, 0.1, 0.1]}
    np.testing.assert_array_equal(capped.decode(actions, hand_state), [-1, 0, -1])


@pytest.mark.parametrize("assignment", [[0, 0, 1], [-1, 1, 1], [-1, -1, -1], [1, 0, 1]])
def test_scores_that_mean_an_assignment(view, capped, hand_state, assignment):
    actions = view.encode(np.array(assignment))
    assert all(actions[agent] in view.action_spaces[agent] for agent in view.agents)
    np.testing.assert_array_equal(view.decode(actions, hand_state), assignment)
    if assignment.count(0) <= 1:
        actions = capped.encode(np.array(assignment))
        np.testing.assert_array_equal(capped.decode(actions, hand_state), assignment)


def test_assignments_that_the_vote_cannot_mean(capped):
    message = (
        r"^assignment must give server_0 at most 1 devices with vote='capacity', got 2: give "
        r"fewer, take vote='max', or execute it with env\.advance\(assignment\)$"
    )
    with pytest.raises(ValueError, match=message):
        capped.encode(np.array([0, 0, 1]))


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ([0, 1], r"^assignment must have shape \(3,\), got \(2,\)$"),
        ([0, 1, 2], r"^assignment must be a server index from -1 to 1, got 2 at index 2$"),
    ],
)
def test_assignments_that_are_none(view, assignment, message):
    with pytest.raises(ValueError, match=message):
        view.encode(np.array(assignment))


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        ({"server_0": [0, 0, 0]}, r"^actions must hold one .* missing \['server_1'\]"),
        (
            {"server_0": [0, 0, 0], "server_1": [0, 1]},
            r"^action of server_1 must have shape \(3,\), got \(2,\)$",
        ),
        (
            {"server_0": [0, 0, 0], "server_1": [0, 1.5, 0]},
            r"^action of server_1 must be between 0 and 1, got 1\.5 for device 1$",
        ),
        (
            {"server_0": [0, 0, np.nan], "server_1": [0, 1, 0]},
            r"^action of server_0 must be between 0 and 1, got nan for device 2$",
        ),
        (
            {"server_0": [-0.1, 0, 0], "server_1": [0, 1, 0]},
            r"^action of server_0 must be between 0 and 1, got -0\.1 for device 0$",
        ),
        (
            {"server_0": ["a", "b", "c"], "server_1": ["a", "b", "c"]},
            r"^actions must be numbers between 0 and 1, got <U1$",
        ),
    ],
)
def test_actions_that_are_none(view, hand_state, actions, message):
    with pytest.raises(ValueError, match=message):
        view.decode(actions, hand_state)


def test_all_servers_are_paid_alike(view, hand, hand_state):
    outcome = evaluate(hand, hand_state, np.array([0, 0, 1]))
    rewards = view.rewards(hand_state, outcome)
    assert rewards == pytest.approx({"server_0": 1 / 7.2, "server_1": 1 / 7.2}, rel=1e-12)


def test_infos_of_the_hand_worked_assignment(view, hand, hand_state):
    """Server 0 has 5 Gcycles at 6 Gcycles/s, server 1 has 9 at 12."""
    infos = view.infos(hand_state, evaluate(hand, hand_state, np.array([0, 0, 1])))
    slot = {"objective": 7.2, "time": 3.15, "energy": 0.9, "num_local": 0.0}
    assert infos["server_0"] == pytest.approx({**slot, "num_served": 2.0, "load": 5 / 6})
    assert infos["server_1"] == pytest.approx({**slot, "num_served": 1.0, "load": 0.75})


def test_infos_before_the_first_slot_are_zero(view, hand_state):
    infos = view.infos(hand_state, None)
    assert infos["server_1"] == dict.fromkeys((*METRICS, "num_served", "load"), 0.0)
