"""The interface of a batch over copies that are stepped one after the other."""

import pickle

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv

from edgemarl.core.in_turn import InTurn, joined_infos
from edgemarl.core.vector import batched


class Walk(ParallelEnv):
    """Two agents add to one number, from where the seed says; each observes it and its own sum."""

    metadata = {"name": "walk"}  # noqa: RUF012
    possible_agents = ["left", "right"]  # noqa: RUF012

    def __init__(self, length=3, wide=False):
        self.length, self.wide, self.agents = length, wide, []

    def observation_space(self, agent):
        return Box(-100, 100, (2,), np.float64)

    def action_space(self, agent):
        return Discrete(4 if self.wide and agent == "right" else 3)

    def reset(self, seed=None, options=None):
        self.agents, self.number, self.slot = list(self.possible_agents), seed or 0, 0
        self.own = dict.fromkeys(self.agents, 0)
        return self._seen(), {agent: {"own": 0} for agent in self.agents}

    def step(self, actions):
        for agent, action in actions.items():
            if action not in self.action_space(agent):
                raise ValueError(f"action of {agent} must be below 3, got {action}")
            self.own[agent] += action
            self.number += action
        self.slot += 1
        over = self.slot == self.length
        ends = dict.fromkeys(self.agents, False), dict.fromkeys(self.agents, over)
        infos = {agent: {"own": self.own[agent]} for agent in self.agents}
        seen, rewards = self._seen(), {agent: float(self.own[agent]) for agent in self.agents}
        self.agents = [] if over else self.agents
        return seen, rewards, *ends, infos

    def _seen(self):
        return {a: np.array([self.number, self.own[a]]) for a in self.possible_agents}


def test_two_copies_by_hand():
    batch = batched([Walk(), Walk()])
    assert isinstance(batch, InTurn)
    infos = batch.reset([10, None])
    np.testing.assert_array_equal(infos["own"], [[0, 0], [0, 0]])
    rewards, ended, cut, infos = batch.step(np.array([[1, 2], [0, 1]]))
    np.testing.assert_array_equal(rewards, [[1, 2], [0, 1]])
    np.testing.assert_array_equal(infos["own"], [[1, 2], [0, 1]])
    assert not (ended | cut).any()
    np.testing.assert_array_equal(batch.observations(), [[[13, 1], [13, 2]], [[1, 0], [1, 1]]])


def test_copies_are_reset_at_different_times():
    batch = InTurn([Walk(), Walk()])
    batch.reset([1, 1])
    zeros = np.zeros((2, 2), int)
    batch.step(zeros)
    infos = batch.reset([5, None], np.array([True, False]))
    np.testing.assert_array_equal(infos["own"], zeros)
    batch.step(zeros + 1)
    cut = batch.step(zeros)[2]
    assert cut.tolist() == [False, True]
    np.testing.assert_array_equal(batch.observations()[:, 0], [[7, 1], [3, 1]])
    with pytest.raises(RuntimeError, match=r"episode of copy 1 is over, call reset\(seeds, which"):
        batch.step(zeros)
    assert batch.envs[0].slot == 2


def test_errors_name_the_copy():
    batch = InTurn([Walk(), Walk()])
    with pytest.raises(RuntimeError, match="copy 0 must be reset first"):
        batch.observations()
    batch.reset([0, 0], np.array([True, False]))
    with pytest.raises(RuntimeError, match="copy 1 must be reset first"):
        batch.step(np.zeros((2, 2), int))
    with pytest.raises(ValueError, match="seeds must be 2, one for every copy, got 1"):
        batch.reset([0])
    with pytest.raises(ValueError, match=r"which must have shape \(2,\), got \(3,\)"):
        batch.reset([0, 0], np.ones(3, bool))
    with pytest.raises(ValueError, match="which must hold True or False for every copy, got int"):
        batch.reset([0, 0], np.array([0, 1]))
    batch.reset([0, 0])
    with pytest.raises(ValueError, match="copy 1: action of right must be below 3, got 3"):
        batch.step(np.array([[0, 0], [0, 3]]))
    with pytest.raises(ValueError, match=r"actions must have shape \(2, 2\), got \(2,\)"):
        batch.step(np.array([0, 0]))
    assert batch.row_owner() is None
    with pytest.raises(ValueError, match="rows of the state must have owners"):
        batch.step_rows(np.zeros((2, 2), int))


def test_agents_must_be_alike():
    with pytest.raises(ValueError, match=r"agents must have equal spaces .* right has Discrete\(4"):
        InTurn([Walk(wide=True)])


def test_it_pickles_in_the_middle_of_an_episode():
    batch = InTurn([Walk(), Walk()])
    batch.reset([1, 2])
    batch.step(np.ones((2, 2), int))
    other = pickle.loads(pickle.dumps(batch))
    np.testing.assert_array_equal(other.observations(), batch.observations())
    other.step(np.ones((2, 2), int))
    assert [env.slot for env in other.envs] == [2, 2]
    assert [env.slot for env in batch.envs] == [1, 1]


def test_infos_that_are_shared_and_split_by_hand():
    infos = {
        "left": {"all": 7.0, "own": 1, "parts": np.array([0.5, 0.0])},
        "right": {"all": 7.0, "own": 2, "parts": np.array([0.0, 0.25])},
    }
    joined = joined_infos(infos, ["all"], ["parts"])
    assert joined["all"].shape == ()
    assert {key: value.tolist() for key, value in joined.items()} == {
        "all": 7.0,
        "own": [1, 2],
        "parts": [0.5, 0.25],
    }
    assert joined_infos(infos)["parts"].tolist() == [[0.5, 0.0], [0.0, 0.25]]
