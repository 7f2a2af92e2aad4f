"""Curves of a training run: a CSV file for reading back, TensorBoard events for watching."""

import csv
import math
import os
from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

from edgemarl.core.system import System
from edgemarl.experiments.durable import sync

FILE_NAME = "progress.csv"


def columns_of(system: System | None) -> tuple[str, ...]:
    """Columns of ``progress.csv``.

    Slots of training; wall time [s] over all sessions; the means of the system's measures over the
    slots sampled since the last row, its objective first; and, in rows of a checkpoint, its means
    on the validation slots: objective, certified bound, and the gap as a fraction of the bound; or,
    in environments without a scenario, which have none of these, the reward of an agent and
    slot.
    """
    if system is None:
        return ("slots", "seconds", "validation_reward")
    sampled = (measure.name for measure in system.outcome_measures)
    checked = (f"validation_{name}" for name in system.objective.validated)
    return ("slots", "seconds", *sampled, *checked)


class Logs:
    """Appends one row after another, to the CSV file and to TensorBoard.

    Args:
        folder: the run's folder.
        system: of the environment; None where it has no scenario.
        slots: slots done at the start; rows beyond them, which a run that died after its last
            checkpoint left behind, are dropped.
        kept: names of further scalars that get a column of their own, as those go on to do that
            had one before.
    """

    def __init__(
        self, folder: Path, system: System | None, *, slots: int = 0, kept: Sequence[str] = ()
    ):
        from tensorboardX import SummaryWriter

        self.path = folder / FILE_NAME
        rows = [row for row in read_progress(folder) if row["slots"] <= slots] if slots else []
        usual, before = columns_of(system), rows[0] if rows else {}
        self._kept = tuple(dict.fromkeys([*(n for n in before if n not in usual), *kept]))
        self.columns = (*usual, *self._kept)
        self.seconds = rows[-1]["seconds"] if rows else 0.0
        _rewrite(self.path, self.columns, rows)
        self._writer = SummaryWriter(str(folder / "tensorboard"), purge_step=slots or None)

    def write(self, row: Mapping[str, float], details: Mapping[str, float]) -> None:
        """Append a row, and wait until it is on the disk: later checkpoints count on it.

        Args:
            row: values of the columns; those without a value may be left out.
            details: further scalars, by name, for TensorBoard; those to be kept for both.

        Raises:
            ValueError: if a scalar that is to be kept is not there.
        """
        row = {**row, **{name: _found(name, details) for name in self._kept}}
        with self.path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, self.columns).writerow(row)
        sync(self.path)
        step = int(row["slots"])
        for name, value in {**details, **row}.items():
            if math.isfinite(value):  # RLlib reports NaN for what it has not measured yet
                self._writer.add_scalar(name, value, step)
        self._writer.flush()

    def close(self) -> None:
        """Close TensorBoard's file."""
        self._writer.close()


def read_progress(folder: Path) -> list[dict[str, float]]:
    """The rows of a run's ``progress.csv``, each with the columns that have a value.

    Raises:
        ValueError: if the file holds something else than numbers.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    try:
        return [{key: float(value) for key, value in row.items() if value} for row in rows]
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} must hold numbers only: {error}") from error


def numeric_leaves(tree: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """Every number of a nested dictionary, keyed by its path.

    >>> numeric_leaves({"learners": {"central": {"loss": 1.5}}, "done": False, "name": "x"})
    {'learners/central/loss': 1.5}
    """
    leaves: dict[str, float] = {}
    for key, value in tree.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            leaves |= numeric_leaves(value, f"{path}/")
        elif isinstance(value, Real) and not isinstance(value, bool):
            leaves[path] = float(value)
    return leaves


def _found(name: str, details: Mapping[str, float]) -> float:
    if name not in details:
        raise ValueError(f"kept must name scalars that are reported, {name!r} is not: {details}")
    return details[name]


def _rewrite(path: Path, columns: tuple[str, ...], rows: list[dict[str, float]]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    sync(temporary)
    os.replace(temporary, path)
    sync(path.parent)
