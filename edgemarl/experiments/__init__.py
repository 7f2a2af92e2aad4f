"""Experiments with the environments: evaluate, compare and train policies, draw what came out.

    task           environment, scenario and arguments in one
    rollout        a policy in an environment, on a random stream of its own
    evaluation     one policy, slot by slot          comparison    several on equal terms
    policies       from a baseline's id, a checkpoint or a factory
    statistics     means with intervals              tables, plots  for people
    training       begin or go on; one `session`     checkpoints, manifest, logs   what it writes

Nothing here imports ray, torch, `rllib_algos` or matplotlib before a function that needs them runs.
"""

from edgemarl.experiments.comparison import Comparison, compare
from edgemarl.experiments.evaluation import Evaluation, evaluate
from edgemarl.experiments.policies import load_policy
from edgemarl.experiments.rollout import Policy
from edgemarl.experiments.statistics import Interval
from edgemarl.experiments.task import Task

__all__ = [
    "Comparison",
    "Evaluation",
    "Interval",
    "Policy",
    "Task",
    "compare",
    "evaluate",
    "load_policy",
]
