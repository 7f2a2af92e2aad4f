"""``edgemarl verify``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgemarl.cli.cell_progress import CellProgress

if TYPE_CHECKING:
    from rich.table import Table

    from edgemarl.experiments.reproduction.verify import Check

FAILED = 1
Results = Annotated[
    Path, typer.Argument(metavar="RESULTS", help="Folder that `edgemarl reproduce` wrote to.")
]
Sample = Annotated[
    int, typer.Option("--sample", min=1, metavar="K", help="Cells to run again; all if fewer.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, metavar="S", help="Seed of the choice.")]
Slots = Annotated[
    int | None,
    typer.Option(
        "--slots", min=0, metavar="N", help="Only cells of at most N slots; 0: only rules."
    ),
]
Jobs = Annotated[int, typer.Option("--jobs", min=1, metavar="J", help="Cells at a time.")]


def verify(
    results: Results, sample: Sample = 5, seed: Seed = 0, slots: Slots = None, jobs: Jobs = 1
) -> None:
    """Run a random sample of recorded cells again, from nothing, and compare the numbers.

    They must be equal; where code, versions or processor differ, they must agree within a
    tolerance that is printed. Exit code 1 where they do not.
    """
    from edgemarl.experiments.reproduction.verify import verify as run
    from edgemarl.experiments.tables import print_table

    with CellProgress(None, "verify") as progress:
        checks = run(
            results, sample=sample, seed=seed, slots=slots, jobs=jobs, on_done=progress.advance
        )
    print_table(_table(checks))
    if not all(check.passed for check in checks):
        raise typer.Exit(FAILED)


def _table(checks: "list[Check]") -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("cell", overflow="fold", min_width=20)
    table.add_column("recorded", justify="right")
    table.add_column("found", justify="right")
    table.add_column("verdict", overflow="fold", min_width=12)
    for check in checks:
        numbers = ["-" if v is None else f"{v:.6g}" for v in (check.recorded, check.found)]
        table.add_row(check.name, *numbers, check.verdict)
    return table
