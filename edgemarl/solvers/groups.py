"""Many independent budgets in one compiled call: all servers of a slot, of many copies at once."""

import math
from typing import Any

import numpy as np

from edgemarl.solvers.kernel import (
    BOUND,
    MULTIPLIER,
    NODES,
    OBJECTIVE,
    SHADOW_PRICE,
    STATUS,
    solve_groups,
)
from edgemarl.solvers.limits import Limits
from edgemarl.solvers.result import GroupResult, Status
from edgemarl.solvers.sigmoid import LatencySigmoids
from edgemarl.solvers.validation import check_values, plain

_FIRST_NODES = 1_000  # of a search under a time limit


def maximize_groups(
    family: LatencySigmoids,
    group: np.ndarray,
    budgets: np.ndarray,
    *,
    floor: np.ndarray | None = None,
    tolerance: float = 1e-6,
    max_nodes: int = 10_000,
    time_limit: float | None = None,
) -> GroupResult:
    """Allocations that maximise each group's sum of sigmoids within that group's own budget.

    Args:
        family: U functions.
        group: (U,) int, index of the budget that serves each function; -1 gets nothing.
        budgets: (H,) non-negative and finite, in the unit of `family.scale`.
        floor: (U,) what each function is worth without any resource: max(f, floor) is maximised.
            Negative floors count as 0.
        tolerance: Relative gap between bound and objective at which to stop.
        max_nodes: Most relaxations to solve for one budget.
        time_limit: Seconds after which to stop, None for no limit. The clock is looked at only
            between searches of 1,000, 10,000, ... nodes for each budget.

    Returns:
        Allocation and, for every budget, objective, certified bound, prices, nodes and status.

    Raises:
        ValueError: A shape or value is out of range.
    """
    limits = Limits.of(tolerance, max_nodes, time_limit)
    users = family.peak.shape
    if len(users) != 1:
        raise ValueError(f"family must be one-dimensional, got parameters of shape {users}")
    group = np.ascontiguousarray(group)
    if group.shape != users or group.dtype.kind not in "iu":
        raise ValueError(
            f"group must hold {users[0]} integers, got shape {group.shape} of {group.dtype}"
        )
    group = group.astype(np.int64, copy=not group.flags.writeable)
    budgets = plain(budgets)
    if budgets.ndim != 1:
        raise ValueError(f"budgets must be one-dimensional, got shape {budgets.shape}")
    check_values("budgets", budgets, least=0.0)
    floor = check_floor(floor, users)
    problem = (family.peak, family.offset, family.scale, floor, group, budgets)
    return _result(*_solve(problem, limits))


def maximize_batch(
    family: LatencySigmoids,
    group: np.ndarray,
    budgets: np.ndarray,
    *,
    floor: np.ndarray | None = None,
    **limits: Any,
) -> GroupResult:
    """Several copies of a system, each with its own groups and budgets, in one compiled call.

    Args:
        family: Functions of shape (B, U), or (U,) for the same ones in every copy.
        group: (B, U) int, index of the copy's budget that serves each function; -1 for none.
        budgets: (B, H), or (H,) for the same ones in every copy.
        floor: (B, U) or (U,); as in :func:`maximize_groups`.
        **limits: as in :func:`maximize_groups`.

    Returns:
        As :func:`maximize_groups`, with allocations (B, U) and everything else (B, H).

    Raises:
        ValueError: A shape or value is out of range.
    """
    group, budgets = np.asarray(group), np.asarray(budgets, dtype=np.float64)
    if group.ndim != 2:
        raise ValueError(f"group must have shape (B, U), got {group.shape}")
    copies = len(group)
    if budgets.ndim not in (1, 2) or (budgets.ndim == 2 and len(budgets) != copies):
        raise ValueError(f"budgets must have shape (H,) or ({copies}, H), got {budgets.shape}")
    size = budgets.shape[-1]
    if group.size and not -1 <= group.min() <= group.max() < size:
        raise ValueError(
            f"group must be between -1 and {size - 1}, got {group.min()} to {group.max()}"
        )
    every = group + size * np.arange(copies)[:, None]
    result = maximize_groups(
        LatencySigmoids(*(_each(name, getattr(family, name), group.shape) for name in _PARAMETERS)),
        np.where(group < 0, -1, every).reshape(-1),
        np.broadcast_to(budgets, (copies, size)).reshape(-1),
        floor=None if floor is None else _each("floor", np.asarray(floor), group.shape),
        **limits,
    )
    parts = {
        name: part.reshape(copies, size)
        for name, part in vars(result).items()
        if name != "allocation"
    }
    return GroupResult(allocation=result.allocation.reshape(group.shape), **parts)


_PARAMETERS = ("peak", "offset", "scale")


def _each(name: str, array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if array.shape not in (shape, shape[1:]):
        raise ValueError(f"{name} must have shape {shape} or {shape[1:]}, got {array.shape}")
    return np.broadcast_to(array, shape).reshape(-1)


_Problem = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _solve(problem: _Problem, limits: Limits) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Allocation, reals and counts of the kernel.

    Under a deadline, budgets that ran out of nodes are searched again with ten times the nodes
    until the time is up.
    """
    *functions, group, budgets = problem
    nodes = limits.max_nodes
    if limits.deadline != math.inf:
        nodes = min(_FIRST_NODES, nodes)
    allocation, reals, counts, bad = solve_groups(*problem, limits.tolerance, nodes)
    if bad >= 0:
        raise ValueError(
            f"group must be between -1 and {len(budgets) - 1}, got {group[bad]} at index {bad}"
        )
    while nodes < limits.max_nodes and (counts[STATUS] == Status.NODE_LIMIT).any():
        open_budgets = counts[STATUS] == Status.NODE_LIMIT
        if limits.out_of_time:
            counts[STATUS, open_budgets] = Status.TIME_LIMIT
            break
        nodes = min(10 * nodes, limits.max_nodes)
        again = np.where(group >= 0, open_budgets[group], False)
        open_group = np.where(again, group, -1)
        found = solve_groups(*functions, open_group, budgets, limits.tolerance, nodes)
        allocation = np.where(again, found[0], allocation)
        reals[:, open_budgets], counts[:, open_budgets] = (
            found[1][:, open_budgets],
            found[2][:, open_budgets],
        )
    return allocation, reals, counts


def _result(allocation: np.ndarray, reals: np.ndarray, counts: np.ndarray) -> GroupResult:
    return GroupResult(
        allocation=allocation,
        objective=reals[OBJECTIVE],
        upper_bound=reals[BOUND],
        dual_multiplier=reals[MULTIPLIER],
        shadow_price=reals[SHADOW_PRICE],
        num_nodes=counts[NODES],
        status=counts[STATUS],
    )


def check_floor(floor: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray:
    """The floors as a plain array of the given shape, negative ones raised to 0."""
    if floor is None:
        return np.zeros(shape)
    floor = plain(floor)
    if floor.shape != shape:
        raise ValueError(f"floor must have shape {shape}, got {floor.shape}")
    check_values("floor", floor)
    return np.maximum(floor, 0.0)
