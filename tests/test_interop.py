"""Every registered environment runs in the libraries that wrap PettingZoo's."""

import warnings

import numpy as np
import pytest
from gymnasium.spaces.utils import flatdim
from gymnasium.vector.utils import batch_space, iterate
from pettingzoo import ParallelEnv

from tests.rollouts import every_case, make, rollout


@every_case
def test_supersuit_vectorises(name, options):
    supersuit = pytest.importorskip("supersuit")
    env = make(name, **options)
    vector = supersuit.pettingzoo_env_to_vec_env_v1(env)
    assert vector.num_envs == len(env.possible_agents)
    observations, _ = vector.reset(seed=0)
    for _ in range(7):  # over the end of an episode, which restarts by itself
        actions = np.stack([vector.action_space.sample() for _ in range(vector.num_envs)])
        observations, rewards, terminations, truncations, infos = vector.step(actions)
        joint = batch_space(vector.observation_space, vector.num_envs)
        assert all(one in vector.observation_space for one in iterate(joint, observations))
        assert rewards.shape == terminations.shape == truncations.shape == (vector.num_envs,)
        assert len(infos) == vector.num_envs


@every_case
def test_rllib_wraps(name, options):
    pytest.importorskip("ray")
    with warnings.catch_warnings():  # of ray's own imports
        warnings.simplefilter("ignore")
        from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv
    env = ParallelPettingZooEnv(make(name, **options))
    observations, infos = env.reset(seed=0)
    assert set(observations) == set(infos) == set(env.possible_agents)
    for cycle in range(5):
        actions = {agent: env.action_space[agent].sample() for agent in observations}
        observations, rewards, terminateds, truncateds, infos = env.step(actions)
        assert env.observation_space.contains(observations)
        assert set(rewards) == set(infos) == set(observations)
        assert terminateds["__all__"] is False
        assert truncateds["__all__"] is (cycle == 4)


@every_case
def test_torchrl_conventions(name, options):
    """What TorchRL's PettingZooWrapper reads, without TorchRL.

    It groups agents by the name before the last underscore, stacks their spaces, takes the specs of
    infos from those of the reset, sizes masks as the one-hot actions laid out flat, and wants every
    agent in every dictionary until the episode is over.
    """
    env = make(name, **options)
    assert isinstance(env, ParallelEnv)
    groups = {agent.rpartition("_")[0] for agent in env.possible_agents}
    assert len(groups) == 1
    assert [int(agent.rpartition("_")[2]) for agent in env.possible_agents] == list(
        range(len(env.possible_agents))
    )
    for space in (env.observation_space, env.action_space):
        assert len({str(space(agent)) for agent in env.possible_agents}) == 1
    for item in rollout(env):
        assert all(set(part) == set(env.possible_agents) for part in item)
        assert all(np.ndim(value) == 0 for info in item[-1].values() for value in info.values())
        assert env.state().shape == env.state_space.shape
        if options.get("action_mask"):
            for agent, seen in item[0].items():
                assert seen["action_mask"].shape == (flatdim(env.action_space(agent)),)
