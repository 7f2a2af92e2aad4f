"""Environments by name; names are strings, so that nothing heavy loads before it is used.

A package of your own adds an environment by an entry point of the group ``edgemarl.environments``,
whose value is a function or class that makes one (see ``docs/how_to/add_environment.md``)::

    [project.entry-points."edgemarl.environments"]
    "mylab/offload-v0" = "mylab.offload_v0:parallel_env"
"""

import functools
import importlib
import inspect
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple

from pettingzoo import ParallelEnv

from edgemarl.core.system import System
from edgemarl.core.validation import check_choice, check_count
from edgemarl.core.vector import BatchedEnv, batched

NAMESPACE = "edgemarl/"
GROUP = "edgemarl.environments"
# Name of a module with PettingZoo's `parallel_env` and `env`, and the options it is called with.
_ENVIRONMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "edgemarl/djtcra-servers-v0": ("edgemarl.djtcra_v0", {"view": "servers"}),
    "edgemarl/djtcra-users-v0": ("edgemarl.djtcra_v0", {"view": "users"}),
    "edgemarl/mec-v0": ("edgemarl.mec_v0", {}),
}


class _Offer(NamedTuple):
    """What a name stands for, and whose it is."""

    target: str  # "module:creator"
    source: str
    defaults: Mapping[str, Any]


def registered() -> list[str]:
    """Names of the environments that :func:`make` knows, those of other packages included."""
    return list(_offers())


def sources() -> dict[str, str]:
    """The package that each environment comes from, by the environment's name."""
    return {name: _sources(offers) for name, offers in _offers().items()}


def hint(kind: str, name: Any, known_to: Callable[[System], bool]) -> str:
    """What to add to an error about a name that one of our other environments knows.

    Args:
        kind: what the name stands for, such as "scenario".
        name: the name.
        known_to: whether a system knows it.
    """
    for environment in _ENVIRONMENTS:
        system = system_of(environment)
        if system is not None and known_to(system):
            return f"; {name} is a {kind} of {environment}: give that as the environment (--env)"
    return ""


def full_name(name: str) -> str:
    """The name with its namespace, which may be left out; ValueError for an unknown one."""
    return _find(name)[0]


def system_of(name: str) -> System | None:
    """The system whose scenarios an environment is made from; None where it takes none."""
    return _system(_load(*_find(name)))


def systems() -> list[System]:
    """The systems of our own environments, each once."""
    found = {system.name: system for name in _ENVIRONMENTS if (system := system_of(name))}
    return list(found.values())


def make(name: str, scenario: Any = None, **options: Any) -> ParallelEnv[str, Any, Any]:
    """A PettingZoo ParallelEnv by its name.

    Args:
        name: such as ``"edgemarl/djtcra-servers-v0"``; ``edgemarl/`` may be left out.
        scenario: a preset's name, a YAML file or a scenario object; that of the environment's
            system by default. Environments of other packages may have none.
        **options: options of the environment, such as ``max_cycles`` or ``reward``.

    Raises:
        ImportError: another package's environment cannot be imported.
        ValueError: for an unknown name, scenario or option; the message lists the known ones.
    """
    name, offer = _find(name)
    creator = _load(name, offer)
    given = dict(options)
    system = _system(creator)
    if system is not None:
        given["scenario"] = system.load_scenario(scenario)
    elif scenario is not None:
        raise ValueError(f"environment {name!r} takes no scenario, got {scenario!r}")
    try:
        return creator(**given)
    except TypeError:
        known = _options(creator) if options else []
        for key in options:
            check_choice(f"option of {name}", key, known)
        raise


def vector(name: str, num_envs: int, scenario: Any = None, **options: Any) -> BatchedEnv:
    """Several copies of an environment that are stepped together, by arrays instead of dicts.

    Each copy does what :func:`make`'s environment does with the same seed and actions. See
    ``docs/how_to/vector.md`` for what is stepped together and what in turn.

    Args:
        name: as for :func:`make`.
        num_envs: number of copies.
        scenario: as for :func:`make`.
        **options: as for :func:`make`.

    Raises:
        ImportError: as :func:`make`.
        ValueError: as :func:`make`; also where agents differ in their spaces.
    """
    check_count("num_envs", num_envs)
    return batched([make(name, scenario, **options) for _ in range(num_envs)])


def creators() -> dict[str, Callable[[Mapping[str, Any]], ParallelEnv[str, Any, Any]]]:
    """Functions from Ray's ``env_config`` (scenario and options) to environments, by name."""
    return {name: functools.partial(_make_from, name) for name in registered()}


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


def _make_from(name: str, env_config: Mapping[str, Any]) -> ParallelEnv[str, Any, Any]:
    return make(name, **env_config)


def _offers() -> dict[str, list[_Offer]]:
    """Ours, then those of other packages; a name that two packages offer has two entries."""
    offers = {
        name: [_Offer(f"{module}:parallel_env", "edgemarl", defaults)]
        for name, (module, defaults) in _ENVIRONMENTS.items()
    }
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        offer = _Offer(entry.value, _distribution(entry), {})
        offers.setdefault(entry.name, []).append(offer)
    return offers


def _find(name: str) -> tuple[str, _Offer]:
    """The full name of an environment and what it stands for."""
    known = _offers()
    full = name if name in known else NAMESPACE + name
    check_choice("environment", full if full in known else name, known)
    if len(known[full]) > 1:
        raise ValueError(
            f"environment {full!r} must come from one package, got it from "
            f"{_sources(known[full])}; uninstall all but one, or rename theirs"
        )
    return full, known[full][0]


def _load(name: str, offer: _Offer) -> functools.partial[ParallelEnv[str, Any, Any]]:
    module, _, attribute = offer.target.partition(":")
    try:
        creator = getattr(importlib.import_module(module), attribute or "parallel_env")
    except Exception as error:  # whatever the package's module raises
        raise ImportError(
            f"environment {name!r} of {offer.source} cannot be loaded from {offer.target!r}: "
            f"{type(error).__name__}: {error}; repair or uninstall that package"
        ) from error
    return functools.partial(creator, **offer.defaults)


def _system(creator: functools.partial[Any]) -> System | None:
    """What a creator's attribute ``system`` says; DJTCRA, where one without it takes a scenario."""
    if "scenario" not in inspect.signature(creator).parameters:
        return None
    named = getattr(creator.func, "system", None)
    return named or importlib.import_module("edgemarl.djtcra.system").SYSTEM


def _options(creator: functools.partial[ParallelEnv[str, Any, Any]]) -> list[str]:
    """Names of a creator's options; where it passes any on, those of the environment's class."""
    hidden = {"self", "scenario", *creator.keywords}
    parameters = dict(inspect.signature(creator).parameters)
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        system = _system(creator)
        env = creator(**({} if system is None else {"scenario": system.load_scenario()}))
        parameters |= inspect.signature(type(env.unwrapped)).parameters
    named = (p for p in parameters.values() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY))
    return [p.name for p in named if p.name not in hidden]


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unnamed package"


def _sources(offers: list[_Offer]) -> str:
    return " and ".join(offer.source for offer in offers)
