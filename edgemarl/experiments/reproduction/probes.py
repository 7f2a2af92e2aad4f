"""What looks into a learner instead of measuring it after training as usual, by name."""

import importlib
from collections.abc import Mapping
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
"""Where the functions are: from a cell to the fields of its result that they measured."""


def run_probe(cell: Cell) -> dict[str, Any]:
    """What the cell's probe measured: curve, sampled, evaluation and seconds of its result.

    Raises:
        ValueError: if there is no such probe.
    """
    name = cell.method.probe
    check_choice("probe", name, tuple(PROBES))
    module, _, function = PROBES[str(name)].partition(":")
    return getattr(importlib.import_module(module), function)(cell)


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
