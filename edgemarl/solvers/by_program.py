"""One budget through the general solver: slower, with linear programs at every node."""

import math
import time
from typing import Literal

import numpy as np

from edgemarl.solvers.general.program import SigmoidalProgram
from edgemarl.solvers.general.scaled import Rescaled
from edgemarl.solvers.general.solve import maximize_program
from edgemarl.solvers.limits import Limits
from edgemarl.solvers.reference import Answer
from edgemarl.solvers.sigmoid import SigmoidFamily


def solve(
    family: SigmoidFamily,
    budget: float,
    floor: np.ndarray,
    *,
    backend: Literal["linprog", "cvxpy"],
    limits: Limits,
) -> Answer:
    """Maximise the sum of max(f, floor) within a positive budget, n >= 1.

    Values are divided by the most that one function earns with the whole budget. The objective is
    at least that, so that the general solver's gap, relative to max(1, objective), is relative to
    the objective here.

    Args:
        family: n >= 1 functions.
        budget: Positive.
        floor: (n,) non-negative.
        backend: Solves the linear programs.
        limits: When to stop.
    """
    size = len(family)
    unit = float(np.maximum(family.value(np.full(size, budget)), floor).max())
    if unit == 0.0:
        return Answer.nothing(size, 0.0)
    scaled = Rescaled.of(family, np.zeros(size), np.ones(size), unit)
    left = limits.deadline - time.perf_counter()
    found = maximize_program(
        SigmoidalProgram.single_budget(scaled, budget, floor / unit),
        backend=backend,
        tolerance=limits.tolerance,
        max_nodes=limits.max_nodes,
        time_limit=None if left == math.inf else max(left, 1e-9),
    )
    price = float(found.dual_multiplier[0]) * unit
    return Answer(found.x, found.upper_bound * unit, price, found.num_nodes, found.status)
