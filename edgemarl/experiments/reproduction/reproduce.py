"""Carries out a study and writes what came out."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgemarl.experiments.reproduction.cell import Cell
from edgemarl.experiments.reproduction.grid import Failure, run_grid
from edgemarl.experiments.reproduction.marl_eval import write_marl_eval
from edgemarl.experiments.reproduction.pictures import draw
from edgemarl.experiments.reproduction.report import markdown, write_csv
from edgemarl.experiments.reproduction.result import find_result
from edgemarl.experiments.reproduction.running import CELLS
from edgemarl.experiments.reproduction.study import Budget, Study
from edgemarl.experiments.reproduction.summary import Summary, summarize


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """What a study came to.

    Attributes:
        summary: what was measured.
        files: table, CSV, marl-eval JSON and figure.
        failures: cells that could not be run.
    """

    summary: Summary
    files: tuple[Path, ...]
    failures: tuple[Failure, ...]


def reproduce(
    study: Study,
    budget: Budget,
    out: Path,
    *,
    methods: Sequence[str] | None = None,
    points: Sequence[str] | None = None,
    jobs: int = 1,
    command: str = "",
    on_done: Callable[[Cell, str | None], None] | None = None,
) -> Reproduction:
    """Run the cells of a study that have no result yet, and write its figure and tables.

    The same call after a stop goes on where it was. Cells are shared between the studies of one
    folder. Figure and tables show everything of the study that the folder has at this budget, what
    other calls have run, too; and say what is missing. Every budget has files of its own.

    Args:
        study: what to run.
        budget: how much of it.
        out: folder: results of cells go to ``cells``, training runs to ``runs``.
        methods: names of those to run; None for all.
        points: labels of those to run; None for those of the budget.
        jobs: cells at a time.
        command: the command line, to be kept with the results.
        on_done: called with every cell that is done, and the error of one that failed.

    Raises:
        MissingExtraError: if what draws or trains is not installed.
        ValueError: for an unknown method or point, or if the folder holds something else under a
            cell's name.
    """
    asked = chosen_cells(study, budget, methods, points)
    out.mkdir(parents=True, exist_ok=True)
    _, failures = run_grid(asked, out, jobs=jobs, command=command, on_done=on_done)
    everything = {c.name: c for c in study.cells(dataclasses.replace(budget, points=None))}
    found = (find_result(out / CELLS, cell) for cell in everything.values())
    summary = summarize(study, budget, [result for result in found if result is not None])
    return Reproduction(summary=summary, files=tuple(write(summary, out)), failures=tuple(failures))


def chosen_cells(
    study: Study,
    budget: Budget,
    methods: Sequence[str] | None = None,
    points: Sequence[str] | None = None,
) -> list[Cell]:
    """The cells to run: of all methods at the budget's points, or of those that are named.

    Args:
        study: what to run.
        budget: how much of it; named points are all run.
        methods: names; None for all.
        points: labels; None for those of the budget.

    Raises:
        ValueError: for an unknown method or point, or a budget that the study cannot have.
    """
    if points is not None:
        budget = dataclasses.replace(budget, points=None)
    return study.narrowed(methods, points).cells(budget)


def write(summary: Summary, out: Path) -> list[Path]:
    """Write table, CSV, marl-eval JSON and figure of a study; nothing where there is no entry."""
    if not summary.entries:
        return []
    stem = out / summary.study.file_stem(summary.budget)
    table, cells, exported = (
        stem.with_name(f"{stem.name}{ending}") for ending in (".md", ".csv", ".marl_eval.json")
    )
    heading = f"# {summary.study.title}\n\n"
    table.write_text(heading + markdown(summary), encoding="utf-8")
    write_csv(summary, cells)
    write_marl_eval(summary, exported)
    return [table, cells, exported, *draw(summary, stem)]
