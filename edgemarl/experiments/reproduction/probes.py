"""What looks into a learner instead of measuring it after training as usual, by name."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from edgemarl.core.validation import check_choice
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.reproduction.cell import Cell

PROBES: Mapping[str, str] = MappingProxyType(
    {
        "dirs_losses": "edgemarl.experiments.reproduction.mec_training:losses",
        "dirs_imitation": "edgemarl.experiments.reproduction.mec_training:imitation",
        "dirs_search": "edgemarl.experiments.reproduction.mec_search:search",
    }
)
"""Where the functions are: from a cell, the folder of runs and the command line to the fields of
the cell's result that they measured."""


def run_probe(cell: Cell, runs: Path, command: str = "") -> dict[str, Any]:
    """What the cell's probe measured: curve, sampled, evaluation and seconds of its result.

    Args:
        cell: whose method has a probe.
        runs: folder of training runs, for those that go on after a stop.
        command: the command line, to be kept.

    Raises:
        ValueError: if there is no such probe.
    """
    name = cell.method.probe
    check_choice("probe", name, tuple(PROBES))
    module, _, function = PROBES[str(name)].partition(":")
    return getattr(importlib.import_module(module), function)(cell, runs, command)


def manifest_of(cell: Cell, **further: Any) -> Manifest:
    """The training run of a learner's cell, with further settings."""
    task, method = cell.task, cell.method
    return Manifest(
        algorithm=str(method.algorithm),
        env_id=task.env_id,
        env_kwargs=dict(task.env_kwargs),
        scenario=cell.scenario.to_dict(),
        settings={**method.settings, **further},
        seed=cell.seed,
        env_runners=0,
    )
