"""Agents that all observe the same: replay keeps one copy, networks see it as before."""

import numpy as np
import pytest
import torch
from game_envs import CommonEnv, common_env

from rllib_algos import registry
from rllib_algos.joint.common import CommonLayout
from rllib_algos.joint.discovery import joint_spaces
from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.layouts import make_layout
from rllib_algos.joint.replay import JointReplay
from rllib_algos.joint.spaces import JointSpaces


def layout_of(env):
    return make_layout(joint_spaces(env), soft=False)


def fields_of(layout, env, observations):
    encoded = layout.encode(env, observations)
    return {name: torch.from_numpy(values)[None] for name, values in encoded.items()}


def test_the_layout_follows_what_the_environment_says():
    assert type(layout_of(CommonEnv())) is CommonLayout
    assert type(layout_of(CommonEnv(alike=False))) is GroupLayout


def test_spaces_remember_it():
    spaces = joint_spaces(CommonEnv())
    assert JointSpaces.from_dict(spaces.to_dict()) == spaces
    assert spaces.common_observation


def test_observations_are_rebuilt_exactly():
    env = CommonEnv()
    common = layout_of(env)
    plain = GroupLayout(common.spaces, soft=False)
    observations, _ = env.reset(seed=1)
    fields = fields_of(common, env, observations)
    assert {name: tuple(values.shape) for name, values in fields.items()} == {"state": (1, 6)}
    (inputs,) = common.actor_inputs(fields)
    (expected,) = plain.actor_inputs(fields_of(plain, env, observations))
    assert inputs.shape == (3, 1, 6)
    torch.testing.assert_close(inputs, expected, rtol=0, atol=0)
    assert common.state_size == 6
    torch.testing.assert_close(common.state_vector(fields), inputs[0])


def test_groups_of_different_actions_see_the_same():
    env = CommonEnv()
    env._actions["user_2"] = type(env._actions["user_2"])(5)
    layout = layout_of(env)
    observations, _ = env.reset(seed=0)
    inputs = layout.actor_inputs(fields_of(layout, env, observations))
    assert [tuple(x.shape) for x in inputs] == [(2, 1, 6), (1, 1, 6)]
    torch.testing.assert_close(inputs[1][0], inputs[0][1])


def test_what_is_kept_does_not_change_when_the_environment_reuses_its_array():
    env = CommonEnv()
    layout = layout_of(env)
    observations, _ = env.reset(seed=0)
    before = layout.encode(env, observations)["state"].copy()
    encoded = layout.encode(env, observations)
    observations["user_0"][:] = 7.0
    np.testing.assert_array_equal(encoded["state"], before)


def test_a_broken_promise_is_refused(small):
    message = "agent 'user_1' must observe what 'user_0' does, as observes_alike"
    algorithm = small(registry.get_config("idqn"), common_env, env_config={"honest": False})
    with pytest.raises(ValueError, match=message):
        algorithm.train()


def test_unequal_spaces_cannot_be_alike():
    env = CommonEnv()
    space = env._observations["user_0"]
    env._observations["user_2"] = type(space)(-1, 1, (7,), np.float32)
    with pytest.raises(ValueError, match=r"observes_alike\(\) needs equal observation spaces"):
        joint_spaces(env)


def test_replay_of_a_hundred_agents_keeps_one_copy():
    agents, size, capacity = 100, 306, 50

    def bytes_per_transition(alike):
        layout = layout_of(CommonEnv(agents=agents, size=size, choices=7, alike=alike))
        fields = layout.observation_fields, layout.action_fields
        return JointReplay(capacity, *fields, agents, np.random.default_rng(0)).nbytes / capacity

    # observation, actions (one byte each), rewards, "terminated", and the replay's own index
    assert bytes_per_transition(alike=True) == 4 * size + agents + 4 * agents + 4 + 8
    assert bytes_per_transition(alike=False) == 4 * size * agents + agents + 4 * agents + 4 + 8


@pytest.mark.parametrize("name", ["vdn", "maddpg"])
def test_learning_is_the_same_with_and_without(small, name):
    weights = []
    for alike in (True, False):
        algorithm = small(registry.get_config(name), common_env, env_config={"alike": alike})
        for _ in range(4):
            algorithm.train()
        weights.append(algorithm.get_module("actors").get_state())
    for key, value in weights[0].items():
        assert value.shape == weights[1][key].shape
        if name == "vdn":  # critics see the joint observation once, or once per agent
            np.testing.assert_allclose(value, weights[1][key], atol=1e-6, err_msg=key)
