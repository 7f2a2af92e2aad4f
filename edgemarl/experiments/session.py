"""One session of a training run: from its start or a checkpoint to its end or Ctrl-C."""

import dataclasses
import math
import time
import traceback
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from edgemarl.core.validation import check_count
from edgemarl.experiments.backend import Learner
from edgemarl.experiments.checkpoints import RunFolder
from edgemarl.experiments.interrupts import interrupts
from edgemarl.experiments.logs import Logs, read_progress
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.progress import Reporter, Silent
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


class Session:
    """One session of a training run; see `train` for the arguments."""

    def __init__(
        self,
        manifest: Manifest,
        folder: RunFolder,
        slots: int,
        checkpoint_every: int | None,
        validation_slots: int,
        reporter: Reporter | None,
        kept: Sequence[str] = (),
    ):
        check_count("checkpoint_every", checkpoint_every or 1)
        check_count("validation_slots", validation_slots)
        self.manifest, self.folder, self.total = manifest, folder, slots
        self.every = checkpoint_every or max(slots // 20, 1)
        self.reporter = reporter or Silent()
        self.kept = kept
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
                closing(Logs(self.folder.path, self.system, slots=start, kept=self.kept)) as logs,
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
