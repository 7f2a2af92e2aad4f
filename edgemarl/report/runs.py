"""What the folders of training runs hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgemarl.experiments.checkpoints import find_checkpoint
from edgemarl.experiments.logs import FILE_NAME as PROGRESS_FILE
from edgemarl.experiments.logs import read_progress
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.task import Task

ERROR_LOG = "error.log"
_QUOTED_PATH = re.compile(r"(['\"])[~/][^'\"]*/([^'\"/]+)/?\1")
_PATH = re.compile(r"(?:~|(?<![\w.~/:]))/(?:[^\s'\"`,;:=()]*/)?([^\s'\"`,;:=()/]+)")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why something is not in the page, or not as it was meant to be.

    Attributes:
        where: name of the run's folder, or of the policy.
        reason: what to know, and the way out; without paths of the machine.
    """

    where: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Run:
    """A training run as its folder tells it.

    Attributes:
        name: of the folder, unique in a page.
        folder: where it is.
        manifest: what was trained on what.
        task: the same as an environment.
        rows: of ``progress.csv``.
        checkpoint: the best one.
        broke_off: last line of the error that ended the run; None where none did.
    """

    name: str
    folder: Path
    manifest: Manifest
    task: Task
    rows: list[dict[str, float]]
    checkpoint: Path
    broke_off: str | None

    @property
    def slots(self) -> int:
        """Slots of training done, those after the best checkpoint included."""
        return int(self.rows[-1]["slots"]) if self.rows else self.manifest.slots

    @property
    def topology(self) -> int | None:
        """Seed of the topology; None where there is no scenario."""
        return None if self.task.scenario is None else self.task.scenario.seed


def read_run(folder: Path, name: str) -> Run:
    """The run in a folder.

    Raises:
        ValueError: if there is none, or none that can be read.
    """
    if not folder.is_dir():
        raise ValueError("run folder must exist, found none")
    if not (folder / "checkpoints").is_dir():
        raise ValueError("folder must be that of a run of `edgemarl train`, found no checkpoints/")
    broke_off = _last_error(folder)
    try:
        checkpoint = find_checkpoint(folder, prefer="best")
    except ValueError as error:
        if broke_off is None:
            raise
        raise ValueError(f"no checkpoint was saved before training stopped: {broke_off}") from error
    manifest = Manifest.read(checkpoint)
    return Run(
        name=name,
        folder=folder,
        manifest=manifest,
        task=manifest.task(),
        rows=read_progress(folder),
        checkpoint=checkpoint,
        broke_off=broke_off,
    )


def read_runs(folders: Sequence[Path | str]) -> tuple[list[Run], list[Problem]]:
    """The runs in folders, and why there is none in the others.

    Raises:
        ValueError: if there is no run in any of them.
    """
    runs: list[Run] = []
    problems: list[Problem] = []
    for name, folder in _names([Path(folder) for folder in folders]).items():
        try:
            runs.append(read_run(folder, name))
        except (ValueError, OSError, ImportError) as error:
            problems.append(Problem(where=name, reason=without_paths(str(error))))
    if not runs:
        reasons = "; ".join(f"{problem.where}: {problem.reason}" for problem in problems)
        raise ValueError(
            f"a report must be given the folder of a training run, got {reasons or 'none'}"
        )
    stopped = [Problem(where=run.name, reason=_stopped(run)) for run in runs if run.broke_off]
    return runs, problems + stopped


def without_paths(text: str) -> str:
    """A text whose absolute paths are cut down to their last names.

    >>> without_paths("edgemarl train vdn --out /home/someone/runs/a --slots 50")
    'edgemarl train vdn --out .../a --slots 50'
    """
    quoted = _QUOTED_PATH.sub(r"\1.../\2\1", text)
    return _PATH.sub(r".../\1", quoted)


def _names(folders: list[Path]) -> dict[str, Path]:
    """The folders, each once, by a name of its own."""
    named: dict[str, Path] = {}
    for folder in dict.fromkeys(path.absolute() for path in folders):
        name, count = folder.name, 1
        while name in named:
            count += 1
            name = f"{folder.name} ({count})"
        named[name] = folder
    return named


def _last_error(folder: Path) -> str | None:
    """Last line of the error that ended a run; None where it went on since, or none did."""
    log, progress = folder / ERROR_LOG, folder / PROGRESS_FILE
    if not log.is_file():
        return None
    if progress.is_file() and progress.stat().st_mtime > log.stat().st_mtime:
        return None
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return without_paths(lines[-1].strip()) if lines else "no reason is recorded"


def _stopped(run: Run) -> str:
    return f"training stopped after {run.slots} slots: {run.broke_off}"
