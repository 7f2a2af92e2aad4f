"""Runs the cells of a grid side by side through Ray; a cell that fails harms no other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgemarl.core.extras import require_extra
from edgemarl.experiments.reproduction.cell import Cell
from edgemarl.experiments.reproduction.result import CellResult, find_result
from edgemarl.experiments.reproduction.running import CELLS, run_cell


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A cell that could not be run, and why."""

    cell: Cell
    error: str


def run_grid(
    cells: Sequence[Cell],
    out: Path,
    *,
    jobs: int = 1,
    command: str = "",
    on_done: Callable[[Cell, str | None], None] | None = None,
) -> tuple[list[CellResult], list[Failure]]:
    """The results of all cells: those that are there, and the others run, `jobs` at a time.

    Args:
        cells: what to run, in this order; equal ones are run once.
        out: folder for results and runs.
        jobs: cells at a time, each in a process of its own with one CPU.
        command: the command line, to be kept with the results.
        on_done: called with every cell that is done, and the error of one that failed.

    Returns:
        The results in the order of the cells, and what failed.
    """
    tell = on_done or (lambda cell, error: None)
    wanted = {cell.name: cell for cell in cells}
    found = {name: find_result(out / CELLS, cell) for name, cell in wanted.items()}
    missing = [wanted[name] for name, result in found.items() if result is None]
    for name, result in found.items():
        if result is not None:
            tell(wanted[name], None)
    failures = []
    for cell, outcome in _carry_out(missing, out, jobs, command):
        if isinstance(outcome, CellResult):
            found[cell.name] = outcome
            tell(cell, None)
        else:
            failures.append(Failure(cell=cell, error=outcome))
            tell(cell, outcome)
    return [result for result in found.values() if result is not None], failures


def _carry_out(
    cells: Sequence[Cell], out: Path, jobs: int, command: str
) -> Iterator[tuple[Cell, CellResult | str]]:
    """Yields every cell with its result or its error, as they end."""
    if not cells:
        return
    require_extra("rllib", "running the cells of a study")
    import ray
    from ray.exceptions import RayError

    from edgemarl.experiments.backend import start_ray

    started = start_ray(None, jobs)
    # A process for each run: what one leaves in memory is no other's. Rules leave nothing.
    run = ray.remote(num_cpus=1, max_calls=1, max_retries=0)(_attempt)
    rule = ray.remote(num_cpus=1, max_retries=0)(_attempt)
    try:
        waiting: dict[Any, Cell] = {}
        queue = list(cells)
        while queue or waiting:
            while queue and len(waiting) < jobs:
                cell = queue.pop(0)
                remote = run if cell.method.learns else rule
                waiting[remote.remote(cell, out.absolute(), command)] = cell
            (done,), _ = ray.wait(list(waiting), num_returns=1)
            cell = waiting.pop(done)
            try:
                yield cell, ray.get(done)
            except RayError as error:  # its process died
                yield cell, f"{type(error).__name__}: {str(error).splitlines()[0]}"
    finally:
        if started:
            ray.shutdown()


def _attempt(cell: Cell, out: Path, command: str) -> CellResult | str:
    try:
        return run_cell(cell, out, command)
    except Exception as error:  # told to the one who asked, when all others are done
        return f"{type(error).__name__}: {error}"
