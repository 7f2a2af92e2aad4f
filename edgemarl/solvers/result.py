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


@dataclass(frozen=True, kw_only=True)
class SolverResult:
    """Solution of one budget.

    `dual_multiplier` is the price that solves the root relaxation: the dual function there is a
    bound that branching has tightened into `upper_bound`. `shadow_price` is what one more unit of
    budget is worth at the returned allocation while the same users stay served. The two agree only
    where the root relaxation is exact.
    """

    allocation: np.ndarray  # (n,)
    objective: float  # sum of max(f_i, floor_i) at the allocation
    upper_bound: float  # no allocation within the budget earns more
    gap: float  # (upper_bound - objective) / max(1, |objective|)
    num_nodes: int  # relaxations solved
    status: Status
    wall_time: float  # [s]
    dual_multiplier: float
    shadow_price: float


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
