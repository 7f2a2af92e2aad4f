"""Many independent budgets in one compiled call: all servers of a slot at once."""

import operator
from typing import Any

import numpy as np

from edgemarl.solvers._compile import entry, inner, sources_digest
from edgemarl.solvers.branch_and_bound import search
from edgemarl.solvers.closed_forms import logistic_pair, value
from edgemarl.solvers.result import NEGLIGIBLE, GroupResult
from edgemarl.solvers.sigmoid import LatencySigmoids
from edgemarl.solvers.validation import check_values, plain
from edgemarl.solvers.workspace import BEST_P, NUM_INT_ROWS, NUM_ROWS, SOURCE, load

# Rows of what the compiled call returns for every budget.
_OBJECTIVE, _BOUND, _MULTIPLIER, _SHADOW_PRICE = 0, 1, 2, 3
_NODES, _STATUS = 0, 1
ROUNDING = 1e-12  # relative inflation of every bound
SAFETY = 0.9  # share of the tolerance for the search; the rest is for making the answer feasible


@inner
def members_by_group(group, num_groups):
    """Indices sorted by group, and where each group starts; start -1 marks a bad label."""
    starts = np.zeros(num_groups + 1, np.int64)
    for i in range(group.size):
        if group[i] < -1 or group[i] >= num_groups:
            starts[0] = -1 - i
            return np.empty(0, np.int64), starts
        if group[i] >= 0:
            starts[group[i] + 1] += 1
    for h in range(num_groups):
        starts[h + 1] += starts[h]
    members = np.empty(starts[num_groups], np.int64)
    for i in range(group.size - 1, -1, -1):  # from behind, so that every group stays in order
        if group[i] >= 0:
            starts[group[i] + 1] -= 1
            members[starts[group[i] + 1]] = i
    for h in range(num_groups):
        starts[h] = starts[h + 1]
    starts[num_groups] = members.size
    return members, starts


@inner
def project(p, members, budget):
    """Scale the members' allocation so that it uses the budget and never exceeds it."""
    total, lost = 0.0, 0.0
    for i in members:  # compensated, so that the sum is right to the last digit
        term = p[i] - lost
        new = total + term
        lost = (new - total) - term
        total = new
    if total > 0.0:
        factor = budget / total * (1.0 - 1e-15)
        for i in members:
            p[i] = min(p[i] * factor, budget)


@inner
def judge(peak, offset, scale, floor, p, members):
    """Objective and shadow price of an allocation."""
    objective, shadow_price = 0.0, 0.0
    for i in members:
        earned = value(peak[i], offset[i], scale[i], p[i])
        objective += max(earned, floor[i])
        if p[i] > 0.0 and earned > floor[i]:
            w = scale[i] / p[i]
            s, rest = logistic_pair(offset[i] - w)
            shadow_price = max(shadow_price, peak[i] * s * rest * w / p[i])
    return objective, shadow_price


def _build(digest: int) -> Any:
    @entry
    def solve_groups(peak, offset, scale, floor, group, budgets, tolerance, max_nodes):
        _ = digest
        allocation = np.zeros(peak.size)
        reals = np.zeros((4, budgets.size))
        counts = np.zeros((2, budgets.size), np.int64)
        members, starts = members_by_group(group, budgets.size)
        if starts[0] < 0:
            return allocation, reals, counts, -1 - starts[0]
        largest = 1
        for h in range(budgets.size):
            largest = max(largest, starts[h + 1] - starts[h])
        users = np.empty((NUM_ROWS, largest))
        index = np.empty((NUM_INT_ROWS, largest), np.int64)
        for h in range(budgets.size):
            own = members[starts[h] : starts[h + 1]]
            budget = budgets[h]
            count, floors, least = load(users, index, peak, offset, scale, floor, own, budget)
            bound = least * budget  # no function left out gains more
            if count > 0:
                bound, log_price, counts[_NODES, h] = search(
                    users,
                    index,
                    count,
                    floors,
                    np.log(least),
                    budget,
                    SAFETY * tolerance,
                    max_nodes,
                )
                reals[_MULTIPLIER, h] = np.exp(log_price)
                for i in range(count):
                    allocation[index[SOURCE, i]] = users[BEST_P, i]
                project(allocation, own, budget)
            objective, shadow_price = judge(peak, offset, scale, floor, allocation, own)
            bound = max((floors + bound) * (1.0 + ROUNDING), objective)
            reals[_OBJECTIVE, h], reals[_BOUND, h] = objective, bound
            reals[_SHADOW_PRICE, h] = shadow_price
            if bound - objective > tolerance * max(objective, NEGLIGIBLE):
                counts[_STATUS, h] = 1
        return allocation, reals, counts, -1

    return solve_groups


_solve_groups = _build(sources_digest())


def maximize_groups(
    family: LatencySigmoids,
    group: np.ndarray,
    budgets: np.ndarray,
    *,
    floor: np.ndarray | None = None,
    tolerance: float = 1e-6,
    max_nodes: int = 10_000,
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

    Returns:
        Allocation and, for every budget, objective, certified bound, prices, nodes and status.

    Raises:
        ValueError: A shape or value is out of range.
    """
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
    tolerance, max_nodes = check_limits(tolerance, max_nodes)
    allocation, reals, counts, bad = _solve_groups(
        family.peak, family.offset, family.scale, floor, group, budgets, tolerance, max_nodes
    )
    if bad >= 0:
        raise ValueError(
            f"group must be between -1 and {len(budgets) - 1}, got {group[bad]} at index {bad}"
        )
    return GroupResult(
        allocation=allocation,
        objective=reals[_OBJECTIVE],
        upper_bound=reals[_BOUND],
        dual_multiplier=reals[_MULTIPLIER],
        shadow_price=reals[_SHADOW_PRICE],
        num_nodes=counts[_NODES],
        status=counts[_STATUS],
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


def check_limits(tolerance: float, max_nodes: int) -> tuple[float, int]:
    """The stopping limits as plain numbers, if they make sense."""
    tolerance, max_nodes = float(tolerance), operator.index(max_nodes)
    if not 0.0 < tolerance < 1.0:
        raise ValueError(f"tolerance must be between 0 and 1, got {tolerance}")
    if max_nodes < 1:
        raise ValueError(f"max_nodes must be at least 1, got {max_nodes}")
    return tolerance, max_nodes
