"""The periodic check of a training run, always on the same slots."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgemarl.experiments.evaluation import mean_reward, measure
from edgemarl.experiments.policies import load_policy
from edgemarl.experiments.task import Task


class Validation:
    """Measures checkpoints on fixed slots, disjoint from training's and from evaluation's.

    The bounds of the slots are computed at the first check and serve every later one.

    Args:
        task: what is trained on.
        slots: number of validation slots.
    """

    def __init__(self, task: Task, slots: int):
        self.task, self.slots = task, slots
        self._bound: NDArray[np.float64] | None = None

    def measure(self, checkpoint: Path) -> dict[str, float]:
        """Means of a checkpoint's greedy policy, under the names of the curves' columns."""
        policy = load_policy(str(checkpoint), self.task)
        if self.task.scenario is None:
            return {"validation_reward": mean_reward(policy, self.task, slots=self.slots)}
        evaluation = measure(
            policy,
            self.task,
            slots=self.slots,
            bound=True if self._bound is None else self._bound,
            stream="validation",
        )
        self._bound = evaluation.slots["upper_bound"]
        names = ("system_qoe", "upper_bound", "gap")
        return {f"validation_{name}": evaluation.mean(name) for name in names}


def score(row: Mapping[str, float]) -> float:
    """What checkpoints are ranked by: system QoE, or the reward where there is none of it.

    Args:
        row: what `Validation.measure` returned, or a row of the curves; minus infinity for those
            that hold no validation.
    """
    return row.get("validation_system_qoe", row.get("validation_reward", -math.inf))
