"""Carries out a study and writes what came out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edgemarl.experiments.reproduction.cell import Cell
from edgemarl.experiments.reproduction.grid import Failure, run_grid
from edgemarl.experiments.reproduction.marl_eval import write_marl_eval
from edgemarl.experiments.reproduction.pictures import draw
from edgemarl.experiments.reproduction.report import markdown, write_csv
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
    jobs: int = 1,
    command: str = "",
    on_done: Callable[[Cell, str | None], None] | None = None,
) -> Reproduction:
    """Run the cells of a study that have no result yet, and write its figure and tables.

    The same call after a stop goes on where it was. Cells are shared between the studies of one
    folder.

    Args:
        study: what to run.
        budget: how much of it.
        out: folder: results of cells go to ``cells``, training runs to ``runs``.
        jobs: cells at a time.
        command: the command line, to be kept with the results.
        on_done: called with every cell that is done, and the error of one that failed.

    Raises:
        MissingExtraError: if what draws or trains is not installed.
        ValueError: if the folder holds something else under a cell's name.
    """
    out.mkdir(parents=True, exist_ok=True)
    results, failures = run_grid(
        study.cells(budget), out, jobs=jobs, command=command, on_done=on_done
    )
    summary = summarize(study, budget, results)
    return Reproduction(summary=summary, files=tuple(write(summary, out)), failures=tuple(failures))


def write(summary: Summary, out: Path) -> list[Path]:
    """Write table, CSV, marl-eval JSON and figure of a study; nothing where there is no entry."""
    if not summary.entries:
        return []
    stem = out / summary.study.name
    table, cells, exported = (
        stem.with_name(f"{stem.name}{ending}") for ending in (".md", ".csv", ".marl_eval.json")
    )
    heading = f"# {summary.study.title}\n\n"
    table.write_text(heading + markdown(summary), encoding="utf-8")
    write_csv(summary, cells)
    write_marl_eval(summary, exported)
    return [table, cells, exported, *draw(summary, out)]
