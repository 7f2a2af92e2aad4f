"""Multi-agent algorithms for RLlib's new API stack, for any PettingZoo ParallelEnv.

Nothing here imports ray or torch before it is used.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rllib_algos.ac import AC, ACConfig
    from rllib_algos.ddpg import DDPG, DDPGConfig
    from rllib_algos.dirs import DIRS, DIRSConfig
    from rllib_algos.idqn import IDQN, IDQNConfig
    from rllib_algos.joint.exported import load_exported
    from rllib_algos.joint.policy_file import GreedyPolicy
    from rllib_algos.joint.policy_file import read_policy as load_policy
    from rllib_algos.joint.registration import register_parallel_env
    from rllib_algos.ma_maxent import MAMaxEnt, MAMaxEntConfig
    from rllib_algos.maddpg import MADDPG, MADDPGConfig
    from rllib_algos.qmix import QMIX, QMIXConfig
    from rllib_algos.registry import register_all
    from rllib_algos.shadow_price import ShadowPrice, ShadowPriceConfig
    from rllib_algos.vdn import VDN, VDNConfig

__all__ = [
    "AC",
    "DDPG",
    "DIRS",
    "IDQN",
    "MADDPG",
    "QMIX",
    "VDN",
    "ACConfig",
    "DDPGConfig",
    "DIRSConfig",
    "GreedyPolicy",
    "IDQNConfig",
    "MADDPGConfig",
    "MAMaxEnt",
    "MAMaxEntConfig",
    "QMIXConfig",
    "ShadowPrice",
    "ShadowPriceConfig",
    "VDNConfig",
    "load_exported",
    "load_policy",
    "register_all",
    "register_parallel_env",
]

# Where a name is imported from when it is first used.
_HOMES = {
    "DIRS": "rllib_algos.dirs",
    "DIRSConfig": "rllib_algos.dirs",
    "AC": "rllib_algos.ac",
    "ACConfig": "rllib_algos.ac",
    "DDPG": "rllib_algos.ddpg",
    "DDPGConfig": "rllib_algos.ddpg",
    "IDQN": "rllib_algos.idqn",
    "IDQNConfig": "rllib_algos.idqn",
    "MADDPG": "rllib_algos.maddpg",
    "MADDPGConfig": "rllib_algos.maddpg",
    "MAMaxEnt": "rllib_algos.ma_maxent",
    "MAMaxEntConfig": "rllib_algos.ma_maxent",
    "QMIX": "rllib_algos.qmix",
    "QMIXConfig": "rllib_algos.qmix",
    "ShadowPrice": "rllib_algos.shadow_price",
    "ShadowPriceConfig": "rllib_algos.shadow_price",
    "VDN": "rllib_algos.vdn",
    "VDNConfig": "rllib_algos.vdn",
    "GreedyPolicy": "rllib_algos.joint.policy_file",
    "load_exported": "rllib_algos.joint.exported",
    "load_policy": "rllib_algos.joint.policy_file:read_policy",
    "register_all": "rllib_algos.registry",
    "register_parallel_env": "rllib_algos.joint.registration",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'rllib_algos' has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    return getattr(importlib.import_module(module), attribute or name)


def __dir__() -> list[str]:
    return [*__all__, "registry"]
