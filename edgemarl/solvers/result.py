"""What the solver returns."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

NEGLIGIBLE = 1e-270  # objectives below this count as this in every relative tolerance


class Status(IntEnum):
    """Why the solver stopped."""

    OPTIMAL = 0
    """The gap is within the tolerance."""
    NODE_LIMIT = 1
    """Out of nodes; the bound still holds."""
    TIME_LIMIT = 2
    """Out of time; the bound still holds."""
    INFEASIBLE = 3
    """No point meets the constraints, which is proven."""
    NUMERICAL = 4
    """Rounding, or LP solvers that failed, kept the gap open; the bound still holds."""


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """What every search reports about its answer."""

    objective: float  # value at the returned point
    upper_bound: float  # no feasible point is worth more
    gap: float  # (upper_bound - objective) / max(1, |objective|)
    num_nodes: int  # relaxations solved; compiled, with the prices of the bound by cardinality
    status: Status
    wall_time: float  # [s]


@dataclass(frozen=True, kw_only=True)
class SolverResult(SearchResult):
    """Solution of one budget; the objective is the sum of max(f_i, floor_i) at the allocation.

    `dual_multiplier` is the price that solves the root relaxation: the dual function there is a
    bound that branching has tightened into `upper_bound`. `shadow_price` is what one more unit of
    budget is worth at the returned allocation while the same users stay served. The two agree only
    where the root relaxation is exact.
    """

    allocation: np.ndarray  # (n,)
    dual_multiplier: float
    shadow_price: float


@dataclass(frozen=True, kw_only=True)
class ProgramResult(SearchResult):
    """Solution of a :class:`SigmoidalProgram` over n variables with m inequalities, k equalities.

    Multipliers are per unit of the right-hand sides b and d, non-negative for b. As in
    :class:`SolverResult`, `dual_multiplier` certifies a bound, which branching has tightened, and
    `shadow_price` is the marginal value of b and d at the returned point while every function stays
    on its piece, found from the slopes of the functions strictly inside their intervals, 0 where
    none is.

    Where no feasible point is known, x and the shadow prices are nan, the objective is -inf, and
    so is the bound of a problem that has none; the gap is then inf or, between two -inf, nan.
    """

    x: np.ndarray  # (n,)
    dual_multiplier: np.ndarray  # (m,) of A x <= b at the root relaxation
    equality_multiplier: np.ndarray  # (k,) of C x = d at the root relaxation
    shadow_price: np.ndarray  # (m,) of A x <= b at x
    equality_price: np.ndarray  # (k,) of C x = d at x
    num_failures: int  # relaxations that the LP solver gave up on


@dataclass(frozen=True, kw_only=True)
class GroupResult:
    """Solutions of several independent budgets H over users U; see :class:`SolverResult`."""

    allocation: np.ndarray  # (U,) 0 for users of no group
    objective: np.ndarray  # (H,)
    upper_bound: np.ndarray  # (H,)
    dual_multiplier: np.ndarray  # (H,)
    shadow_price: np.ndarray  # (H,)
    num_nodes: np.ndarray  # (H,) int
    status: np.ndarray  # (H,) int, values of Status

    @property
    def gap(self) -> np.ndarray:
        """(H,) distance of the bound: (upper_bound - objective) / max(1, |objective|)."""
        return relative_gap(self.objective, self.upper_bound)


def relative_gap(objective: Any, upper_bound: Any) -> Any:
    """(upper_bound - objective) / max(1, |objective|), for numbers or arrays."""
    return (upper_bound - objective) / np.maximum(1.0, np.abs(objective))
