import json

import gymnasium as gym
import numpy as np
import pytest

from rllib_algos.joint.spaces import (
    CategoricalAction,
    ContinuousAction,
    Group,
    JointSpaces,
    Observation,
    action_of,
    group_agents,
    observation_of,
)


def test_discrete_is_one_row_of_choices():
    action = action_of(gym.spaces.Discrete(4, start=2), "a")
    assert action == CategoricalAction(sizes=(4,), starts=(2,), shape=(), dtype="int64")
    assert (action.rows, action.width, action.vector_size) == (1, 4, 4)


def test_ragged_multi_discrete_is_padded_and_masked():
    action = action_of(gym.spaces.MultiDiscrete([2, 3]), "a")
    assert (action.rows, action.width, action.vector_size, action.ragged) == (2, 3, 6, True)
    np.testing.assert_array_equal(action.mask(), [[True, True, False], [True, True, True]])


def test_box_keeps_its_bounds():
    action = action_of(gym.spaces.Box(np.float32([-1, 0]), np.float32([1, 5])), "a")
    assert action == ContinuousAction(low=(-1, 0), high=(1, 5), shape=(2,), dtype="float32")
    assert action.vector_size == 2


@pytest.mark.parametrize(
    ("space", "size"),
    [
        (gym.spaces.Box(-1, 1, (2, 3)), 6),
        (gym.spaces.MultiBinary(5), 5),
        (gym.spaces.Discrete(4), 4),
        (gym.spaces.MultiDiscrete([2, 3]), 5),
    ],
)
def test_observations_become_vectors(space, size):
    observation = observation_of(space, "a")
    assert observation.size == size
    space.seed(0)
    vector = observation.encode(space.sample())
    assert vector.shape == (size,)
    assert vector.dtype == np.float32


def test_one_hot_observations():
    observation = observation_of(gym.spaces.Discrete(3, start=5), "a")
    np.testing.assert_array_equal(observation.encode(6), [0, 1, 0])
    observation = observation_of(gym.spaces.MultiDiscrete([2, 3]), "a")
    np.testing.assert_array_equal(observation.encode(np.array([1, 2])), [0, 1, 0, 0, 1])


@pytest.mark.parametrize(
    "space",
    [
        gym.spaces.Dict({"x": gym.spaces.Discrete(2)}),
        gym.spaces.Tuple([gym.spaces.Discrete(2)]),
        gym.spaces.Text(4),
    ],
    ids=lambda s: type(s).__name__,
)
def test_unsupported_spaces_are_refused_by_name(space):
    with pytest.raises(ValueError, match=r"agent 'a' has the observation space .* supported are"):
        observation_of(space, "a")
    with pytest.raises(ValueError, match=r"agent 'a' has the action space .* supported are"):
        action_of(space, "a")


def test_images_are_refused():
    with pytest.raises(ValueError, match=r"agent 'a' observes images .* \(no images\)"):
        observation_of(gym.spaces.Box(0, 255, (8, 8, 3), np.uint8), "a")


def test_unbounded_actions_are_refused():
    low, high = np.float32([-1, -np.inf]), np.float32([1, 1])
    with pytest.raises(ValueError, match=r"finite bounds .* got low -inf and high 1.0 at index 1"):
        action_of(gym.spaces.Box(low, high), "a")


def test_equal_agents_share_a_group_in_order_of_appearance():
    small, large = Observation(size=2), Observation(size=3)
    action = action_of(gym.spaces.Discrete(2), "a")
    groups = group_agents(["a", "b", "c"], [large, small, large], [action] * 3)
    assert [g.agents for g in groups] == [(0, 2), (1,)]
    assert groups[0].observation == large


def test_spaces_survive_json():
    spaces = JointSpaces(
        agents=("a", "b"),
        groups=(
            Group(
                agents=(1,),
                observation=observation_of(gym.spaces.MultiDiscrete([2, 3]), "b"),
                action=action_of(gym.spaces.MultiDiscrete([2, 3]), "b"),
            ),
            Group(
                agents=(0,),
                observation=Observation(size=2),
                action=action_of(gym.spaces.Box(-1, 1, (2,)), "a"),
            ),
        ),
        state_shape=(4, 2),
    )
    assert JointSpaces.from_dict(json.loads(json.dumps(spaces.to_dict()))) == spaces
