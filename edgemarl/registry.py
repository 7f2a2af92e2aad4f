"""Environments by name; names are strings, so that nothing heavy loads before it is used."""

import importlib
from collections.abc import Callable
from typing import Any

from pettingzoo import ParallelEnv

from edgemarl.core.validation import check_choice

NAMESPACE = "edgemarl/"
_ENVIRONMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "edgemarl/djtcra-servers-v0": ("edgemarl.djtcra_v0:parallel_env", {"view": "servers"}),
    "edgemarl/djtcra-users-v0": ("edgemarl.djtcra_v0:parallel_env", {"view": "users"}),
}


def registered() -> list[str]:
    """Names of the environments that :func:`make` knows."""
    return list(_ENVIRONMENTS)


def make(name: str, scenario: Any = "paper", **options: Any) -> ParallelEnv[str, Any, Any]:
    """A PettingZoo ParallelEnv by its name.

    Args:
        name: such as ``"edgemarl/djtcra-servers-v0"``; the part before the slash may be left out.
        scenario: a preset's name, a YAML file or a scenario object.
        **options: options of the environment, such as ``max_cycles`` or ``reward``.

    Raises:
        ValueError: for an unknown name, scenario or option; the message lists the known ones.
    """
    full = name if name.startswith(NAMESPACE) else NAMESPACE + name
    check_choice("environment", full, registered())
    entry_point, defaults = _ENVIRONMENTS[full]
    return _load(entry_point)(scenario=scenario, **defaults, **options)


def register_with_pettingzoo() -> None:
    """Make the names known to ``pettingzoo.make``, where this PettingZoo has a registry."""
    try:
        from pettingzoo import parallel_registry, register
    except ImportError:
        return
    for name, (entry_point, defaults) in _ENVIRONMENTS.items():
        if name not in parallel_registry:
            register("parallel", name, entry_point, kwargs=dict(defaults))


def _load(entry_point: str) -> Callable[..., Any]:
    module, _, attribute = entry_point.partition(":")
    return getattr(importlib.import_module(module), attribute)
