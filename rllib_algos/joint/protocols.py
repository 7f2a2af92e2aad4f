"""What an environment may offer beyond PettingZoo; everything here is optional.

Protocols are looked up on `env.unwrapped`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

Infos = Mapping[str, np.ndarray]
BatchStep = tuple[np.ndarray, np.ndarray, np.ndarray, Infos]


@runtime_checkable
class RowOwner(Protocol):
    """An environment whose state is a table with one owner per row.

    `state()` is (R, F). Agent n observes the rows it owns and exact zeros elsewhere. Every agent's
    action has one entry (`MultiDiscrete([H] * R)`) or one row of probabilities (`Box` (R, H),
    executed by argmax) per row of the state, and only the entries of its own rows count. Replay
    then keeps the state once instead of N padded copies, critics see the state and one joint action
    per row, and entropies count the rows that an agent owns.
    """

    def row_owner(self) -> np.ndarray | None:
        """Returns (R,) int: the position in `possible_agents` of each row's owner; -1 is nobody.

        Before the first reset nobody owns a row. None, at any time, says that the environment as
        it is configured is not of this form; it is then learned as any other.
        """
        ...

    def state(self) -> np.ndarray:
        """Returns (R, F) float: all rows."""
        ...


@runtime_checkable
class CommonObserver(Protocol):
    """An environment whose agents may all observe the same; replay then keeps it once."""

    def observes_alike(self) -> bool:
        """Returns whether, as the environment is configured, all observations are equal."""
        ...


@runtime_checkable
class Batchable(Protocol):
    """An environment whose copies can be stepped together, if it is not wrapped."""

    def batched(self, envs: Sequence[Any]) -> "BatchedEnv | None":
        """Returns all copies as one object; None where, as they are configured, that cannot be.

        Args:
            envs: the copies, this one among them, configured alike.
        """
        ...


class BatchedEnv(Protocol):
    """E copies of a ParallelEnv with N agents of equal spaces: arrays in, arrays out.

    Infos are arrays: (E,) for what all agents share, (E, N) for a number of each agent, and others,
    such as (E, R) for what concerns all rows of the state. Where agents alone are told their own
    entries of these and zeros elsewhere, `info_owners()` gives, by name, whose each entry of the
    last infos is, (E, R) int. A batch without such infos need not have it.
    """

    num_envs: int
    possible_agents: list[str]

    @property
    def envs(self) -> list[Any]:
        """The copies, each in the state that the batch has brought it to."""
        ...

    def reset(self, seeds: Sequence[int | None], which: np.ndarray | None = None) -> Infos:
        """Starts an episode in the chosen copies, (E,) bool, as `env.reset(seed)` does; in all."""
        ...

    def step(self, actions: np.ndarray) -> BatchStep:
        """Executes actions (E, N, ...); resets nothing.

        Returns:
            rewards (E, N), terminations (E,) bool, truncations (E,) bool, and infos.
        """
        ...

    def step_rows(self, rows: np.ndarray) -> BatchStep:
        """As `step`, with an entry for each row of the state, (E, R) or (E, R, H), its owner's."""
        ...

    def observations(self) -> np.ndarray:
        """Returns what all agents observe, (E, N, ...)."""
        ...

    def state(self) -> np.ndarray:
        """Returns the joint states, (E, R, F)."""
        ...

    def row_owner(self) -> np.ndarray | None:
        """Returns (E, R) int as `RowOwner` does, None where rows have no owners."""
        ...
