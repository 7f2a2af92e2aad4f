"""An environment whose step costs next to nothing, for measuring what surrounds it.

Nothing but the standard library, NumPy, Gymnasium and PettingZoo is needed here.
"""

from collections.abc import Sequence

import gymnasium as gym
import numpy as np
from pettingzoo import ParallelEnv

LENGTH = 50  # steps of an episode


class PreparedEnv(ParallelEnv):
    """Returns what was prepared, whatever the actions; all agents have equal spaces.

    Args:
        shown: what each agent observes for ever.
        observation_space: everybody's.
        action_space: everybody's.
        naming: of the agents, with a place for their number.
    """

    metadata = {"name": "prepared", "render_modes": []}  # noqa: RUF012 -- PettingZoo's way
    render_mode = None

    def __init__(
        self,
        shown: Sequence[np.ndarray],
        observation_space: gym.Space,
        action_space: gym.Space,
        naming: str = "agent_{}",
    ) -> None:
        names = [naming.format(i) for i in range(len(shown))]
        self.possible_agents = names
        self.agents: list[str] = list(names)
        self._observations = dict(zip(names, shown, strict=True))
        self._rewards = dict.fromkeys(names, 1.0)
        self._false = dict.fromkeys(names, False)
        self._true = dict.fromkeys(names, True)
        self._infos: dict[str, dict] = {agent: {} for agent in names}
        self._spaces = observation_space, action_space
        self._step = 0

    def observation_space(self, agent: str) -> gym.Space:
        """Everybody's."""
        return self._spaces[0]

    def action_space(self, agent: str) -> gym.Space:
        """Everybody's."""
        return self._spaces[1]

    def reset(self, seed: int | None = None, options: dict | None = None) -> tuple[dict, dict]:
        """Starts an episode."""
        self.agents, self._step = list(self.possible_agents), 0
        return dict(self._observations), dict(self._infos)

    def step(self, actions: dict) -> tuple[dict, dict, dict, dict, dict]:
        """Returns what was prepared."""
        self._step += 1
        done = self._step >= LENGTH
        if done:
            self.agents = []
        truncated = dict(self._true if done else self._false)
        observations = dict(self._observations)
        return observations, dict(self._rewards), dict(self._false), truncated, dict(self._infos)
