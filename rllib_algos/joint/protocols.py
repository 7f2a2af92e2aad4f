"""What an environment may offer beyond PettingZoo; everything here is optional.

Protocols are looked up on `env.unwrapped`.
"""

from typing import Protocol, runtime_checkable

import numpy as np


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
