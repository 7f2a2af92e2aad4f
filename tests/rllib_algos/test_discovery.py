import gymnasium as gym
import numpy as np
import pytest
from joint_envs import ClimbEnv, MixedEnv, RowEnv
from pettingzoo.utils.conversions import parallel_to_aec

from rllib_algos.joint.discovery import joint_spaces
from rllib_algos.joint.protocols import RowOwner


def test_agents_keep_the_environments_order_and_equal_ones_form_groups():
    spaces = joint_spaces(MixedEnv())
    assert spaces.agents == ("picker", "twin_a", "ragged", "mover", "twin_b")
    assert [g.agents for g in spaces.groups] == [(0,), (1, 4), (2,), (3,)]
    assert spaces.state_shape is None


def test_row_owning_environments_are_recognised():
    env = RowEnv()
    assert isinstance(env, RowOwner)
    spaces = joint_spaces(env)
    assert spaces.state_shape == (6, 4)
    assert spaces.groups[0].action.sizes == (3,) * 6
    assert not spaces.groups[0].action.probabilities
    assert joint_spaces(RowEnv(probability=True)).groups[0].action.probabilities


def test_an_environment_may_say_that_its_rows_have_no_owners(monkeypatch):
    env = RowEnv()
    monkeypatch.setattr(RowEnv, "row_owner", lambda self: None)
    spaces = joint_spaces(env)
    assert spaces.state_shape is None
    assert spaces.groups[0].observation.size == 6 * 4


def test_row_owner_must_fit_the_actions():
    env = RowEnv()
    env._actions = dict.fromkeys(env.possible_agents, gym.spaces.MultiDiscrete([3] * 5))
    with pytest.raises(ValueError, match=r"6 rows needs actions MultiDiscrete\(\[H\] \* 6\)"):
        joint_spaces(env)


def test_row_owner_needs_equal_agents():
    env = RowEnv()
    env._observations = {**env._observations, "server_2": gym.spaces.Box(-1, 1, (5, 4), np.float32)}
    with pytest.raises(ValueError, match="equal spaces for all agents; 'server_2' has"):
        joint_spaces(env)


def test_what_is_no_parallel_env_is_refused():
    with pytest.raises(TypeError, match=r"must be a PettingZoo ParallelEnv, got Box without"):
        joint_spaces(gym.spaces.Box(0, 1))
    with pytest.raises(TypeError, match="aec_to_parallel"):
        joint_spaces(parallel_to_aec(ClimbEnv()))


def test_an_environment_without_agents_is_refused():
    env = ClimbEnv()
    env.possible_agents = []
    with pytest.raises(ValueError, match="no possible_agents"):
        joint_spaces(env)
