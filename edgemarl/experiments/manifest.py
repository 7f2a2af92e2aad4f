"""``run.json``: what a training run was, kept beside its checkpoints."""

import dataclasses
import importlib.metadata
import json
import logging
import os
import platform
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edgemarl.core.component import construct
from edgemarl.experiments.durable import sync
from edgemarl.experiments.task import Task

logger = logging.getLogger("edgemarl")

FILE_NAME = "run.json"
FORMAT = 1  # of checkpoints; a higher one is written by versions that this one cannot read
_MUST_AGREE = {"edgemarl": 1, "ray": 2}  # leading parts of versions, for a run to be continued
_RECORDED = ("edgemarl", "numpy", "scipy", "numba", "gymnasium", "pettingzoo", "ray", "torch")


def recorded_versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on, where installed."""
    versions = {"python": platform.python_version()}
    for package in _RECORDED:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything needed to repeat a training run, and to judge what its policies fit.

    Attributes:
        algorithm: the algorithm's registered name.
        env_id: the environment's id.
        env_kwargs: the environment's further arguments.
        scenario: the whole scenario as plain values, with its topology's seed; None where the
            environment takes none.
        settings: the algorithm's settings that differ from its defaults.
        seed: seed of the training draws and of the initial weights.
        env_runners: number of processes that collected samples; 0 is the learner's own.
        slots: slots of training done when the file was written.
        command: the command line that started the run.
        versions: versions of Python and of the packages that matter.
        commit: of the code when the run was started; None where it is not known.
        format: what the files of a checkpoint look like.
    """

    algorithm: str
    env_id: str
    env_kwargs: dict[str, Any]
    scenario: dict[str, Any] | None
    settings: dict[str, Any]
    seed: int
    env_runners: int
    slots: int = 0
    command: str = ""
    versions: dict[str, str] = field(default_factory=recorded_versions)
    commit: str | None = None
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write ``run.json`` into a folder, replacing an older one in a single step.

        Raises:
            TypeError: if a setting or a scenario's value cannot be written as JSON.
        """
        text = json.dumps(dataclasses.asdict(self), indent=2) + "\n"
        write_atomically(folder / FILE_NAME, text)

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """The manifest in a folder.

        Raises:
            ValueError: if there is none, it is not a manifest, or one of another format.
        """
        path = folder / FILE_NAME
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ValueError(
                f"checkpoint must hold {FILE_NAME} as written by `edgemarl train`, "
                f"found none in {folder}"
            ) from error
        except json.JSONDecodeError as error:
            raise ValueError(f"{path} must be JSON, but {error}") from error
        if not isinstance(values, dict):
            raise ValueError(f"{path} must hold a JSON object, got {type(values).__name__}")
        if (found := values.get("format", FORMAT)) != FORMAT:
            by = (values.get("versions") or {}).get("edgemarl", "of an unknown version")
            raise ValueError(
                f"{path}: format must be {FORMAT}, got {found!r}, written by edgemarl {by}; use "
                "the checkpoint with that version"
            )
        return construct(str(path), cls, values)

    def check_fits(self, where: str, task: Task, *, apart_from: Collection[str] = ()) -> None:
        """Check that a policy of this run may act in a task.

        Args:
            where: what to call the checkpoint in errors.
            task: what the policy is to act on.
            apart_from: keys of the flattened task that may differ.

        Raises:
            ValueError: naming the first of environment, argument and scenario value that differs.
        """
        differs = task.difference(self.task(), apart_from=apart_from)
        if differs is not None:
            key, trained, wanted = differs
            raise ValueError(
                f"{where} must have been trained on what it is used on: "
                f"{key} was {trained!r} in training, is {wanted!r} here"
            )

    def check_versions(self, where: str) -> None:
        """Check that the run can be continued with the versions that are installed.

        A checkpoint holds pickled state of edgemarl and ray; other packages that have changed only
        cost exact repetition, which a warning says.

        Args:
            where: what to call the run in errors.

        Raises:
            ValueError: naming the first package whose versions are too far apart.
        """
        installed, changed = recorded_versions(), []
        for package, before in self.versions.items():
            now = installed.get(package, "not installed")
            parts = _MUST_AGREE.get(package, 0)
            if before.split(".")[:parts] != now.split(".")[:parts]:
                raise ValueError(
                    f"{where} must be continued with what it was begun with: {package} was "
                    f"{before}, is {now} here; install {package}=={before}"
                )
            if before != now:
                changed.append(f"{package} was {before}, is {now}")
        if changed:
            logger.warning("%s goes on with other versions: %s.", where, "; ".join(changed))

    def task(self) -> Task:
        """The task that the run trained on."""
        return Task.from_plain(self.scenario, self.env_id, self.env_kwargs)


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that a reader sees the old content or the new, never a part.

    That holds after a power cut, too.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    sync(temporary)
    os.replace(temporary, path)
    sync(path.parent)
