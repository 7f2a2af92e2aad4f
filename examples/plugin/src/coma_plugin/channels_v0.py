"""Senders choose radio channels: one is jammed, and two on one channel disturb each other."""

from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv


class ChannelsEnv(ParallelEnv[str, Any, Any]):
    """Every slot, every sender picks a channel; all are paid the share of senders that got through.

    A sender gets through on a channel that is not jammed and that nobody else has picked. All see
    which channel is jammed. The best joint policy is paid 1 in every slot.

    Args:
        senders: number of agents; there is one channel more.
        max_cycles: slots of an episode.
    """

    # PettingZoo declares the attribute without ClassVar.
    metadata: dict[str, Any] = {"render_modes": [], "name": "channels_v0"}  # noqa: RUF012
    render_mode = None

    def __init__(self, senders: int = 2, max_cycles: int = 20) -> None:
        if senders < 1 or max_cycles < 1:
            raise ValueError(f"senders and max_cycles must be 1 or more, got {senders, max_cycles}")
        self.channels, self.max_cycles = senders + 1, max_cycles
        self.possible_agents = [f"sender_{i}" for i in range(senders)]
        self.agents: list[str] = []
        self._observation_space = Box(0.0, 1.0, (self.channels,), np.float32)
        self._action_spaces = {agent: Discrete(self.channels) for agent in self.possible_agents}
        self._rng = np.random.default_rng()

    def observation_space(self, agent: str) -> Box:
        """Space of an agent's observations: 1 for the jammed channel, 0 for the others."""
        return self._observation_space

    def action_space(self, agent: str) -> Discrete:
        """Space of an agent's actions: the channels."""
        return self._action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """Start an episode."""
        if seed is not None:
            self._rng = np.random.default_rng(seed)
        self.agents, self._slot = list(self.possible_agents), 0
        return self._observe(), {agent: {} for agent in self.agents}

    def step(self, actions: dict[str, Any]) -> Any:
        """Send, and jam another channel."""
        channels = [int(actions[agent]) for agent in self.agents]
        through = [c != self._jammed and channels.count(c) == 1 for c in channels]
        rewards = dict.fromkeys(self.agents, sum(through) / len(through))
        self._slot += 1
        over = self._slot >= self.max_cycles
        observations, infos = self._observe(), {agent: {} for agent in self.agents}
        terminations = dict.fromkeys(self.agents, False)
        truncations = dict.fromkeys(self.agents, over)
        self.agents = [] if over else self.agents
        return observations, rewards, terminations, truncations, infos

    def _observe(self) -> dict[str, Any]:
        self._jammed = int(self._rng.integers(self.channels))
        jammed = np.eye(self.channels, dtype=np.float32)[self._jammed]
        return {agent: jammed.copy() for agent in self.agents}


parallel_env = ChannelsEnv  # the name that PettingZoo looks for
