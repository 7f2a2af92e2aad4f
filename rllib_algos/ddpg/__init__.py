"""Deep deterministic policy gradient with one actor and one critic for all agents."""

from rllib_algos.ddpg.algorithm import DDPG, DDPGConfig

__all__ = ["DDPG", "DDPGConfig"]
