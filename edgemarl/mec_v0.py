"""MEC offloading as PettingZoo names its environments: ``parallel_env(...)`` and ``env(...)``."""

from typing import Any

from pettingzoo import AECEnv
from pettingzoo.utils import parallel_to_aec

from edgemarl.mec.env import MECEnv

__all__ = ["env", "parallel_env"]

parallel_env = MECEnv  # the name that PettingZoo looks for


def env(**options: Any) -> AECEnv[str, Any, Any]:
    """The environment in agent-environment-cycle form; options as of :class:`parallel_env`."""
    return parallel_to_aec(parallel_env(**options))
