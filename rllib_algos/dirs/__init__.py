"""Distributed intelligent resource scheduling: an ensemble that imitates refined decisions."""

from rllib_algos.dirs.algorithm import DIRS
from rllib_algos.dirs.config import DIRSConfig

__all__ = ["DIRS", "DIRSConfig"]
