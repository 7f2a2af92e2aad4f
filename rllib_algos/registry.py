"""Algorithms by name; nothing heavy is imported before one is asked for.

A package of your own adds an algorithm by an entry point of the group ``rllib_algos.algorithms``,
whose value is a config class (see ``docs/how_to/add_algorithm.md``)::

    [project.entry-points."rllib_algos.algorithms"]
    coma = "coma_plugin:COMAConfig"
"""

import difflib
import importlib
import warnings
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple

ALGORITHMS: dict[str, str] = {
    "ac": "rllib_algos.ac:ACConfig",
    "ddpg": "rllib_algos.ddpg:DDPGConfig",
    "dirs": "rllib_algos.dirs:DIRSConfig",
    "idqn": "rllib_algos.idqn:IDQNConfig",
    "maddpg": "rllib_algos.maddpg:MADDPGConfig",
    "ma_maxent": "rllib_algos.ma_maxent:MAMaxEntConfig",
    "qmix": "rllib_algos.qmix:QMIXConfig",
    "shadow_price": "rllib_algos.shadow_price:ShadowPriceConfig",
    "vdn": "rllib_algos.vdn:VDNConfig",
}
GROUP = "rllib_algos.algorithms"
ENVIRONMENTS_GROUP = "rllib_algos.environments"
"""Entry points of functions without arguments that return {name: creator(env_config)}: the
environments that `register_all` registers."""

_session: dict[str, Any] = {}  # what `register` was given


class _Offer(NamedTuple):
    """What a name stands for, and whose it is."""

    target: Any  # "module:ConfigClass", or the class
    source: str


def names() -> list[str]:
    """Returns the names of all algorithms, those of other packages included."""
    return sorted(_offers())


def sources() -> dict[str, str]:
    """Returns where each algorithm comes from, by the algorithm's name."""
    return {name: _sources(offers) for name, offers in sorted(_offers().items())}


def get_config(name: str) -> Any:
    """Returns a new config, with default settings, of the algorithm called `name`.

    Raises:
        ValueError: there is no such algorithm, or several packages offer it.
        ImportError: another package's algorithm cannot be imported.
    """
    known = _offers()
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"unknown algorithm {name!r}, known are {', '.join(names())}{hint}")
    if len(known[name]) > 1:
        raise ValueError(
            f"algorithm {name!r} must come from one package, got it from {_sources(known[name])}; "
            "uninstall all but one, or rename theirs"
        )
    return _config(name, *known[name])


def register(name: str, target: Any) -> None:
    """Adds an algorithm for as long as this process runs; a second call replaces the first.

    Args:
        name: what it will be called.
        target: the config class, or "package.module:ConfigClass".

    Raises:
        ValueError: another algorithm has this name already.
    """
    taken = _offers().get(name)
    if taken and name not in _session:
        raise ValueError(f"algorithm {name!r} must have a new name, {_sources(taken)} has this one")
    _session[name] = target


def register_all() -> None:
    """Registers every algorithm and environment with Ray, so that names suffice for Ray Tune.

    `tune.Tuner("vdn", param_space={"env": "edgemarl/djtcra-users-v0", ...})` then works, as does
    `config.environment("edgemarl/djtcra-users-v0")` for RLlib's own algorithms. What cannot be
    loaded is left out, with a warning. The registration lasts until `ray.shutdown()`.
    """
    from ray.tune.registry import register_trainable

    from rllib_algos.joint.registration import register_parallel_env

    for name in names():
        try:
            algorithm = get_config(name).algo_class
        except (ImportError, ValueError) as error:
            warnings.warn(f"not registered with Ray: {error}", stacklevel=2)
            continue
        register_trainable(name, algorithm)
    for name, creator in _environments():
        register_parallel_env(name, creator)


def _offers() -> dict[str, list[_Offer]]:
    """Returns ours, the session's and other packages'; a name that two offer has two entries."""
    offers = {name: [_Offer(target, "rllib_algos")] for name, target in ALGORITHMS.items()}
    for name, target in _session.items():
        offers.setdefault(name, []).append(_Offer(target, "this session"))
    for entry in entry_points(group=GROUP):
        offers.setdefault(entry.name, []).append(_Offer(entry.value, _distribution(entry)))
    return offers


def _config(name: str, offer: _Offer) -> Any:
    try:
        config = offer.target() if callable(offer.target) else _load(offer.target)()
    except Exception as error:  # whatever the package's module raises
        raise ImportError(
            f"algorithm {name!r} of {offer.source} cannot be loaded from {offer.target!r}: "
            f"{type(error).__name__}: {error}; repair or uninstall that package"
        ) from error
    if not hasattr(config, "algo_class"):
        raise ImportError(
            f"algorithm {name!r} of {offer.source} must be a config class of RLlib, got "
            f"{offer.target!r}"
        )
    return config


def _environments() -> Iterator[tuple[str, Callable[[Mapping[str, Any]], Any]]]:
    for entry in entry_points(group=ENVIRONMENTS_GROUP):
        try:
            found = _load(entry.value)()
        except Exception as error:  # whatever the package's module raises
            warnings.warn(
                f"not registered with Ray: the environments of {_distribution(entry)}: "
                f"{type(error).__name__}: {error}",
                stacklevel=3,
            )
            continue
        yield from found.items()


def _load(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unnamed package"


def _sources(offers: list[_Offer]) -> str:
    return " and ".join(offer.source for offer in offers)
