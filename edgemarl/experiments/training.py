"""Trains an algorithm, with checkpoints that a failure cannot harm."""

import dataclasses
import math
import time
import traceback
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgemarl.core.scenario import AnyScenario
from edgemarl.core.validation import check_count
from edgemarl.experiments.backend import Learner, algorithm_config
from edgemarl.experiments.checkpoints import RunFolder, find_checkpoint
from edgemarl.experiments.interrupts import interrupts
from edgemarl.experiments.logs import Logs, read_progress
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.progress import Reporter, Silent
from edgemarl.experiments.provenance import current_commit
from edgemarl.experiments.task import DEFAULT_ENV, Task
from edgemarl.experiments.validation import Validation, score


class TrainingError(RuntimeError):
    """A training run failed on its way; its last checkpoint is intact."""


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """How a training run ended.

    Attributes:
        folder: the run's folder.
        slots: slots of training done.
        interrupted: whether Ctrl-C ended it before its time; what was done is saved.
    """

    folder: Path
    slots: int
    interrupted: bool


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
    run = _Run(manifest, folder, slots, checkpoint_every, validation_slots, reporter)
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
    run = _Run(manifest, RunFolder(folder), slots, checkpoint_every, validation_slots, reporter)
    return run.carry_out(checkpoint, address)


class _Run:
    """One session of a training run."""

    def __init__(
        self,
        manifest: Manifest,
        folder: RunFolder,
        slots: int,
        checkpoint_every: int | None,
        validation_slots: int,
        reporter: Reporter | None,
    ):
        check_count("checkpoint_every", checkpoint_every or 1)
        check_count("validation_slots", validation_slots)
        self.manifest, self.folder, self.total = manifest, folder, slots
        self.every = checkpoint_every or max(slots // 20, 1)
        self.reporter = reporter or Silent()
        task = manifest.task()
        self.system = None if task.scenario is None else task.system
        self.validation = Validation(task, validation_slots)
        self.best = max(map(score, read_progress(folder.path)), default=-math.inf)

    def carry_out(self, checkpoint: Path | None, address: str | None) -> TrainingResult:
        """Train until the slots are done, or Ctrl-C."""
        start = self.manifest.slots
        with closing(Learner(self.manifest, address)) as learner:
            if checkpoint is not None:
                learner.restore(checkpoint, start)
            with (
                closing(Logs(self.folder.path, self.system, slots=start)) as logs,
                interrupts() as asked,
            ):
                try:
                    self._loop(learner, logs, asked)
                except Exception as error:
                    raise self._failure(error, learner.slots) from error
            return TrainingResult(
                folder=self.folder.path,
                slots=learner.slots,
                interrupted=learner.slots < self.total,
            )

    def _loop(self, learner: Learner, logs: Logs, asked: list[int]) -> None:
        begin, first = time.perf_counter(), learner.slots
        due = (first // self.every + 1) * self.every
        while learner.slots < self.total and not asked:
            before, since = learner.slots, time.perf_counter()
            sampled, details = learner.step()
            now = time.perf_counter()
            row = {"slots": float(learner.slots), "seconds": logs.seconds + now - begin, **sampled}
            value = None if self.system is None else sampled.get(self.system.objective.name)
            self.reporter.update(learner.slots, (learner.slots - before) / (now - since), value)
            if learner.slots >= min(due, self.total):
                row |= self._checkpoint(learner)
                due = (learner.slots // self.every + 1) * self.every
            logs.write(row, details)
        if asked:
            self._save(learner)

    def _save(self, learner: Learner) -> Path:
        return self.folder.save(
            dataclasses.replace(self.manifest, slots=learner.slots), learner.save
        )

    def _checkpoint(self, learner: Learner) -> dict[str, float]:
        """Save, measure what was saved, and note whether it is the best so far."""
        saved = self._save(learner)
        measured = self.validation.measure(saved)
        if score(measured) > self.best:
            self.best = score(measured)
            self.folder.mark_best(saved)
        self.reporter.checkpoint(learner.slots, *self.validation.reported(measured))
        return measured

    def _failure(self, error: Exception, slots: int) -> TrainingError:
        """What to tell about an error, whose traceback goes into the run's folder."""
        log = self.folder.path / "error.log"
        try:
            log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
            where = f"in {log}"
        except OSError as no_log:  # such as a full disk, which may be the error itself
            where = f"not written, {no_log}"
        saved = self.folder.saved()
        checkpoint = (
            f"the last checkpoint is intact: {saved[-1]}"
            if saved
            else "no checkpoint was saved yet"
        )
        return TrainingError(
            f"training stopped after {slots} slots, {checkpoint}; traceback {where}; "
            f"{type(error).__name__}: {error}"
        )
