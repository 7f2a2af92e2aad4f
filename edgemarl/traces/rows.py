"""Rows of a trace by slot and user, and what follows the last slot."""

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.csv_files import Columns

Indices = NDArray[np.int64]
ENDS = ("hold", "wrap", "error")
GREATEST_SIZE = 50_000_000  # slots times users that a trace may have


def slots_and_users(columns: Columns) -> tuple[Indices, Indices]:
    """Slot and user of every row, each (N,).

    Raises:
        ValueError: for one that is no whole number from 0, numbers too large to be counted from 0,
            or two rows of one user in one slot; with the line.
    """
    slot, user = columns.integers("slot"), columns.integers("user")
    slots, users = int(slot.max()) + 1, int(user.max()) + 1
    if slots * users > GREATEST_SIZE:
        raise ValueError(
            f"{columns.path} must count slots and users from 0 to at most {GREATEST_SIZE:,} slots "
            f"times users, got {slots:,} slots and {users:,} users"
        )
    _, first, count = np.unique(slot * users + user, return_index=True, return_counts=True)
    if (count > 1).any():
        once = np.zeros(len(slot), dtype=bool)
        once[first] = True
        columns.require(once, "user", f"named once in slot {slot[once.argmin()]}")
    return slot, user


def slot_in_trace(slot: int, length: int, end: str) -> int:
    """The slot of a trace that a slot of an episode takes.

    Args:
        slot: of the episode, from 0.
        length: slots of the trace.
        end: what comes after its last slot: ``"hold"`` that slot again and again, ``"wrap"`` the
            first one, ``"error"`` a ValueError.

    >>> [slot_in_trace(slot, 3, "wrap") for slot in range(5)]
    [0, 1, 2, 0, 1]
    >>> [slot_in_trace(slot, 3, "hold") for slot in range(5)]
    [0, 1, 2, 2, 2]
    """
    if slot < length:
        return slot
    if end == "error":
        raise ValueError(
            f"slot must be at most {length - 1}, the trace's last one, got {slot}; end='hold' or "
            "end='wrap' goes on, or let slots_per_episode be less"
        )
    return length - 1 if end == "hold" else slot % length
