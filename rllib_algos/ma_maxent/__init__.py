"""MAMaxEnt: MADDPG with maximum-entropy terms and trainable coefficients per agent."""

from rllib_algos.ma_maxent.algorithm import MAMaxEnt, MAMaxEntConfig

__all__ = ["MAMaxEnt", "MAMaxEntConfig"]
