"""Role ``allocation``: how each server divides its computing power among the tasks it serves."""

from dataclasses import dataclass
from typing import Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.component import component
from edgemarl.core.validation import check_choice, check_count, check_positive
from edgemarl.solvers import Backend, LatencySigmoids, SigmoidFamily, maximize, maximize_groups


@dataclass(frozen=True, kw_only=True)
class AllocationProblem:
    """Problem (17) of every server in one slot."""

    sigmoids: SigmoidFamily  # (U,) QoE of each user's computing power at its server
    server: NDArray[np.int64]  # (U,) server that serves the task; -1 where there is no task
    capacity: NDArray[np.float64]  # (H,) [cycles/s] P^h
    cloud_qoe: NDArray[np.float64]  # (U,) [1] QoE of the cloud as the alternative


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """What an allocation policy returns."""

    power: NDArray[np.float64]  # (U,) [cycles/s]
    upper_bound: NDArray[np.float64] | None = None  # (H,) [1] certified bound of each server's sum
    price: NDArray[np.float64] | None = None  # (H,) [1/(cycles/s)] multiplier that proves a bound


class AllocationPolicy(Protocol):
    """Divides the servers' computing power."""

    def allocate(self, problem: AllocationProblem) -> Allocation:
        """The power of every user; a server's users get no more than its capacity together."""
        ...


@dataclass(frozen=True, kw_only=True)
class _SolverOptions:
    """Options that both exact policies share."""

    tolerance: float = 1e-6  # [1] relative gap at which the search stops
    max_nodes: int = 20_000  # of the branch and bound tree of one server
    backend: Backend = "auto"  # "auto" is compiled for logistic QoE and the reference for others

    def __post_init__(self) -> None:
        """Check every option."""
        check_positive("tolerance", self.tolerance)
        check_count("max_nodes", self.max_nodes)
        check_choice("backend", self.backend, get_args(Backend))

    def _solve(self, problem: AllocationProblem, floor: NDArray[np.float64] | None) -> Allocation:
        in_one_call = self.backend in ("auto", "compiled")
        if in_one_call and isinstance(problem.sigmoids, LatencySigmoids):
            result = maximize_groups(
                problem.sigmoids,
                problem.server,
                problem.capacity,
                floor=floor,
                tolerance=self.tolerance,
                max_nodes=self.max_nodes,
            )
            return Allocation(
                power=result.allocation,
                upper_bound=result.upper_bound,
                price=result.dual_multiplier,
            )
        return self._solve_each(problem, floor)

    def _solve_each(
        self, problem: AllocationProblem, floor: NDArray[np.float64] | None
    ) -> Allocation:
        power = np.zeros(len(problem.server))
        bound, price = np.zeros((2, len(problem.capacity)))
        for server, capacity in enumerate(problem.capacity):
            mine = np.flatnonzero(problem.server == server)
            result = maximize(
                problem.sigmoids.take(mine),
                float(capacity),
                floor=None if floor is None else floor[mine],
                tolerance=self.tolerance,
                max_nodes=self.max_nodes,
                backend=self.backend,
            )
            power[mine], bound[server] = result.allocation, result.upper_bound
            price[server] = result.dual_multiplier
        return Allocation(power=power, upper_bound=bound, price=price)


@component("allocation", "exact")
@dataclass(frozen=True, kw_only=True)
class ExactAllocation(_SolverOptions):
    """Problem (17) solved to its optimum; the cloud is considered afterwards (the paper)."""

    def allocate(self, problem: AllocationProblem) -> Allocation:
        """The power that maximises the sum of edge QoE, with a certified bound."""
        return self._solve(problem, floor=None)


@component("allocation", "cloud_aware")
@dataclass(frozen=True, kw_only=True)
class CloudAwareAllocation(_SolverOptions):
    """Maximises the sum of max(edge QoE, cloud QoE), which the paper does not do."""

    def allocate(self, problem: AllocationProblem) -> Allocation:
        """The power that maximises the sum of QoE after the cloud fallback, with its bound."""
        return self._solve(problem, floor=problem.cloud_qoe)


@component("allocation", "equal_share")
@dataclass(frozen=True, kw_only=True)
class EqualShare:
    """Every task of a server gets the same power; the simplest rule to compare with."""

    def allocate(self, problem: AllocationProblem) -> Allocation:
        """Capacity divided by the number of tasks served."""
        served = problem.server >= 0
        counts = np.bincount(problem.server[served], minlength=len(problem.capacity))
        share = problem.capacity / np.maximum(counts, 1)
        return Allocation(power=np.where(served, share[problem.server], 0.0))
