"""What env runners return: a stretch of one episode, all agents together."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, kw_only=True)
class JointFragment:
    """`T` consecutive steps of one episode.

    Attributes:
        observations: per field, T + 1 joint observations; the last is the one after the last
            step, from before any reset.
        actions: per field, T joint actions.
        rewards: (T, N).
        terminated: whether the episode ended for good with the last step (truncation is not that).
        notes: what a runner noted beside the steps, T rows each; see `JointEnvRunner.note`
            and `note_outcome`.
    """

    observations: dict[str, np.ndarray]
    actions: dict[str, np.ndarray]
    rewards: np.ndarray
    terminated: bool
    notes: dict[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rewards)

    def env_steps(self) -> int:
        """Returns the number of environment steps; RLlib asks for it."""
        return len(self.rewards)

    def agent_steps(self) -> int:
        """Returns the number of agent steps; RLlib asks for it."""
        return self.rewards.size
