"""Policies of checkpoints as files that other programs read."""

import dataclasses
from pathlib import Path
from typing import Any

from edgemarl.experiments.checkpoints import find_checkpoint
from edgemarl.experiments.manifest import FILE_NAME, Manifest


def export(checkpoint: Path | str, out: Path | str) -> Path:
    """Writes a checkpoint's policy as safetensors and JSON; see `rllib_algos.load_exported`.

    Args:
        checkpoint: a checkpoint folder, a training run's folder, which stands for its best
            checkpoint, or what `save_to_path` of an algorithm of `rllib_algos` has written.
        out: folder to write to; new, empty, or an earlier export, which is replaced.

    Returns:
        The checkpoint's folder.

    Raises:
        ValueError: if there is no such checkpoint, or the folder cannot be written to.
    """
    from rllib_algos.joint.exported import write_exported
    from rllib_algos.joint.policy_file import POLICY_FILE, read_content

    folder = Path(checkpoint)
    if not (folder / POLICY_FILE).is_file():
        folder = find_checkpoint(folder, prefer="best")
    write_exported(read_content(folder), Path(out), _trained_on(folder))
    return folder


def _trained_on(folder: Path) -> dict[str, Any]:
    """The run's manifest, for those who use the policy; empty without one."""
    if not (folder / FILE_NAME).is_file():
        return {}
    return dataclasses.asdict(Manifest.read(folder))
