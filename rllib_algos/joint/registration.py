"""Registers ParallelEnvs under a name."""

from collections.abc import Callable
from typing import Any

from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv
from ray.tune.registry import register_env


def register_parallel_env(name: str, creator: Callable[[dict[str, Any]], Any]) -> None:
    """Registers a ParallelEnv with Ray, for the algorithms here and RLlib's own.

    The registration lasts until `ray.shutdown()`.

    Args:
        name: what `config.environment(name)` will say.
        creator: from env_config to a new ParallelEnv.
    """
    register_env(name, lambda env_config: ParallelPettingZooEnv(creator(env_config)))
