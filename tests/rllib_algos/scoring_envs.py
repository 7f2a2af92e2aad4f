"""An environment whose servers score devices, and whose best assignments are known."""

from typing import Any

import gymnasium as gym
import numpy as np
from joint_envs import ToyEnv

LOCAL_COST = 0.6


class ScoringProblem:
    """Devices cost 1 - preference on a server and LOCAL_COST on their own."""

    def __init__(self, preference: np.ndarray) -> None:
        self.preference = preference  # (N, M)
        self.num_servers = preference.shape[1]

    def objective(self, assignments: np.ndarray) -> np.ndarray:
        local = np.full((len(self.preference), 1), LOCAL_COST)
        costs = np.concatenate([1 - self.preference, local], 1)  # -1 is the last column
        return costs[np.arange(len(costs)), assignments].sum(-1)

    def vote(self, scores: np.ndarray) -> np.ndarray:
        return np.where(scores.max(0) < 0.5, -1, scores.argmax(0))

    def best(self) -> np.ndarray:
        return np.where(self.preference.max(1) < 1 - LOCAL_COST, -1, self.preference.argmax(1))


class ScoringEnv(ToyEnv):
    """Every server sees how much the devices prefer it.

    Args:
        servers: number of agents, M.
        devices: N.
        length: of an episode.
        wrong: whether its problem has a server less than there are agents.
    """

    def __init__(
        self, servers: int = 3, devices: int = 4, length: int = 7, wrong: bool = False
    ) -> None:
        names = [f"server_{i}" for i in range(servers)]
        observation = gym.spaces.Box(0, 1, (devices,), np.float32)
        action = gym.spaces.Box(0, 1, (devices,), np.float32)
        super().__init__(dict.fromkeys(names, observation), dict.fromkeys(names, action), length)
        self.shape, self.wrong = (devices, servers), wrong

    def assignment_problem(self) -> ScoringProblem:
        return ScoringProblem(self.preference[:, 1:] if self.wrong else self.preference)

    def observe(self) -> dict[str, Any]:
        draws = self.rng.exponential(size=self.shape)
        self.preference = draws / draws.sum(1, keepdims=True)
        columns = self.preference.T.astype(np.float32)
        return dict(zip(self.possible_agents, columns, strict=True))

    def rewards(self, actions: dict) -> dict[str, float]:
        problem = self.assignment_problem()
        assignment = problem.vote(np.stack(list(actions.values())))
        return dict.fromkeys(
            self.possible_agents, 1 / float(problem.objective(assignment[None])[0])
        )


def scoring_env(config: dict) -> ScoringEnv:
    return ScoringEnv(**config)
