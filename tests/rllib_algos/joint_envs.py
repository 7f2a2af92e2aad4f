"""Small ParallelEnvs that env runners in other processes can import."""

from typing import Any

import gymnasium as gym
import numpy as np
from pettingzoo import ParallelEnv


class ToyEnv(ParallelEnv):
    """What the environments here share: agents, spaces, a generator, truncation after T steps."""

    metadata = {"name": "toy", "render_modes": []}  # noqa: RUF012 -- PettingZoo's way
    render_mode = None

    def __init__(self, observations: dict, actions: dict, length: int) -> None:
        self.possible_agents = list(observations)
        self.agents: list[str] = []
        self._observations, self._actions, self.length = observations, actions, length
        self.rng = np.random.default_rng(0)

    def observation_space(self, agent: str) -> gym.Space:
        return self._observations[agent]

    def action_space(self, agent: str) -> gym.Space:
        return self._actions[agent]

    def reset(self, seed: int | None = None, options: dict | None = None) -> tuple[dict, dict]:
        if seed is not None:
            self.rng = np.random.default_rng(seed)
        self.agents = list(self.possible_agents)
        self.t = 0
        return self.observe(), {agent: self.info(0.0) for agent in self.agents}

    def step(self, actions: dict) -> tuple[dict, dict, dict, dict, dict]:
        for agent, action in actions.items():
            assert self._actions[agent].contains(action), (agent, action, self._actions[agent])
        rewards = self.rewards(actions)
        self.t += 1
        terminated, done = self.terminated(), self.t >= self.length
        agents = self.agents
        observations = self.observe()
        if done or terminated:
            self.agents = []
        return (
            observations,
            rewards,
            dict.fromkeys(agents, terminated),
            dict.fromkeys(agents, done and not terminated),
            {agent: self.info(rewards[agent]) for agent in agents},
        )

    def info(self, reward: float) -> dict[str, Any]:
        return {"score": reward, "step": self.__dict__.get("t", 0), "name": "text is not averaged"}

    def terminated(self) -> bool:
        return False

    def observe(self) -> dict:
        raise NotImplementedError

    def rewards(self, actions: dict) -> dict:
        raise NotImplementedError


class RowEnv(ToyEnv):
    """A table of R rows with random owners; a row scores if its owner picks its largest feature.

    Every agent gets the sum of the scores, so the optimum is R per step.
    """

    def __init__(
        self,
        agents: int = 3,
        rows: int = 6,
        features: int = 4,
        width: int = 3,
        length: int = 5,
        probability: bool = False,
        nobody: bool = False,
    ) -> None:
        names = [f"server_{i}" for i in range(agents)]
        observation = gym.spaces.Box(-1, 1, (rows, features), np.float32)
        action: gym.Space = gym.spaces.MultiDiscrete([width] * rows)
        if probability:
            action = gym.spaces.Box(0, 1, (rows, width), np.float32)
        super().__init__(dict.fromkeys(names, observation), dict.fromkeys(names, action), length)
        self.rows, self.features, self.width = rows, features, width
        self.probability, self.nobody = probability, nobody
        self._owner = np.full(rows, -1)

    def row_owner(self) -> np.ndarray:
        return self._owner

    def state(self) -> np.ndarray:
        return self._state

    def observe(self) -> dict:
        low = -1 if self.nobody else 0
        self._owner = self.rng.integers(low, len(self.possible_agents), self.rows)
        state = self.rng.uniform(-1, 1, (self.rows, self.features)).astype(np.float32)
        self._state = state
        return {
            agent: state * (self._owner == i)[:, None]
            for i, agent in enumerate(self.possible_agents)
        }

    def rewards(self, actions: dict) -> dict:
        best = self._state[:, : self.width].argmax(-1)
        score = 0.0
        for i, agent in enumerate(self.possible_agents):
            chosen = actions[agent].argmax(-1) if self.probability else actions[agent]
            score += float(((chosen == best) & (self._owner == i)).sum())
        return dict.fromkeys(self.possible_agents, score)


class CreditedEnv(RowEnv):
    """A RowEnv that credits every row with its own score, to the row's owner alone."""

    def rewards(self, actions: dict) -> dict:
        best = self._state[:, : self.width].argmax(-1)
        self.credits = {
            agent: (actions[agent] == best) * (self._owner == i) + 0.25 * (self._owner != i)
            for i, agent in enumerate(self.possible_agents)
        }
        return super().rewards(actions)

    def step(self, actions: dict) -> tuple[dict, dict, dict, dict, dict]:
        *others, infos = super().step(actions)
        return *others, {a: {**info, "credit": self.credits[a]} for a, info in infos.items()}


