"""What users ask for: CSV files with the columns slot, user, volume, result and intensity."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.csv_files import Columns, read_columns
from edgemarl.traces.rows import slots_and_users

QUANTITIES = ("volume", "result", "intensity")


@dataclass(frozen=True, kw_only=True, eq=False)
class TaskTrace:
    """The tasks of all slots; a user without a row in a slot has none in it."""

    rows: Columns  # volume [bit], result [bit] and intensity [cycles/bit] as the file has them
    slot: NDArray[np.int64]  # (N,) of each task, rising
    user: NDArray[np.int64]  # (N,) of each task
    order: NDArray[np.int64]  # (N,) row of the file that each task stands in

    @property
    def num_slots(self) -> int:
        """Slots up to the last one that has a task."""
        return int(self.slot[-1]) + 1

    @cached_property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Least and greatest value of each quantity, over all tasks."""
        values = {name: self.rows[name] for name in QUANTITIES}
        return {name: (float(of.min()), float(of.max())) for name, of in values.items()}

    def tasks_of(self, slot: int) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
        """Users (K,) with a task in a slot, and their quantities (K,) by name."""
        first, last = np.searchsorted(self.slot, (slot, slot + 1))
        rows = self.order[first:last]
        return self.user[first:last], {name: self.rows[name][rows] for name in QUANTITIES}


def read_tasks(path: Path) -> TaskTrace:
    """The tasks in a file; slots and users are counted from 0.

    Args:
        path: CSV file with the columns slot, user, volume [bit], result [bit] and
            intensity [cycles/bit], in any order of rows.

    Raises:
        ValueError: for missing columns, cells that are no finite numbers, bad or repeated slots and
            users, and quantities out of range; with the line.
    """
    rows = read_columns(path, ("slot", "user", *QUANTITIES))
    slot, user = slots_and_users(rows)
    for name in ("volume", "intensity"):
        rows.require(rows[name] > 0, name, "positive")
    rows.require(rows["result"] >= 0, "result", "zero or positive")
    order = np.lexsort((user, slot))
    return TaskTrace(rows=rows, slot=slot[order], user=user[order], order=order)
