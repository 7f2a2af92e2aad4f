"""Where users are: CSV files with the columns slot, user, x [m] and y [m]."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.csv_files import Columns, read_columns
from edgemarl.traces.rows import slots_and_users

GAPS = ("hold", "error")


@dataclass(frozen=True, kw_only=True, eq=False)
class PositionTrace:
    """Positions of all users in all slots of a trace."""

    position: NDArray[np.float64]  # (T, U, 2) [m]
    rows: Columns  # as the file has them


def read_positions(path: Path, gaps: str = "hold") -> PositionTrace:
    """The positions in a file; slots and users are counted from 0.

    Args:
        path: CSV file with the columns slot, user, x [m] and y [m], in any order of rows.
        gaps: what a slot without a row of a user means: ``"hold"`` that the user is where it was
            last, and before its first row where that says, ``"error"`` a ValueError.

    Raises:
        ValueError: for missing columns, cells that are no finite numbers, bad or repeated slots and
            users, users without any row, and gaps where they are not allowed.
    """
    rows = read_columns(path, ("slot", "user", "x", "y"))
    slot, user = slots_and_users(rows)
    known = np.zeros((slot.max() + 1, user.max() + 1), dtype=bool)
    known[slot, user] = True
    if not known.any(axis=0).all():
        absent = int(known.any(axis=0).argmin())
        raise ValueError(f"{path} must have a row of every user, got none of user {absent}")
    if gaps == "error" and not known.all():
        late, who = np.unravel_index(int(known.argmin()), known.shape)
        raise ValueError(
            f"{path} must have a row of every user in every slot, got none of user {who} in slot "
            f"{late}; gaps='hold' lets users stay where they were"
        )
    position = np.zeros((*known.shape, 2))
    position[slot, user] = np.stack([rows["x"], rows["y"]], axis=1)
    return PositionTrace(position=filled(position, known), rows=rows)


def filled(position: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Positions (T, U, 2) with unknown ones as they were last, or else as they are first known."""
    slots = np.arange(len(known))[:, None]
    last = np.maximum.accumulate(np.where(known, slots, -1), axis=0)
    source = np.where(last < 0, known.argmax(axis=0), last)
    return position[source, np.arange(known.shape[1])]
