"""Advantage actor-critic with one actor and one state-value critic for all agents."""

from rllib_algos.ac.algorithm import AC, ACConfig

__all__ = ["AC", "ACConfig"]
