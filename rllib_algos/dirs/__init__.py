"""Distributed intelligent resource scheduling: an ensemble that imitates refined decisions."""

from rllib_algos.dirs.algorithm import DIRS, DIRSConfig

__all__ = ["DIRS", "DIRSConfig"]
