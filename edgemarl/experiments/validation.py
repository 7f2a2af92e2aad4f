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
        objective = self.task.system.objective
        self._bound = evaluation.slots[objective.bound]
        return {f"validation_{name}": evaluation.mean(name) for name in objective.validated}

    def reported(self, measured: Mapping[str, float]) -> tuple[float, float | None, float | None]:
        """What of `measure` people are told: objective, bound and gap; or the reward alone."""
        if self.task.scenario is None:
            return measured["validation_reward"], None, None
        names = self.task.system.objective.validated
        value, bound, gap = (measured[f"validation_{name}"] for name in names)
        return value, bound, gap


def score(row: Mapping[str, float]) -> float:
    """What checkpoints are ranked by: minus the gap, or the reward where there is no bound.

    Args:
        row: what `Validation.measure` returned, or a row of the curves; minus infinity for those
            that hold no validation.
    """
    gap = row.get("validation_gap")
    return row.get("validation_reward", -math.inf) if gap is None else -gap
