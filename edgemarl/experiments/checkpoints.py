"""The folder of a training run: checkpoints that are complete or absent, never half written.

::

    runs/maxent/
      run.json                    what the run is
      progress.csv                the learning curve
      checkpoints/slots_000004000/    algorithm state, with a run.json of its own
      checkpoints/slots_000005000/
      latest -> checkpoints/slots_000005000
      best   -> checkpoints/slots_000004000
"""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from edgemarl.experiments.durable import sync, sync_tree
from edgemarl.experiments.manifest import FILE_NAME, Manifest

_NAME = re.compile(r"slots_(\d{9,})")


class RunFolder:
    """A training run's folder.

    Args:
        path: the folder; created with its parents when missing.
        keep: number of newest checkpoints to keep, besides the best.

    Raises:
        ValueError: if the folder cannot be made or written to.
    """

    def __init__(self, path: Path | str, *, keep: int = 2) -> None:
        self.path = Path(path)
        self.keep = keep
        self.checkpoints = self.path / "checkpoints"
        try:
            self.checkpoints.mkdir(parents=True, exist_ok=True)
            probe = self.path / f".write_test_{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise ValueError(f"output folder {self.path} must be writable, but {error}") from error

    def save(self, manifest: Manifest, save_state: Callable[[Path], None]) -> Path:
        """Save a checkpoint of `manifest.slots` slots and point ``latest`` at it.

        The state is written beside the others under a hidden name and renamed when it is complete
        and on the disk, so that a failure on the way, of the power too, leaves every earlier
        checkpoint as it was. Earlier ones are removed when ``latest`` is on the disk.

        Args:
            manifest: what the run is, with the slots done.
            save_state: writes the algorithm's state into the folder it is given.
        """
        final = self.checkpoints / f"slots_{manifest.slots:09d}"
        if not final.exists():
            self._write(final, manifest, save_state)
        _point(self.path / "latest", final)
        manifest.write(self.path)
        self._prune()
        return final

    def mark_best(self, checkpoint: Path) -> None:
        """Point ``best`` at a checkpoint, which is then kept."""
        _point(self.path / "best", checkpoint)
        self._prune()

    def saved(self) -> list[Path]:
        """The complete checkpoints, oldest first."""
        return sorted(p for p in self.checkpoints.iterdir() if _NAME.fullmatch(p.name))

    def drop_beyond(self, slots: int) -> None:
        """Remove the checkpoints of more slots, and point ``latest`` at the newest of the others.

        Args:
            slots: of training.
        """
        saved = self.saved()
        kept = [path for path in saved if int(path.name.removeprefix("slots_")) <= slots]
        if len(kept) == len(saved):
            return
        if kept:
            _point(self.path / "latest", kept[-1])
        else:
            (self.path / "latest").unlink(missing_ok=True)
        for path in saved[len(kept) :]:
            shutil.rmtree(path)

    def _write(self, final: Path, manifest: Manifest, save_state: Callable[[Path], None]) -> None:
        partial = self.checkpoints / f".partial_{final.name}"
        shutil.rmtree(partial, ignore_errors=True)
        try:
            partial.mkdir()
            save_state(partial)
            manifest.write(partial)
            sync_tree(partial)
            os.rename(partial, final)
            sync(self.checkpoints)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _prune(self) -> None:
        for partial in self.checkpoints.glob(".partial_*"):
            shutil.rmtree(partial)
        best = (self.path / "best").resolve()
        for old in self.saved()[: -self.keep]:
            if old.resolve() != best:
                shutil.rmtree(old)


def find_checkpoint(folder: Path, *, prefer: str) -> Path:
    """The checkpoint that a folder stands for.

    Args:
        folder: a checkpoint, or a run's folder.
        prefer: "best" or "latest", what a run's folder stands for; "latest" where there is no best.

    Raises:
        ValueError: if the folder holds no complete checkpoint.
    """
    if not folder.is_dir():
        raise ValueError(f"checkpoint folder must exist, got {folder}")
    for candidate in (folder / prefer, folder / "latest"):
        if candidate.is_dir():
            return candidate.resolve()
    if not (folder / FILE_NAME).is_file() or (folder / "checkpoints").is_dir():
        raise ValueError(f"{folder} must hold a checkpoint of `edgemarl train`, found none")
    return folder.resolve()


def run_folder_of(checkpoint: Path) -> Path:
    """The run's folder that a checkpoint lies in."""
    return checkpoint.resolve().parent.parent


def _point(link: Path, target: Path) -> None:
    """Point a symbolic link at a folder, in one step where it exists already."""
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.path.relpath(target, link.parent), target_is_directory=True)
    os.replace(temporary, link)
    sync(link.parent)
