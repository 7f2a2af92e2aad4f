"""Trains an algorithm, with checkpoints that a failure cannot harm."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edgemarl.core.scenario import AnyScenario
from edgemarl.core.validation import check_count
from edgemarl.experiments.backend import algorithm_config
from edgemarl.experiments.checkpoints import RunFolder, find_checkpoint
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.progress import Reporter
from edgemarl.experiments.provenance import current_commit
from edgemarl.experiments.session import Session, TrainingError, TrainingResult
from edgemarl.experiments.task import DEFAULT_ENV, Task

__all__ = ["TrainingError", "TrainingResult", "resume", "train"]


def train(
    algorithm: str,
    scenario: AnyScenario | str | None = None,
    *,
    slots: int,
    out: Path | str,
    env_id: str = DEFAULT_ENV,
    env_kwargs: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    env_runners: int = 0,
    seed: int = 0,
    checkpoint_every: int | None = None,
    validation_slots: int = 50,
    command: str = "",
    address: str | None = None,
    reporter: Reporter | None = None,
    kept: Sequence[str] = (),
) -> TrainingResult:
    """Trains an algorithm from its start.

    Every `checkpoint_every` slots the run saves a checkpoint and measures its greedy policy on a
    fixed set of validation slots. The newest two checkpoints and the best one are kept; ``latest``
    and ``best`` in the run's folder point at them. Ctrl-C (SIGINT) saves and returns.

    Args:
        algorithm: a registered algorithm's name, such as "ma_maxent".
        scenario: a scenario, a preset's name or a YAML file; its seed fixes the topology. By
            default that of the environment's system, where it has one.
        slots: slots to train for; the last round of sampling may go a little beyond.
        out: folder for checkpoints and curves; must not hold a run yet.
        env_id: id of a registered environment.
        env_kwargs: further arguments of the environment.
        settings: the algorithm's settings, by name.
        env_runners: processes that collect samples; 0 collects in this one.
        seed: seed of training draws and initial weights, below 2**31.
        checkpoint_every: slots between checkpoints; by default a twentieth of `slots`.
        validation_slots: number of validation slots.
        command: the command line to keep in ``run.json``.
        address: of a ray cluster whose machines collect samples, HOST:PORT; None starts ray here,
            unless RAY_ADDRESS names one.
        reporter: is told how the run gets on.
        kept: further columns of ``progress.csv``: numbers that RLlib reports in every iteration,
            such as "learners/actors/server_0_loss". Those of TensorBoard are all there are.

    Raises:
        MissingExtraError: if ray or torch is not installed.
        ValueError: for an unknown name or setting, or a folder that cannot be used.
        ConnectionError: if there is no cluster at the address.
        TrainingError: if the training fails on its way; the last checkpoint is intact.
    """
    check_count("slots", slots)
    check_count("env_runners", env_runners, minimum=0)
    check_count("seed", seed, minimum=0)
    task = Task.of(scenario, env_id, env_kwargs)
    manifest = Manifest(
        algorithm=algorithm,
        env_id=task.env_id,
        env_kwargs=dict(task.env_kwargs),
        scenario=None if task.scenario is None else task.scenario.to_dict(),
        settings=dict(settings or {}),
        seed=seed,
        env_runners=env_runners,
        command=command,
        commit=current_commit(),
    )
    algorithm_config(manifest)  # refuses unknown names and settings before anything is written
    task.make().close()
    folder = RunFolder(out)
    if folder.saved():
        raise ValueError(f"output folder {out} must hold no run yet; resume it, or choose another")
    run = Session(manifest, folder, slots, checkpoint_every, validation_slots, reporter, kept)
    return run.carry_out(None, address)


def resume(
    folder: Path | str,
    *,
    slots: int,
    env_runners: int | None = None,
    checkpoint_every: int | None = None,
    validation_slots: int = 50,
    address: str | None = None,
    reporter: Reporter | None = None,
) -> TrainingResult:
    """Continues a run from its latest checkpoint; the curves are appended to.

    Args:
        folder: the run's folder.
        slots: slots of the whole run, those done included.
        env_runners: processes that collect samples; by default as before.
        checkpoint_every: slots between checkpoints; by default a twentieth of `slots`.
        validation_slots: number of validation slots; as before, for gaps that compare.
        address: of a ray cluster, as for `train`.
        reporter: is told how the run gets on.

    Raises:
        MissingExtraError: if ray or torch is not installed.
        ValueError: if the folder holds no checkpoint, one of another version, cannot be written to,
            or is done already.
        ConnectionError: if there is no cluster at the address.
        TrainingError: if the training fails on its way; the last checkpoint is intact.
    """
    check_count("slots", slots)
    checkpoint = find_checkpoint(Path(folder), prefer="latest")
    manifest = Manifest.read(checkpoint)
    manifest.check_versions(f"run {folder}")
    if manifest.slots >= slots:
        raise ValueError(
            f"slots must be above the {manifest.slots} slots that {folder} has done, got {slots}"
        )
    if env_runners is not None:
        manifest = dataclasses.replace(manifest, env_runners=env_runners)
    run = Session(manifest, RunFolder(folder), slots, checkpoint_every, validation_slots, reporter)
    return run.carry_out(checkpoint, address)
