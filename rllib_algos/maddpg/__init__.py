"""Multi-agent deep deterministic policy gradient, with twin critics by default."""

from rllib_algos.maddpg.algorithm import MADDPG, MADDPGConfig

__all__ = ["MADDPG", "MADDPGConfig"]
