"""Multi-agent algorithms for RLlib's new API stack, for any PettingZoo ParallelEnv.

Nothing here imports ray or torch before it is used.
"""

import importlib
from typing import Any

_EXPORTS = {
    "IDQN": "rllib_algos.idqn",
    "IDQNConfig": "rllib_algos.idqn",
    "MADDPG": "rllib_algos.maddpg",
    "MADDPGConfig": "rllib_algos.maddpg",
    "MAMaxEnt": "rllib_algos.ma_maxent",
    "MAMaxEntConfig": "rllib_algos.ma_maxent",
    "QMIX": "rllib_algos.qmix",
    "QMIXConfig": "rllib_algos.qmix",
    "VDN": "rllib_algos.vdn",
    "VDNConfig": "rllib_algos.vdn",
    "GreedyPolicy": "rllib_algos.joint.policy_file",
    "load_policy": "rllib_algos.joint.policy_file:read_policy",
    "register_parallel_env": "rllib_algos.joint.registration",
}

__all__ = sorted(_EXPORTS)


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module 'rllib_algos' has no attribute {name!r}")
    module, _, attribute = _EXPORTS[name].partition(":")
    return getattr(importlib.import_module(module), attribute or name)


def __dir__() -> list[str]:
    return [*__all__, "registry"]