class MixedEnv(ToyEnv):
    """Every agent has other spaces: Discrete from 2, ragged MultiDiscrete, Box, and twins.

    Rewards differ, too. With `continuous=False` all actions are choices.
    """

    def __init__(self, length: int = 7, continuous: bool = True) -> None:
        box = gym.spaces.Box(-1, 1, (3,), np.float32)
        observations = {
            "picker": box,
            "twin_a": gym.spaces.Discrete(4, start=1),
            "ragged": gym.spaces.MultiDiscrete([2, 3]),
            "mover": gym.spaces.Box(0, 5, (2, 2), np.float64),
            "twin_b": gym.spaces.Discrete(4, start=1),
        }
        actions = {
            "picker": gym.spaces.Discrete(3, start=2),
            "twin_a": gym.spaces.Discrete(5),
            "ragged": gym.spaces.MultiDiscrete([2, 4, 3]),
            "mover": gym.spaces.Box(np.float32([-2, 0]), np.float32([2, 10])),
            "twin_b": gym.spaces.Discrete(5),
        }
        if not continuous:
            del observations["mover"], actions["mover"]
        super().__init__(observations, actions, length)

    def observe(self) -> dict:
        for space in self._observations.values():
            space.seed(int(self.rng.integers(2**31)))
        return {agent: space.sample() for agent, space in self._observations.items()}

    def rewards(self, actions: dict) -> dict:
        return {agent: float(i) for i, agent in enumerate(self.possible_agents)}


class ClimbEnv(ToyEnv):
    """Two agents pick rows and columns of a matrix; the best joint action pays 1, most pay less.

    Observations are constant, episodes last one step and terminate.
    """

    PAYOFF = np.array([[1.0, 0.0, 0.3], [0.0, 0.5, 0.3], [0.3, 0.3, 0.4]])

    def __init__(self) -> None:
        names = ["row", "column"]
        observation = gym.spaces.Box(0, 1, (1,), np.float32)
        super().__init__(
            dict.fromkeys(names, observation),
            dict.fromkeys(names, gym.spaces.Discrete(3)),
            length=1,
        )

    def observe(self) -> dict:
        return {agent: np.ones(1, np.float32) for agent in self.possible_agents}

    def terminated(self) -> bool:
        return True

    def rewards(self, actions: dict) -> dict:
        return dict.fromkeys(self.possible_agents, float(self.PAYOFF[tuple(actions.values())]))


class MeetEnv(ToyEnv):
    """Two agents see different halves of a point and move to it; 0 is the best reward."""

    def __init__(self, length: int = 4) -> None:
        names = ["x", "y"]
        observation = gym.spaces.Box(-1, 1, (1,), np.float32)
        action = gym.spaces.Box(-2, 2, (1,), np.float32)
        super().__init__(dict.fromkeys(names, observation), dict.fromkeys(names, action), length)

    def observe(self) -> dict:
        self.point = self.rng.uniform(-1, 1, 2).astype(np.float32)
        return {agent: self.point[i : i + 1] for i, agent in enumerate(self.possible_agents)}

    def rewards(self, actions: dict) -> dict:
        moved = np.concatenate([actions[agent] for agent in self.possible_agents])
        return dict.fromkeys(self.possible_agents, -float(np.abs(moved - self.point).sum()))


class FaultyEnv(RowEnv):
    """A RowEnv with one fault, so that errors can be read."""

    def __init__(self, fault: str = "", after: int = 3, **kwargs: Any) -> None:
        if fault == "constructor":
            raise KeyError("no such scenario")
        super().__init__(**kwargs)
        self.fault, self.after = fault, after
        self.steps = 0

    def step(self, actions: dict) -> tuple[dict, dict, dict, dict, dict]:
        self.steps += 1
        observations, rewards, terminations, truncations, infos = super().step(actions)
        if self.steps == self.after:
            first = self.possible_agents[0]
            if self.fault == "step":
                raise ZeroDivisionError("the simulator broke")
            if self.fault == "reward":
                rewards = {**rewards, first: float("nan")}
            if self.fault == "observation":
                self._state[2, 1] = np.nan
                observations[first] = self._state.copy()
            if self.fault == "leaves":
                self.agents = self.agents[1:]
                observations.pop(first)
            if self.fault == "mixed end":
                terminations = {**terminations, first: True}
        return observations, rewards, terminations, truncations, infos


def row_env(config: dict) -> RowEnv:
    return RowEnv(**config)


def credited_env(config: dict) -> CreditedEnv:
    return CreditedEnv(**config)


def mixed_env(config: dict) -> MixedEnv:
    return MixedEnv(**config)


def climb_env(config: dict) -> ClimbEnv:
    return ClimbEnv()


def meet_env(config: dict) -> MeetEnv:
    return MeetEnv()


def faulty_env(config: dict) -> FaultyEnv:
    return FaultyEnv(**config)
