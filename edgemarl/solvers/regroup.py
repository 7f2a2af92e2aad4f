"""Which budget every function should draw from: a compiled local search with a stopping proof.

At a price, a budget earns no more than price * P plus what its functions are worth at that price;
its slack is how much less it does earn. A change among some budgets whose functions lose worth by
the prices cannot gain more than the slack of those budgets less that loss. This holds at any
prices; the search takes the given ones, which nearly minimise the bound of the whole, and those of
each budget's own allocation, which make its slack small. Most changes are ruled out without a look.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.solvers._compile import entry, sources_digest
from edgemarl.solvers.regroup_state import CHAINS, GIVEN, MOVES, SOLVES, State, Task, start
from edgemarl.solvers.regroup_steps import chains, moves
from edgemarl.solvers.sigmoid import LatencySigmoids
from edgemarl.solvers.validation import check_values

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """A choice of budgets that no move and no chain improves, unless the search was cut short."""

    group: NDArray[np.int64]  # (U,) index of the budget of each function
    worth: Array  # (H,) what the functions of each budget earn
    num_moves: int
    num_chains: int
    num_solves: int  # allocations of one budget


def _build(digest: int) -> Any:
    @entry
    def improve(task, state, order):
        _ = digest
        start(task, state)
        while moves(task, state, order) or chains(task, state):
            pass

    return improve


_improve = _build(sources_digest())


def regroup(
    family: LatencySigmoids,
    budgets: Array,
    group: NDArray[np.int64],
    *,
    prices: Array,
    order: NDArray[np.int64],
    fallback: Array,
    floor: Array | None = None,
    least: float = 1e-7,
    tolerance: float = 1e-6,
    max_nodes: int = 10_000,
    max_solves: int = 5_000,
) -> Grouping:
    """Give functions other budgets as long as that raises the sum of what they are worth.

    A move gives one function another budget. In a chain, a function takes the place of a second one
    at its budget, which goes to a third, or to the first one's old budget (a swap). The resource of
    each budget is allocated so that the sum of max(f, floor) is greatest; what then counts is the
    sum of max(f, fallback).

    Args:
        family: (U, H) each function at each budget.
        budgets: (H,) positive.
        group: (U,) the budgets to start from.
        prices: (H,) non-negative; those that minimise the bound of the whole rule out most changes.
        order: (K,) moves u * H + h in the order to try them.
        fallback: (U,) what a function is worth without any resource, non-negative.
        floor: (U,) what the allocation takes that to be, at most `fallback`; None for 0.
        least: gain below which a change is not made.
        tolerance: of the allocations, as :func:`maximize_groups` takes it.
        max_nodes: of the allocations.
        max_solves: allocations of one budget after which the search ends.

    Raises:
        ValueError: A shape or value is out of range.
    """
    parts = (family.peak, family.offset, family.scale)
    floor = np.zeros_like(fallback, dtype=float) if floor is None else floor
    _check(family, budgets, group, prices, order)
    _check_outside(np.asarray(floor, dtype=float), np.asarray(fallback, dtype=float), len(group))
    num_budgets = family.peak.shape[1]
    task = Task(
        family=np.ascontiguousarray(np.stack(parts).transpose(2, 0, 1)),
        outside=np.stack([floor, fallback]),
        budgets=np.array(budgets, dtype=float),
        tolerance=float(tolerance),
        max_nodes=int(max_nodes),
        max_solves=int(max_solves),
        least=float(least),
    )
    state = _state(np.array(group, dtype=np.int64), num_budgets)
    state.price[GIVEN] = prices
    _improve(task, state, np.array(order, dtype=np.int64))
    return Grouping(
        group=state.group,
        worth=state.worth,
        num_moves=int(state.counts[MOVES]),
        num_chains=int(state.counts[CHAINS]),
        num_solves=int(state.counts[SOLVES]),
    )


def _check(
    family: LatencySigmoids,
    budgets: Array,
    group: NDArray[np.int64],
    prices: Array,
    order: NDArray[np.int64],
) -> None:
    if family.peak.ndim != 2:
        raise ValueError(f"family must have shape (U, H), got {family.peak.shape}")
    size, num_budgets = family.peak.shape
    _check_index("group", group, num_budgets)
    _check_index("order", order, size * num_budgets)
    if np.shape(group) != (size,):
        raise ValueError(f"group must have shape ({size},), got {np.shape(group)}")
    for name, values in (("budgets", budgets), ("prices", prices)):
        if np.shape(values) != (num_budgets,):
            raise ValueError(f"{name} must have shape ({num_budgets},), got {np.shape(values)}")
        check_values(name, np.asarray(values, dtype=float), least=0.0)


def _check_outside(floor: Array, fallback: Array, size: int) -> None:
    for name, values in (("fallback", fallback), ("floor", floor)):
        if values.shape != (size,):
            raise ValueError(f"{name} must have shape ({size},), got {values.shape}")
        check_values(name, values, least=0.0)
    if (above := floor > fallback).any():
        u = int(np.argmax(above))
        raise ValueError(
            f"floor must be at most fallback, got {floor[u]} above {fallback[u]} at index {u}"
        )


def _check_index(name: str, index: NDArray[np.int64], size: int) -> None:
    index = np.asarray(index)
    if index.size and not 0 <= index.min() <= index.max() < size:
        raise ValueError(
            f"{name} must be between 0 and {size - 1}, got {index.min()} to {index.max()}"
        )


def _state(group: NDArray[np.int64], num_budgets: int) -> State:
    """The arrays of a search that has not started."""
    size = len(group)
    return State(
        group=group,
        worth=np.zeros(num_budgets),
        price=np.zeros((2, num_budgets)),
        priced=np.zeros((2, size, num_budgets)),
        slack=np.zeros((2, num_budgets)),
        toggled=np.full((size, num_budgets), np.nan),
        counts=np.zeros(3, np.int64),
        scratch=np.empty((5, size)),
        zeros=np.zeros(size, np.int64),
    )
