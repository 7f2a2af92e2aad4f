"""What DIRS needs of an environment beyond PettingZoo. It is looked up on `env.unwrapped`."""

from typing import Any, Protocol, runtime_checkable

import numpy as np

LOCAL = -1  # what an assignment holds for a device that no server serves


class AssignmentProblem(Protocol):
    """One slot's choice of a server, or of none, for each of N devices.

    An assignment is (N,) int: the position in `possible_agents` of a device's server, or LOCAL.

    Attributes:
        num_servers: M, one for each agent.
        preference: (N, M) how much a device prefers each server; rows add up to 1, Eq. (20).
    """

    num_servers: int
    preference: np.ndarray

    def objective(self, assignments: np.ndarray) -> np.ndarray:
        """Returns (K,) float, what is minimised, of (K, N) assignments; Eq. (11)."""
        ...

    def vote(self, scores: np.ndarray) -> np.ndarray:
        """Returns the (N,) assignment that the environment makes of (M, N) scores in [0, 1]."""
        ...

    def best(self) -> np.ndarray:
        """Returns a best (N,) assignment; asked for only by `demonstrations="exact"`."""
        ...


@runtime_checkable
class AssignmentScorer(Protocol):
    """An environment whose agents are servers that score the same N devices, Box(0, 1, (N,))."""

    def assignment_problem(self) -> AssignmentProblem:
        """Returns the problem of the current slot, before it is stepped."""
        ...


def check_scorer(env: Any) -> None:
    """Raises ValueError where an environment cannot score assignments."""
    base = env.unwrapped
    if not isinstance(base, AssignmentScorer):
        raise ValueError(
            f"the environment must have assignment_problem() for dirs, {type(base).__name__} has "
            "none; add it (see rllib_algos/dirs/protocols.py), or use maddpg or ma_maxent"
        )


def problem_of(env: Any, num_servers: int) -> AssignmentProblem:
    """Returns the problem of an environment's current slot.

    Args:
        env: that passed `check_scorer`.
        num_servers: number of agents, M.

    Raises:
        ValueError: the problem has another number of servers than the environment has agents.
    """
    problem = env.unwrapped.assignment_problem()
    if problem.num_servers != num_servers:
        raise ValueError(
            f"assignment_problem() must have one server per agent, {num_servers}, got "
            f"{problem.num_servers}"
        )
    return problem
