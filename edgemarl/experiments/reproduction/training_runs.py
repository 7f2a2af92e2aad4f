"""The training run of a cell: begin it or go on, up to the cell's slots."""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edgemarl.experiments.checkpoints import RunFolder, find_checkpoint
from edgemarl.experiments.logs import read_progress
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.reproduction.cell import Cell
from edgemarl.experiments.training import TrainingError, resume, train

CHECKPOINTS = 10  # of a run
VALIDATION_SLOTS = 30


@contextmanager
def trained(
    cell: Cell, runs: Path, command: str = "", *, kept: Sequence[str] = ()
) -> Iterator[Path]:
    """The folder of a cell's run, trained to its end, which no other process is at meanwhile.

    A run that was stopped, or that a cell with fewer slots has left, goes on from its last
    checkpoint.

    Args:
        cell: of a learner.
        runs: folder of all runs.
        command: the command line, to be kept.
        kept: numbers of RLlib's that the run's curves keep, see
            `edgemarl.experiments.training.train`.

    Raises:
        ValueError: for a name or setting that is unknown or does not fit, and where another process
            is at the run.
        TrainingError: if the training fails on its way, or is stopped; its last checkpoint is
            intact.
    """
    with _alone(runs, cell.run_name):
        folder = _run_folder(cell, runs)
        _train(cell, folder, command, kept)
        if _done(folder) < cell.slots:
            raise TrainingError(f"stopped after {_done(folder)} of {cell.slots} slots")
        yield folder


@contextmanager
def _alone(runs: Path, name: str) -> Iterator[None]:
    """Keep other processes out of a run; ValueError where one is at it."""
    runs.mkdir(parents=True, exist_ok=True)
    with (runs / f".{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ValueError(
                f"{runs / name} must be run by one process at a time, another is at it; wait for "
                "it, or choose another --out"
            ) from error
        yield


def _run_folder(cell: Cell, runs: Path) -> Path:
    """The folder of the cell's run; one of its own where the run has gone beyond the cell."""
    folder, own = runs / cell.run_name, runs / f"{cell.run_name}-{cell.slots}"
    for each in (folder, own):
        _drop_unmeasured(each)
    return folder if _before(folder) < cell.slots else own


def _drop_unmeasured(folder: Path) -> None:
    """Drop a checkpoint whose row is not in the curves: the run was stopped between the two."""
    if folder.is_dir():
        rows = read_progress(folder)
        RunFolder(folder).drop_beyond(int(rows[-1]["slots"]) if rows else 0)


def _done(folder: Path) -> int:
    """Slots of training that a run has done."""
    if not folder.is_dir() or not RunFolder(folder).saved():
        return 0
    return Manifest.read(find_checkpoint(folder, prefer="latest")).slots


def _before(folder: Path) -> int:
    """Slots that a run had done one round of sampling before; a run ends at a whole round."""
    done = _done(folder)
    return int(max((r["slots"] for r in read_progress(folder) if r["slots"] < done), default=0))


def _train(cell: Cell, folder: Path, command: str, kept: Sequence[str]) -> None:
    every = max(cell.slots // CHECKPOINTS, 1)
    common: dict[str, Any] = {"checkpoint_every": every, "validation_slots": VALIDATION_SLOTS}
    done = _done(folder)
    if done:
        run = Manifest.read(find_checkpoint(folder, prefer="latest"))
        run.check_fits(f"run {folder}", cell.task)
        if done < cell.slots:
            resume(folder, slots=cell.slots, **common)
        return
    assert cell.method.algorithm is not None
    train(
        cell.method.algorithm,
        cell.scenario,
        slots=cell.slots,
        out=folder,
        env_id=cell.method.env_id,
        env_kwargs=cell.method.env_kwargs,
        settings=cell.method.settings,
        seed=cell.seed,
        command=command,
        kept=kept,
        **common,
    )
