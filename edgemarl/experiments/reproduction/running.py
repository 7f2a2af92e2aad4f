"""Carries out one cell: train or go on, measure, keep the result."""

from pathlib import Path

import numpy as np

from edgemarl.core.system import System
from edgemarl.experiments.checkpoints import find_checkpoint
from edgemarl.experiments.evaluation import measure
from edgemarl.experiments.logs import read_progress
from edgemarl.experiments.policies import load_policy
from edgemarl.experiments.reproduction.cell import Cell
from edgemarl.experiments.reproduction.probes import run_probe
from edgemarl.experiments.reproduction.result import CellResult, find_result, read_result
from edgemarl.experiments.reproduction.training_runs import trained
from edgemarl.experiments.rollout import Policy

CELLS, RUNS = "cells", "runs"  # folders of results, and of training runs with their checkpoints
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
        result = CellResult.of(cell, **run_probe(cell, out / RUNS, command), command=command)
    else:
        with trained(cell, out / RUNS, command) as folder:
            result = _measured(cell, folder, command)
    # As it is read back, so that figures are the same when they are drawn again.
    return read_result(result.write(out / CELLS, cell.name))


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
