"""``edgemarl report``."""

from pathlib import Path
from typing import Annotated

import typer

from edgemarl.cli import options

RunFolders = Annotated[
    list[Path], typer.Argument(metavar="RUN_DIR...", help="Folders of training runs.")
]
PageFile = Annotated[Path, typer.Option("--out", metavar="FILE", help="The page's file.")]
Baselines = Annotated[
    str | None,
    typer.Option(
        "--baselines",
        metavar="NAME,...",
        help="Rules beside the runs, the first as the reference; '' for none.",
        show_default="those of the system's comparisons",
    ),
]
Record = Annotated[
    int, typer.Option("--record", min=1, metavar="N", help="Slots to keep for the map.")
]


def report(
    folders: RunFolders,
    out: PageFile = Path("report.html"),
    slots: options.Slots = 100,
    seed: options.Seed = 0,
    baselines: Baselines = None,
    record: Record = 20,
) -> None:
    """Write one HTML page about training runs, which opens without a network.

    What the best checkpoint of a run does on evaluation slots is kept as recording.json in the
    run's folder; with the same options, the page is then written again without ray and torch.
    """
    from rich.console import Console

    from edgemarl.report import write_report

    console = Console(stderr=True, highlight=False)
    rules = None if baselines is None else [name for name in baselines.split(",") if name]
    with console.status("reading runs") as status:
        done = write_report(
            folders,
            out,
            slots=slots,
            record=record,
            seed=seed,
            baselines=rules,
            tell=status.update,
        )
    for problem in done.problems:
        console.print(f"{problem.where}: {problem.reason}", markup=False)
    runs = f"{done.runs} run" if done.runs == 1 else f"{done.runs} runs"
    megabytes = done.path.stat().st_size / 1e6
    typer.echo(f"Wrote {done.path} ({runs}, {megabytes:.1f} MB); open it in a browser.")
