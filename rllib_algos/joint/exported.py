"""Policies as two files for other programs: safetensors for the weights, JSON for the rest.

Reading them needs torch and safetensors, but neither ray nor the environment, and runs nothing
that the files contain.
"""

import json
import os
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rllib_algos.joint.policy_file import GreedyPolicy, policy_of

WEIGHTS_FILE = "policy.safetensors"
DESCRIPTION_FILE = "policy.json"
FORMAT = "rllib_algos.exported_policy"
VERSION = 1


def write_exported(
    content: Mapping[str, Any], folder: Path, trained_on: Mapping[str, Any] | None = None
) -> None:
    """Writes the policies of a checkpoint as `policy.safetensors` and `policy.json`.

    Args:
        content: what `policy_file.read_content` returned.
        folder: made with its parents when missing; an earlier export in it is replaced.
        trained_on: further facts for people, as plain data; not used when the policy is loaded.

    Raises:
        ValueError: the folder holds something else, or cannot be written to.
    """
    from safetensors.torch import save

    described = {name: value for name, value in content.items() if name != "weights"}
    described |= {"format": FORMAT, "version": VERSION, "written_by": _package_version()}
    described["trained_on"] = dict(trained_on or {})
    tensors = {name: tensor.contiguous() for name, tensor in content["weights"].items()}
    _check_free(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / WEIGHTS_FILE, save(tensors))
        _replace(folder / DESCRIPTION_FILE, (json.dumps(described, indent=2) + "\n").encode())
    except OSError as error:
        raise ValueError(f"output folder {folder} must be writable, but {error}") from error


def load_exported(folder: str | Path) -> GreedyPolicy:
    """Returns the greedy policy that `edgemarl export` wrote: the checkpoint's, to the bit.

    Args:
        folder: that holds `policy.safetensors` and `policy.json`.

    Raises:
        FileNotFoundError: one of the files is missing.
        ValueError: a file is broken, or of another format or version.
    """
    from safetensors.torch import load_file

    weights, description = Path(folder) / WEIGHTS_FILE, Path(folder) / DESCRIPTION_FILE
    for file in (weights, description):
        if not file.is_file():
            raise FileNotFoundError(
                f"{folder} must be a folder that `edgemarl export` has written, it has no "
                f"{file.name}"
            )
    try:
        content = json.loads(description.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{description} must be JSON, but {error}") from error
    found = (content.get("format"), content.get("version")) if isinstance(content, dict) else ()
    if found != (FORMAT, VERSION):
        raise ValueError(
            f"{description} must be of format {FORMAT}, version {VERSION}, got {found}"
        )
    try:
        return policy_of({**content, "weights": load_file(weights)})
    except Exception as error:  # safetensors and torch raise what they like
        raise ValueError(f"{weights} must hold the weights of its policy, but {error}") from error


def _check_free(folder: Path) -> None:
    ours = {WEIGHTS_FILE, DESCRIPTION_FILE}
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"output folder {folder} must be a folder, got a file")
    others = sorted(path.name for path in folder.glob("*") if path.name not in ours)
    if others:
        raise ValueError(
            f"output folder {folder} must be new, empty or an earlier export, it holds {others[0]}"
        )


def _replace(path: Path, content: bytes) -> None:
    """Writes a file so that a reader sees the old content or the new, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _package_version() -> str:
    try:
        return f"edgemarl {version('edgemarl')}"
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "edgemarl, not installed"
