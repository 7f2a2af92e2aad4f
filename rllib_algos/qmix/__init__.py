"""QMIX: the team's value is a monotonic function of the agents' values."""

from rllib_algos.qmix.algorithm import QMIX, QMIXConfig

__all__ = ["QMIX", "QMIXConfig"]
