"""Independent deep Q-learning: every agent learns the value of its own actions."""

from rllib_algos.idqn.algorithm import IDQN, IDQNConfig

__all__ = ["IDQN", "IDQNConfig"]
