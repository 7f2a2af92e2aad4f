"""The running episode of one environment copy, as RLlib's callbacks see it."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np

AgentInfos = dict[str, dict[str, Any]]


class JointEpisode:
    """A light stand-in for `MultiAgentEpisode`: totals, last infos and a place for user data.

    Attributes:
        id_: unique name.
        agent_ids: all agents.
        custom_data: yours, for callbacks.
        is_terminated: whether it ended for good.
        is_truncated: whether it was cut off.
    """

    def __init__(self, agents: tuple[str, ...]) -> None:
        self.id_ = uuid.uuid4().hex
        self.agent_ids = agents
        self.custom_data: dict[str, Any] = {}
        self.is_terminated = False
        self.is_truncated = False
        self.env_t = 0
        self._returns = np.zeros(len(agents))
        self._infos: AgentInfos | Callable[[], AgentInfos] = {}
        self._started = time.perf_counter()

    def __len__(self) -> int:
        return self.env_t

    @property
    def is_done(self) -> bool:
        """Whether the episode has ended."""
        return self.is_terminated or self.is_truncated

    def get_return(self) -> float:
        """Returns the sum of all rewards of all agents so far."""
        return float(self._returns.sum())

    def get_agent_returns(self) -> dict[str, float]:
        """Returns the sum of rewards so far, per agent."""
        return dict(zip(self.agent_ids, self._returns.tolist(), strict=True))

    def get_infos(self, index: int = -1) -> AgentInfos:
        """Returns the infos of the last step (or of the reset); earlier ones are not kept."""
        if index != -1:
            raise ValueError(f"only the last infos are kept, index must be -1, got {index}")
        if callable(self._infos):
            self._infos = self._infos()
        return self._infos

    def get_duration_s(self) -> float:
        """Returns the seconds since the episode started."""
        return time.perf_counter() - self._started

    def __getstate__(self) -> dict[str, Any]:
        """Returns what pickle keeps: the clock of another process says nothing here."""
        return {**self.__dict__, "_infos": self.get_infos(), "_started": self.get_duration_s()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restores `__getstate__`."""
        self.__dict__.update(state)
        self._started = time.perf_counter() - state["_started"]

    def add_reset(self, infos: AgentInfos) -> None:
        """Records the infos of the reset."""
        self._infos = infos

    def set_totals(
        self,
        env_t: int,
        returns: np.ndarray,
        infos: Callable[[], AgentInfos],
        done: tuple[bool, bool],
    ) -> None:
        """Records the steps up to now at once.

        Args:
            env_t: number of steps.
            returns: (N,) sums of rewards.
            infos: makes those of the last step, or of the reset, when they are asked for.
            done: (terminated, truncated).
        """
        self.env_t, self._returns, self._infos = env_t, returns.copy(), infos
        self.is_terminated, self.is_truncated = done

    def add_step(self, rewards: np.ndarray, infos: AgentInfos, done: tuple[bool, bool]) -> None:
        """Records one step: rewards (N,), infos, and (terminated, truncated)."""
        self.env_t += 1
        self._returns += rewards
        self._infos = infos
        self.is_terminated, self.is_truncated = done
