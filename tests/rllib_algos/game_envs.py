"""Games with known values, and environments whose agents all observe the same."""

import gymnasium as gym
import numpy as np
from joint_envs import ToyEnv


class TwoStepEnv(ToyEnv):
    """The two-step game of Rashid et al. 2018, section 5.

    The first agent's first choice leads to a state that pays 7 whatever happens, or to one that
    pays 8 if both agents choose the second action, 1 if one does, and 0 if none does.
    """

    PAYOFF = np.array([[[7.0, 7.0], [7.0, 7.0]], [[0.0, 1.0], [1.0, 8.0]]])

    def __init__(self) -> None:
        names = ["first", "second"]
        observation, action = gym.spaces.Discrete(4), gym.spaces.Discrete(2)
        spaces = dict.fromkeys(names, observation), dict.fromkeys(names, action)
        super().__init__(*spaces, length=9)

    def reset(self, seed: int | None = None, options: dict | None = None) -> tuple[dict, dict]:
        self.place = 0
        return super().reset(seed, options)

    def rewards(self, actions: dict) -> dict:
        reward = 0.0
        if self.place == 0:
            self.place = 1 + actions["first"]
        else:
            reward = float(self.PAYOFF[self.place - 1, actions["first"], actions["second"]])
            self.place = 3
        return dict.fromkeys(self.possible_agents, reward)

    def terminated(self) -> bool:
        return self.place == 3

    def observe(self) -> dict:
        return dict.fromkeys(self.possible_agents, self.place)


class CommonEnv(ToyEnv):
    """Agents that all observe the same numbers; each earns 1 by naming the largest of its own.

    Args:
        agents: how many.
        alike: what `observes_alike()` says.
        honest: whether observations are equal.
        choices: number of actions of each agent.
        size: length of the observation.
    """

    def __init__(
        self,
        agents: int = 3,
        alike: bool = True,
        honest: bool = True,
        choices: int = 2,
        size: int = 6,
    ) -> None:
        names = [f"user_{i}" for i in range(agents)]
        observation = gym.spaces.Box(-1, 1, (size,), np.float32)
        spaces = (
            dict.fromkeys(names, observation),
            dict.fromkeys(names, gym.spaces.Discrete(choices)),
        )
        super().__init__(*spaces, length=5)
        self.alike, self.honest, self.choices = alike, honest, choices

    def observes_alike(self) -> bool:
        return self.alike

    def observe(self) -> dict:
        size = self._observations["user_0"].shape
        self.numbers = self.rng.uniform(-1, 1, size).astype(np.float32)
        observations = {agent: self.numbers.copy() for agent in self.possible_agents}
        if not self.honest:
            observations["user_1"][3] = 0.0
        return observations

    def rewards(self, actions: dict) -> dict:
        # Agent i looks at `choices` numbers from 2 i on.
        return {
            agent: float(np.roll(self.numbers, -2 * i)[: self.choices].argmax() == actions[agent])
            for i, agent in enumerate(self.possible_agents)
        }


def two_step_env(config: dict) -> TwoStepEnv:
    return TwoStepEnv()


def common_env(config: dict) -> CommonEnv:
    return CommonEnv(**config)
