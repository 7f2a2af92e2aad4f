"""``edgemarl sweep``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgemarl.cli import options

if TYPE_CHECKING:
    from edgemarl.experiments.sweep import Sweep
    from edgemarl.experiments.tuning import Trial


def sweep(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML file that says what to do.")],
    out: options.SweepOut = None,
    address: options.Address = None,
    cpus: Annotated[
        int | None, typer.Option("--cpus", min=1, help="CPUs to use here.", show_default="all")
    ] = None,
    logger: Annotated[
        list[str] | None,
        typer.Option("--logger", help="tensorboard, wandb or mlflow; may be repeated."),
    ] = None,
    baselines: Annotated[
        str | None,
        typer.Option(
            "--baselines",
            help="What the best is compared with, with commas.",
            show_default="the environment's usual rules",
        ),
    ] = None,
    slots: options.Slots = 50,
) -> None:
    """Train over a grid or a random search of settings; the same command goes on after a stop."""
    from edgemarl.experiments.sweep import Sweep
    from edgemarl.experiments.tuning import run_sweep

    plan = Sweep.read(file)
    folder = out or Path("runs") / f"sweep-{plan.name}"
    trials = run_sweep(plan, folder, address=address, cpus=cpus, loggers=logger or [])
    _show(plan, trials, folder)
    measured = [trial for trial in trials if trial.gap is not None]
    if not measured:
        typer.echo("edgemarl: error: no trial saved a checkpoint", err=True)
        raise typer.Exit(1)
    _compare(plan, measured[0], baselines, slots)


def _show(plan: "Sweep", trials: "list[Trial]", folder: Path) -> None:
    """Print all trials, best first, and write them to ``trials.csv``."""
    import csv

    from rich.table import Table

    from edgemarl.experiments.tables import print_table

    keys, task = list(plan.search), plan.task(trials[0].point)
    objective = task.system.objective
    columns = ["trial", *keys, "slots", objective.name, "gap", "error"]
    rows = [
        [t.name, *(t.point[k] for k in keys), t.slots, t.objective, t.gap, t.error] for t in trials
    ]
    with (folder / "trials.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])
    table = Table(title=f"{plan.name}: {plan.algorithm} on {task.need_scenario().name}, best first")
    for column in ["trial", *keys, "slots", objective.title, "gap %", "error"]:
        table.add_column(column, overflow="fold")
    for trial in trials:
        value = "-" if trial.objective is None else f"{trial.objective:.2f}"
        gap = "-" if trial.gap is None else f"{100 * trial.gap:.2f}"
        values = [_short(trial.point[key]) for key in keys]
        table.add_row(trial.name, *values, str(trial.slots), value, gap, trial.error or "")
    print_table(table)


def _compare(plan: "Sweep", best: "Trial", baselines: str | None, slots: int) -> None:
    from edgemarl.experiments import compare
    from edgemarl.experiments.tables import comparison_table, print_table

    task = plan.task(best.point)
    rules = task.system.compared if baselines is None else filter(None, baselines.split(","))
    policies = [str(best.folder), *rules]
    comparison = compare(
        policies, task.scenario, env_id=task.env_id, env_kwargs=task.env_kwargs, slots=slots
    )
    print_table(comparison_table(comparison))
    typer.echo(f"The best trial is {best.name}; its best checkpoint is {best.folder}/best")


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
