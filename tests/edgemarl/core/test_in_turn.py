"""The interface of a batch over copies that are stepped one after the other."""

import pickle

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv

from edgemarl.core.in_turn import InTurn, joint_end
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
    batch.reset([0, 0])
    with pytest.raises(ValueError, match="copy 1: action of right must be below 3, got 3"):
        batch.step(np.array([[0, 0], [0, 3]]))
    assert [env.slot for env in batch.envs] == [1, 0]  # the copy before has moved
    with pytest.raises(ValueError, match=r"actions must have shape \(2, 2\), got \(2,\)"):
        batch.step(np.array([0, 0]))
    assert batch.row_owner() is None
    with pytest.raises(ValueError, match="rows of the state must have owners"):
        batch.step_rows(np.zeros((2, 2), int))


def test_no_copy_is_reset_where_a_seed_is_wrong():
    batch = InTurn([Walk(), Walk()])
    batch.reset(np.array([10, 20]))
    batch.step(np.ones((2, 2), int))
    with pytest.raises(ValueError, match="copy 1: seed must be an integer of at least 0, got -1"):
        batch.reset([5, -1])
    assert [env.number for env in batch.envs] == [12, 22]


class Loose(Walk):
    """A walk that returns what it is told to after its own step."""

    def __init__(self, **returned):
        super().__init__()
        self.returned = returned

    def step(self, actions):
        names = "observations", "rewards", "terminations", "truncations", "infos"
        own = dict(zip(names, super().step(actions), strict=True))
        self.agents = self.returned.get("agents", self.agents)
        return tuple({**own, **self.returned}[name] for name in names)


@pytest.mark.parametrize(
    "returned",
    [
        {"terminations": {"left": True, "right": False}, "agents": ["right"]},
        {
            "terminations": {"left": True, "right": False},
            "truncations": {"left": False, "right": True},
            "agents": [],
        },
        {"agents": ["right"]},
    ],
    ids=["one alone", "in two ways", "gone"],
)
def test_agents_must_end_together(returned):
    batch = InTurn([Walk(), Loose(**returned)])
    batch.reset([0, 0])
    with pytest.raises(ValueError, match=r"copy 1: all agents must end .* in the same way, .* got"):
        batch.step(np.zeros((2, 2), int))


def test_ends_by_hand():
    assert joint_end([False, False], [False, False]) == (False, False)
    assert joint_end([False, False], [True, True]) == (False, True)
    assert joint_end([True, True], [np.True_, True]) == (True, True)
    assert joint_end([True, False], [False, False]) is None
    assert joint_end([True, False], [False, True]) is None


@pytest.mark.parametrize(
    "name", ["observations", "rewards", "terminations", "truncations", "infos"]
)
def test_agents_must_be_there(name):
    batch = InTurn([Loose(**{name: {"left": 0}})])
    batch.reset([0])
    with pytest.raises(
        ValueError, match=rf"copy 0: {name} must have .* missing \['right'\]; agent"
    ):
        batch.step(np.zeros((1, 2), int))


class Told(Walk):
    """A walk whose first infos are given."""

    def __init__(self, infos):
        super().__init__()
        self.infos = infos

    def reset(self, seed=None, options=None):
        return super().reset(seed)[0], self.infos


def test_infos_are_of_all_agents_in_their_order():
    batch = InTurn([Told({"right": {"own": 2}, "left": {"own": 1}})])
    np.testing.assert_array_equal(batch.reset([0])["own"], [[1, 2]])
    with pytest.raises(ValueError, match=r"copy 0: infos must have .* missing \['left', 'right'\]"):
        InTurn([Told({})]).reset([0])
    with pytest.raises(ValueError, match=r"copy 1: infos .* left has \['own'\] and right has \[\]"):
        InTurn([Walk(), Told({"left": {"own": 0}, "right": {}})]).reset([0, 0])


def test_there_must_be_a_copy():
    for make in (InTurn, batched):
        with pytest.raises(ValueError, match="envs must hold at least one copy, got none"):
            make([])


def test_copies_must_be_alike():
    wide = Walk()
    wide.observation_space = lambda agent: Box(-100, 100, (3,), np.float64)
    with pytest.raises(
        ValueError, match=r"equal spaces .* left has Box\(.*\(2,\).* copy 1 has Box"
    ):
        batched([Walk(), wide])
    alone = Walk()
    alone.possible_agents = ["left"]
    with pytest.raises(ValueError, match=r"the same agents, copy 0 .* copy 1 has \['left'\]"):
        batched([Walk(), alone])


def test_agents_must_be_alike():
    with pytest.raises(
        ValueError, match=r"agents must have equal spaces .* right of copy 0 has Discrete\(4"
    ):
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
