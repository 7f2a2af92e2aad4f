"""Environments whose copies offer to be stepped together."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from game_envs import CommonEnv
from joint_envs import CreditedEnv, RowEnv, ToyEnv
from scoring_envs import ScoringEnv


class Batch:
    """Copies behind arrays; each is stepped as it would be alone, whatever the others do."""

    def __init__(self, envs: Sequence[Any]) -> None:
        self.envs, self.num_envs = list(envs), len(envs)
        self.possible_agents = list(envs[0].possible_agents)
        self._seen: list[dict] = [{} for _ in envs]

    def reset(self, seeds: Sequence[int | None], which: np.ndarray | None = None) -> dict:
        infos: list[dict] = [{} for _ in self.envs]
        for i, env in enumerate(self.envs):
            if which is None or which[i]:
                self._seen[i], infos[i] = env.reset(seed=seeds[i])
        return self._infos(infos)

    def step(self, actions: np.ndarray) -> tuple:
        named = [dict(zip(self.possible_agents, own, strict=True)) for own in actions]
        return self._step(named)

    def step_rows(self, rows: np.ndarray) -> tuple:
        return self._step([dict.fromkeys(self.possible_agents, own) for own in rows])

    def observations(self) -> np.ndarray:
        return np.array([list(seen.values()) for seen in self._seen])

    def state(self) -> np.ndarray:
        return np.array([env.state() for env in self.envs])

    def row_owner(self) -> np.ndarray:
        return np.array([env.row_owner() for env in self.envs])

    def _step(self, actions: list[dict]) -> tuple:
        steps = [env.step(own) for env, own in zip(self.envs, actions, strict=True)]
        self._seen, rewards, ended, cut, infos = map(list, zip(*steps, strict=True))
        return (
            np.array([list(paid.values()) for paid in rewards], float),
            np.array([all(flags.values()) for flags in ended]),
            np.array([all(flags.values()) for flags in cut]),
            self._infos(infos),
        )

    def _infos(self, infos: list[dict]) -> dict[str, np.ndarray]:
        """As arrays: "step" is everybody's, others are each agent's; zeros where there are none."""
        known: dict = next(filter(None, infos))
        blank = {k: np.zeros_like(v) for k, v in next(iter(known.values())).items() if k != "name"}
        each = [[own.get(a, blank) for a in self.possible_agents] for own in infos]
        joined = {key: np.array([[one[key] for one in own] for own in each]) for key in blank}
        return {**joined, "step": joined["step"][:, 0]}


class Together:
    """Makes an environment's copies offer a batch."""

    batch = Batch

    def batched(self, envs: Sequence[Any]) -> Any:
        return self.batch(envs)


class EndingEnv(ToyEnv):
    """Episodes end for good with a probability of 0.1 in every step."""

    def terminated(self) -> bool:
        return bool(self.rng.random() < 0.1)


class TwinsEnv(EndingEnv):
    """Three agents with equal spaces, whose rewards are what they observe and do."""

    def __init__(self, length: int, observation: gym.Space, action: gym.Space) -> None:
        names = ["a", "b", "c"]
        super().__init__(dict.fromkeys(names, observation), dict.fromkeys(names, action), length)

    def observe(self) -> dict:
        space = self._observations["a"]
        space.seed(int(self.rng.integers(2**31)))
        self.seen = {agent: space.sample() for agent in self.possible_agents}
        return self.seen

    def rewards(self, actions: dict) -> dict:
        return {agent: float(np.sum(actions[agent])) for agent in self.possible_agents}


class RowsTogether(Together, EndingEnv, RowEnv): ...


class CreditedTogether(Together, EndingEnv, CreditedEnv): ...


class TwinsTogether(Together, TwinsEnv): ...


class ScoringTogether(Together, EndingEnv, ScoringEnv): ...


class CommonTogether(Together, EndingEnv, CommonEnv): ...


def alone(together: type) -> type:
    """The same environment without the offer."""
    return type(together.__name__, (together,), {"batched": None})
