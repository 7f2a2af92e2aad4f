"""Distributions as pip installs them, of which only the metadata and one module exist."""

from collections.abc import Mapping
from pathlib import Path


def write_distribution(
    folder: Path, name: str, group: str, entries: Mapping[str, str], module: str = ""
) -> None:
    """Writes `NAME 1.0` with entry points of a group, and a module `NAME` with the code given."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [f"{key} = {value}" for key, value in entries.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines, ""]))
    (folder / f"{name}.py").write_text(module)
