"""``edgemarl reproduce``."""

import dataclasses
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgemarl.cli.cell_progress import CellProgress
from edgemarl.cli.completion import studies

if TYPE_CHECKING:
    from edgemarl.experiments.reproduction.reproduce import Reproduction
    from edgemarl.experiments.reproduction.study import Budget, Study

FAILED = 1
Name = Annotated[
    str,
    typer.Argument(
        metavar="STUDY",
        autocompletion=studies,
        help="A figure or table, such as djtcra-fig6; or `list`.",
    ),
]
Quick = Annotated[bool, typer.Option("--quick", help="A few minutes instead of hours.")]
Seeds = Annotated[
    int | None, typer.Option("--seeds", min=1, metavar="K", help="Replicates of every cell.")
]
TrainingSlots = Annotated[
    int | None, typer.Option("--slots", min=1, metavar="N", help="Slots of training.")
]
Methods = Annotated[
    str | None, typer.Option("--methods", help="Which methods, with commas.", show_default="all")
]
Points = Annotated[
    str | None,
    typer.Option("--points", help="Which places on its axis, with commas.", show_default="all"),
]
Out = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Folder; what is done in it is not repeated.")
]
Jobs = Annotated[int, typer.Option("--jobs", min=1, metavar="J", help="Cells at a time.")]


def reproduce(
    study: Name,
    quick: Quick = False,
    seeds: Seeds = None,
    slots: TrainingSlots = None,
    methods: Methods = None,
    points: Points = None,
    out: Out = Path("runs/reproduction"),
    jobs: Jobs = 1,
) -> None:
    """Run a paper's figure or table: learners, rules and the bound, with figure and tables.

    The same command goes on after a stop; every cell's result is kept in DIR/cells.
    """
    from edgemarl.core.extras import require_extra
    from edgemarl.experiments.reproduction.catalog import STUDIES, find_study
    from edgemarl.experiments.reproduction.reproduce import chosen_cells
    from edgemarl.experiments.reproduction.reproduce import reproduce as run

    if study == "list":
        for known in STUDIES.values():
            typer.echo(f"{known.name:16} {known.title}")
        return
    plan = find_study(study)
    budget = _budget(plan, quick, seeds, slots)
    chosen = {
        "methods": _listed("--methods", methods),
        "points": _listed("--points", points),
    }
    cells = {cell.name for cell in chosen_cells(plan, budget, **chosen)}
    require_extra("viz", "drawing a figure")
    command = shlex.join(["edgemarl", *sys.argv[1:]])
    with CellProgress(len(cells), plan.name) as progress:
        told = {"command": command, "on_done": progress.advance}
        done = run(plan, budget, out, jobs=jobs, **chosen, **told)
    _tell(done)


def _listed(option: str, given: str | None) -> list[str] | None:
    """What stands between commas; None where the option is not given."""
    if given is None:
        return None
    names = [name.strip() for name in given.split(",") if name.strip()]
    if not names:
        raise ValueError(f"{option} must name at least one, got {given!r}")
    return names


def _budget(study: "Study", quick: bool, seeds: int | None, slots: int | None) -> "Budget":
    given = {name: value for name, value in {"seeds": seeds, "slots": slots}.items() if value}
    return dataclasses.replace(study.quick if quick else study.budget, **given)


def _tell(done: "Reproduction") -> None:
    for path in done.files:
        typer.echo(f"wrote {path}")
    for failure in done.failures:
        typer.echo(f"edgemarl: error: {failure.cell.name}: {failure.error}", err=True)
    if done.failures:
        raise typer.Exit(FAILED)
