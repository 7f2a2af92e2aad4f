"""Runs a sample of recorded cells again, in a folder of its own, and compares the numbers.

The same code on the same processor must find the same numbers. Where code, versions or processor
differ, sums differ in their last digits and a training drifts away from the recorded one: then only
the objective is compared, within a tolerance.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgemarl.core.seeding import named_generator
from edgemarl.core.validation import check_count
from edgemarl.experiments.reproduction.agreement import (
    beyond_tolerance,
    changed_surroundings,
    first_difference,
    replicates_of,
)
from edgemarl.experiments.reproduction.cell import Cell, changed_default
from edgemarl.experiments.reproduction.grid import run_grid
from edgemarl.experiments.reproduction.result import (
    CellResult,
    changed_scenario,
    find_result,
    read_results,
)
from edgemarl.experiments.reproduction.running import CELLS


@dataclass(frozen=True, kw_only=True)
class Check:
    """What became of one recorded cell.

    Attributes:
        name: of the cell.
        recorded: the objective in the file, None where it has none or is not what its name says.
        found: the objective of the new run, None where it has none.
        verdict: "repeats", "agrees" or "FAILS", and why.
        passed: whether it is one of the first two.
    """

    name: str
    recorded: float | None = None
    found: float | None = None
    verdict: str
    passed: bool


def verify(
    results: Path,
    *,
    sample: int = 5,
    seed: int = 0,
    slots: int | None = None,
    jobs: int = 1,
    on_done: Callable[[Cell, str | None], None] | None = None,
) -> list[Check]:
    """Checks of a random sample of the cells in a folder of results.

    Args:
        results: folder whose ``cells`` hold the recorded results.
        sample: number of cells; all where there are fewer.
        seed: of the choice.
        slots: only cells with at most so many slots of training, 0 for rules alone; None for all.
        jobs: cells at a time.
        on_done: called with every cell that is done, and the error of one that failed.

    Raises:
        MissingExtraError: if what trains is not installed.
        ValueError: if there is no result, or a file is none.
    """
    check_count("sample", sample)
    recorded = read_results(results / CELLS)
    short = [n for n, result in recorded.items() if slots is None or _within(result, slots)]
    if not short:
        limit = "" if slots is None else f" with at most {slots} slots"
        raise ValueError(f"{results / CELLS} must hold results{limit}, found none")
    rng = named_generator(seed, "verify")
    picked = rng.choice(len(short), size=min(sample, len(short)), replace=False)
    names = [short[i] for i in sorted(picked)]
    cells = {name: _cell_of(name, recorded[name]) for name in names}
    sound = [cell for cell in cells.values() if isinstance(cell, Cell)]
    with tempfile.TemporaryDirectory(prefix="edgemarl-verify-") as folder:
        _, failures = run_grid(sound, Path(folder), jobs=jobs, on_done=on_done)
        errors = {failure.cell.name: failure.error for failure in failures}
        found = {c.name: find_result(Path(folder) / CELLS, c) for c in sound}
    checks = []
    for name, cell in cells.items():
        if isinstance(cell, str):
            checks.append(Check(name=name, verdict=f"FAILS: {cell}", passed=False))
            continue
        again = found[name] or errors[name]
        alike = replicates_of(recorded[name], list(recorded.values()))
        checks.append(_check(cell, recorded[name], again, alike))
    return checks


def _cell_of(name: str, result: CellResult) -> Cell | str:
    """The cell of a result; or what is wrong with its file."""
    try:
        cell = Cell.from_identity(
            result.cell,
            name=result.method,
            title=result.title,
            scenario=result.scenario_name,
        )
        changed = changed_default(result.cell, cell.identity()) or changed_scenario(result, cell)
    except (TypeError, ValueError) as error:
        return f"its cell cannot be read: {error}"
    if changed is not None:
        return f"it is another cell today: {changed}"
    if cell.name != name or cell.identity() != result.cell:
        return f"its content is the cell {cell.name}"
    return cell


def _check(
    cell: Cell, recorded: CellResult, again: CellResult | str, alike: Sequence[Any]
) -> Check:
    objective = cell.task.system.objective
    about: dict[str, Any] = {
        "name": cell.name,
        "recorded": recorded.evaluation.get(objective.name),
    }
    if isinstance(again, str):
        return Check(**about, verdict=f"FAILS: {again}", passed=False)
    about["found"] = again.evaluation.get(objective.name)
    difference = first_difference(recorded, again)
    if difference is None:
        return Check(**about, verdict="repeats", passed=True)
    changed = changed_surroundings(recorded, again)
    if changed is None:
        return Check(**about, verdict=f"FAILS: {difference}", passed=False)
    problem, allowed = beyond_tolerance(objective, recorded, again, alike)
    why = "; ".join(filter(None, [f"{changed} differs", allowed.why]))
    if problem is not None:
        return Check(**about, verdict=f"FAILS: {problem} ({why})", passed=False)
    verdict = f"agrees within {100 * allowed.share:.2g} % ({why})"
    return Check(**about, verdict=verdict, passed=True)


def _within(result: CellResult, slots: int) -> bool:
    """Whether a cell has at most so many slots; cells that look into a learner have none to count.

    They train all the same, so that 0 slots are those of rules alone.
    """
    return result.slots <= slots and (slots > 0 or not result.learns)
