"""Value decomposition networks: the team's value is the sum of the agents' values."""

from rllib_algos.vdn.algorithm import VDN, VDNConfig

__all__ = ["VDN", "VDNConfig"]
