"""Carries out one cell: train or go on, measure, keep the result."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from edgemarl.core.system import System
from edgemarl.experiments.checkpoints import RunFolder, find_checkpoint
from edgemarl.experiments.evaluation import measure
from edgemarl.experiments.logs import read_progress
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.policies import load_policy
from edgemarl.experiments.reproduction.cell import Cell
from edgemarl.experiments.reproduction.probes import run_probe
from edgemarl.experiments.reproduction.result import CellResult, find_result, read_result
from edgemarl.experiments.rollout import Policy
from edgemarl.experiments.training import TrainingError, resume, train

CELLS, RUNS = "cells", "runs"  # folders of results, and of training runs with their checkpoints
CHECKPOINTS = 10  # of a run
VALIDATION_SLOTS = 30
LAST = 0.1  # share of the curve that "sampled" is the mean of: 2,000 of the paper's 20,000 slots


def run_cell(cell: Cell, out: Path, command: str = "") -> CellResult:
    """The result of a cell: the one in `out` where there is one, else it is run and kept there.

    A run that was stopped, or that a cell with fewer slots has left, goes on from its last
    checkpoint.

    Args:
        cell: what to run.
        out: folder with `cells` and `runs`.
        command: the command line, to be kept.

    Raises:
        ValueError: for a name or setting that is unknown or does not fit.
        TrainingError: if the training fails on its way; its last checkpoint is intact.
    """
    known = find_result(out / CELLS, cell)
    if known is not None:
        return known
    if not cell.method.learns:
        evaluation = evaluate_cell(cell, str(cell.method.rule))
        result = CellResult.of(cell, evaluation=evaluation, command=command)
    elif cell.method.probe is not None:
        result = CellResult.of(cell, **run_probe(cell), command=command)
    else:
        with _alone(out / RUNS, cell.run_name):
            result = _learned(cell, out / RUNS, command)
    # As it is read back, so that figures are the same when they are drawn again.
    return read_result(result.write(out / CELLS, cell.name))


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


def _learned(cell: Cell, runs: Path, command: str) -> CellResult:
    """Train, or go on training, and measure."""
    folder = _run_folder(cell, runs)
    _train(cell, folder, command)
    if _done(folder) < cell.slots:
        raise TrainingError(f"stopped after {_done(folder)} of {cell.slots} slots")
    return _measured(cell, folder, command)


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


def _train(cell: Cell, folder: Path, command: str) -> None:
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
        **common,
    )


def _measured(cell: Cell, folder: Path, command: str) -> CellResult:
    rows = read_progress(folder)
    system = cell.task.system
    names = [measure.name for measure in system.outcome_measures]
    curve = _columns([r for r in rows if names[0] in r], ("slots", *names))
    checked = [f"validation_{name}" for name in system.objective.validated]
    validation = _columns([r for r in rows if checked[0] in r], ("slots", *checked))
    return CellResult.of(
        cell,
        curve=curve,
        validation={name.removeprefix("validation_"): v for name, v in validation.items()},
        sampled={name: end_of(curve[name]) for name in names},
        evaluation=evaluate_cell(cell, str(find_checkpoint(folder, prefer="latest"))),
        seconds=rows[-1]["seconds"],
        command=command,
    )


def _columns(rows: list[dict[str, float]], names: tuple[str, ...]) -> dict[str, list[float]]:
    return {name: [row[name] for row in rows] for name in names}


def end_of(values: list[float]) -> float:
    """The mean of the last tenth of a curve."""
    return float(np.mean(values[-max(int(LAST * len(values)), 1) :]))


def evaluate_cell(cell: Cell, policy: Policy | str) -> dict[str, float]:
    """Means over the evaluation slots, which every method meets alike."""
    task = cell.task
    evaluation = measure(load_policy(policy, task), task, slots=cell.evaluation_slots)
    return {name: evaluation.mean(name) for name in _kept(task.system)}


def _kept(system: System) -> list[str]:
    return [*system.measure_names, *system.bound_measures]
