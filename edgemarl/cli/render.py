"""``edgemarl render``."""

from pathlib import Path
from typing import Annotated

import typer

from edgemarl.cli import options
from edgemarl.cli.settings import parse_settings
from edgemarl.cli.tasks import task_of

Out = Annotated[
    Path,
    typer.Option("--out", metavar="FILE", help="Film .gif or .mp4, or .png of the last slot."),
]
Topology = Annotated[
    int | None,
    typer.Option(
        "--scenario-seed", "--topology", min=0, help="Seed of the topology.", show_default="0"
    ),
]
Fps = Annotated[float, typer.Option("--fps", min=0.01, max=50.0, help="Slots per second.")]
Width = Annotated[int, typer.Option("--width", min=320, help="Width in pixels.")]
Bound = Annotated[
    bool,
    typer.Option(help="Compute each slot's bound: seconds a slot in the largest scenarios."),
]


def render(
    policy: options.PolicyName,
    out: Out,
    env: options.Env = None,
    scenario: options.ScenarioName = None,
    scenario_seed: Topology = None,
    slots: options.Slots = 20,
    seed: options.Seed = 0,
    fps: Fps = 2.0,
    width: Width = 1280,
    bound: Bound = True,
    settings: options.Set = None,
) -> None:
    """Draw the slots that `evaluate` would measure: a film, or a picture of the last one."""
    from edgemarl.experiments import load_policy
    from edgemarl.experiments.films import film_frames
    from edgemarl.rendering import check_film, write_film

    check_film(out)
    given = parse_settings(settings or [])
    given.require_only("env", "scenario")
    task = task_of([policy], env, scenario, scenario_seed, given)
    name = shown_name(policy)
    frames = film_frames(
        load_policy(policy, task),
        task,
        slots=slots,
        seed=seed,
        bound=bound,
        title=name if task.scenario is None else f"{name} on {task.scenario.name}",
        width=width,
    )
    count = write_film(out, frames, fps=fps)
    size = out.stat().st_size / 1e6
    typer.echo(f"{out}: {count} {'slot' if count == 1 else 'slots'}, {size:.2f} MB")


def shown_name(policy: str) -> str:
    """A policy's name in pictures: of a folder, its last name alone."""
    return Path(policy).resolve().name if Path(policy).is_dir() else policy
