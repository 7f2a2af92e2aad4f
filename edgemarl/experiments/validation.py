"""The periodic check of a training run, always on the same slots."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgemarl.experiments.evaluation import measure
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
        evaluation = measure(
            load_policy(str(checkpoint), self.task),
            self.task,
            slots=self.slots,
            bound=True if self._bound is None else self._bound,
            stream="validation",
        )
        self._bound = evaluation.slots["upper_bound"]
        names = ("system_qoe", "upper_bound", "gap")
        return {f"validation_{name}": evaluation.mean(name) for name in names}
