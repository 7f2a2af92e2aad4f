"""Algorithms by name; nothing heavy is imported before one is asked for."""

import difflib
import importlib
from typing import Any

ALGORITHMS: dict[str, str] = {
    "idqn": "rllib_algos.idqn:IDQNConfig",
    "maddpg": "rllib_algos.maddpg:MADDPGConfig",
    "ma_maxent": "rllib_algos.ma_maxent:MAMaxEntConfig",
    "qmix": "rllib_algos.qmix:QMIXConfig",
    "vdn": "rllib_algos.vdn:VDNConfig",
}


def names() -> list[str]:
    """Returns the names of all algorithms."""
    return sorted(ALGORITHMS)


def get_config(name: str) -> Any:
    """Returns a new config, with default settings, of the algorithm called `name`.

    Raises:
        ValueError: there is no such algorithm.
    """
    if name not in ALGORITHMS:
        close = difflib.get_close_matches(name, ALGORITHMS, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"unknown algorithm {name!r}, known are {', '.join(names())}{hint}")
    module, _, attribute = ALGORITHMS[name].partition(":")
    return getattr(importlib.import_module(module), attribute)()
