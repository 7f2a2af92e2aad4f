"""Environments by name; names are strings, so that nothing heavy loads before it is used.

A package of your own adds an environment by an entry point of the group ``edgemarl.environments``::

    [project.entry-points."edgemarl.environments"]
    "mylab/offload-v0" = "mylab.offload_v0"  # a module with parallel_env(scenario=..., **options)
"""

import importlib
from importlib.metadata import entry_points
from typing import Any

from pettingzoo import ParallelEnv

from edgemarl.core.validation import check_choice

NAMESPACE = "edgemarl/"
GROUP = "edgemarl.environments"
# Name of a module with PettingZoo's `parallel_env` and `env`, and the options it is called with.
_ENVIRONMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "edgemarl/djtcra-servers-v0": ("edgemarl.djtcra_v0", {"view": "servers"}),
    "edgemarl/djtcra-users-v0": ("edgemarl.djtcra_v0", {"view": "users"}),
}


def registered() -> list[str]:
    """Names of the environments that :func:`make` knows, those of other packages included."""
    return list(_known())


def make(name: str, scenario: Any = "paper", **options: Any) -> ParallelEnv[str, Any, Any]:
    """A PettingZoo ParallelEnv by its name.

    Args:
        name: such as ``"edgemarl/djtcra-servers-v0"``; ``edgemarl/`` may be left out.
        scenario: a preset's name, a YAML file or a scenario object.
        **options: options of the environment, such as ``max_cycles`` or ``reward``.

    Raises:
        ValueError: for an unknown name, scenario or option; the message lists the known ones.
    """
    known = _known()
    full = name if name in known else NAMESPACE + name
    check_choice("environment", full if full in known else name, known)
    module, defaults = known[full]
    return importlib.import_module(module).parallel_env(scenario=scenario, **defaults, **options)


def register_with_pettingzoo() -> None:
    """Make our names known to ``pettingzoo.make``, where this PettingZoo has a registry."""
    try:
        from pettingzoo import aec_registry, parallel_registry, register
    except ImportError:
        return
    for name, (module, defaults) in _ENVIRONMENTS.items():
        if name not in parallel_registry:
            register("parallel", name, f"{module}:parallel_env", kwargs=dict(defaults))
        if name not in aec_registry:
            register("aec", name, f"{module}:env", kwargs=dict(defaults))


def _known() -> dict[str, tuple[str, dict[str, Any]]]:
    others = {entry.name: (entry.module, {}) for entry in entry_points(group=GROUP)}
    return {**others, **_ENVIRONMENTS}
