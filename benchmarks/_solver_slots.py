"""Slots of the paper's scenario as the solver sees them, with any number of users."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.djtcra import Scenario, evaluate, next_state
from edgemarl.djtcra.allocation import Allocation, AllocationProblem
from edgemarl.solvers import LatencySigmoids

Array = NDArray[np.float64]
PAPER_USERS = 100


@dataclass(frozen=True, kw_only=True)
class Slot:
    """What seven servers have to divide in one slot."""

    family: LatencySigmoids  # (U,)
    server: NDArray[np.int64]  # (U,) which server serves each user
    capacity: Array  # (H,) [cycles/s]

    def value(self, allocation: Array) -> float:
        """Sum of all users' QoE, after removing what is negative or exceeds a capacity."""
        allocation = np.maximum(allocation, 0.0)
        used = np.bincount(self.server, weights=allocation, minlength=len(self.capacity))
        excess = np.maximum(used / self.capacity, 1.0)
        return float(self.family.value(allocation / excess[self.server]).sum())


class Recorder:
    """An allocation policy that keeps its problem and allocates nothing."""

    def allocate(self, problem: AllocationProblem) -> Allocation:
        """Keep the problem."""
        self.problem = problem
        return Allocation(power=np.zeros(len(problem.server)))


def draw_slots(num_users: int, count: int) -> list[Slot]:
    """Slots of the paper's scenario under random assignments; capacities grow with the users."""
    recorder, rng, state, slots = Recorder(), np.random.default_rng(0), None, []
    share = num_users / PAPER_USERS
    capacity = tuple(share * power for power in Scenario().server_capacity)
    scenario = Scenario(num_users=num_users, server_capacity=capacity, allocation=recorder)
    for _ in range(count):
        assignment = rng.integers(scenario.num_servers, size=num_users)
        state = next_state(scenario, state, None if state is None else assignment, rng)
        evaluate(scenario, state, assignment)
        problem = recorder.problem
        if not isinstance(problem.sigmoids, LatencySigmoids):
            raise TypeError(f"the paper's QoE must be logistic, got {type(problem.sigmoids)}")
        slots.append(
            Slot(family=problem.sigmoids, server=problem.server, capacity=problem.capacity)
        )
    return slots


def growth(sizes: list[int], seconds: list[float]) -> float:
    """Exponent b of the power law seconds ~ size^b: least squares of the logarithms."""
    x, y = np.log(sizes), np.log(seconds)
    if len(sizes) < 2 or not math.isfinite(y.sum()):
        raise ValueError(f"growth needs two positive times or more, got {seconds}")
    return float(np.polyfit(x, y, 1)[0])
