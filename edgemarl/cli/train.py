"""``edgemarl train``."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from edgemarl.cli import options
from edgemarl.cli.settings import parse_settings
from edgemarl.cli.tasks import task_of

if TYPE_CHECKING:
    from edgemarl.experiments import Task
    from edgemarl.experiments.training import TrainingResult

INTERRUPTED = 130


def train(
    algorithm: options.Algorithm,
    env: options.Env = None,
    scenario: options.ScenarioName = None,
    scenario_seed: options.ScenarioSeed = None,
    slots: options.TrainingSlots = 5000,
    env_runners: options.EnvRunners = None,
    address: options.Address = None,
    seed: options.TrainingSeed = None,
    out: options.Out = None,
    settings: options.Set = None,
    preset: options.Preset = None,
    resume: options.Resume = None,
    checkpoint_every: options.CheckpointEvery = None,
    validation_slots: options.ValidationSlots = 50,
) -> None:
    """Train an algorithm; Ctrl-C saves a checkpoint and says how to go on."""
    from edgemarl.core.extras import require_extra
    from edgemarl.experiments.progress import ProgressBar

    require_extra("rllib", "training")
    from edgemarl.experiments import training

    given = parse_settings(settings or [])
    if preset is not None:
        from edgemarl.experiments.preset import preset_settings

        given.algo.update(preset_settings(algorithm, preset) | given.algo)
    task = task_of([str(resume)] if resume else [], env, scenario, scenario_seed, given)
    common: dict[str, Any] = {
        "slots": slots,
        "checkpoint_every": checkpoint_every,
        "validation_slots": validation_slots,
        "address": address,
    }
    with ProgressBar(slots, algorithm, _title(task)) as bar:
        common["reporter"] = bar
        if resume is not None:
            _refuse_changes(resume, task, algorithm, seed, given.algo, out)
            result = training.resume(resume, env_runners=env_runners, **common)
        else:
            result = training.train(
                algorithm,
                task.scenario,
                env_id=task.env_id,
                env_kwargs=task.env_kwargs,
                settings=given.algo,
                env_runners=env_runners or 0,
                seed=seed or 0,
                out=out or Path("runs") / f"{algorithm}-{_short_name(task)}-{seed or 0}",
                command=shlex.join(["edgemarl", *sys.argv[1:]]),
                **common,
            )
    _tell(result, algorithm, slots, task)


def _short_name(task: "Task") -> str:
    """The scenario's name; that of the environment, without its namespace, where it has none."""
    return task.scenario.name if task.scenario else task.env_id.rpartition("/")[2]


def _title(task: "Task") -> str:
    """What the progress bar calls what is learned."""
    return task.system.objective.title if task.scenario else "reward"


def _refuse_changes(
    resume: Path, task: "Task", algorithm: str, seed: int | None, algo: dict[str, Any], out: Any
) -> None:
    """A run goes on as it began: ValueError where an option says otherwise."""
    from edgemarl.experiments.checkpoints import find_checkpoint
    from edgemarl.experiments.manifest import Manifest

    manifest = Manifest.read(find_checkpoint(resume, prefer="latest"))
    manifest.check_fits(f"--resume {resume}", task)
    recorded = {"ALGO": manifest.algorithm, "--seed": manifest.seed, "--out": resume}
    asked = {"ALGO": algorithm, "--seed": seed, "--out": out}
    recorded |= {f"--set algo.{key}": manifest.settings.get(key) for key in algo}
    asked |= {f"--set algo.{key}": value for key, value in algo.items()}
    for option, value in asked.items():
        if value is not None and value != recorded[option]:
            raise ValueError(
                f"{option} must stay as it was in the run that --resume {resume} continues: "
                f"{recorded[option]}, got {value}"
            )


def _tell(result: "TrainingResult", algorithm: str, slots: int, task: "Task") -> None:
    """Say what is where, or how to go on."""
    if result.interrupted:
        again = shlex.join(
            ["edgemarl", "train", algorithm, "--slots", str(slots), "--resume", str(result.folder)]
        )
        typer.echo(f"Interrupted and saved after {result.slots} slots. To go on:\n  {again}")
        raise typer.Exit(INTERRUPTED)
    typer.echo(f"Trained for {result.slots} slots. The best checkpoint is {result.folder}/best:")
    folder = str(result.folder)
    # Baselines and the bound are those of scenarios; a policy without one is for other programs.
    if task.scenario:
        then = ["compare", folder, task.system.compared[0]]
    else:
        then = ["export", folder, "--out", "policy"]
    typer.echo(f"  {shlex.join(['edgemarl', *then])}")
