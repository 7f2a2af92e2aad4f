"""The compiled call: branch and bound for many independent budgets, one after another."""

from typing import Any

import numpy as np

from edgemarl.solvers._compile import entry, inner, light, sources_digest
from edgemarl.solvers.branch_and_bound import first_tree, search
from edgemarl.solvers.closed_forms import logistic_pair, value
from edgemarl.solvers.result import NEGLIGIBLE, Status
from edgemarl.solvers.workspace import BEST_P, SOURCE, load, workspace

# Rows of what the compiled call returns for every budget.
OBJECTIVE, BOUND, MULTIPLIER, SHADOW_PRICE = 0, 1, 2, 3
NODES, STATUS = 0, 1
ROUNDING = 1e-12  # relative inflation of every bound
NODE_LIMIT, NUMERICAL = int(Status.NODE_LIMIT), int(Status.NUMERICAL)
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


@light
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


@light
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
        """Allocation (n,), reals (4, H) and counts (2, H) by row; and a wrong index, or -1."""
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
        users, index = workspace(largest)
        tree, links = first_tree()
        for h in range(budgets.size):
            own = members[starts[h] : starts[h + 1]]
            budget = budgets[h]
            count, floors, least = load(users, index, peak, offset, scale, floor, own, budget)
            bound = least * budget  # no function left out gains more
            if count > 0:
                bound, log_price, counts[NODES, h] = search(
                    users,
                    index,
                    tree,
                    links,
                    count,
                    floors,
                    np.log(least),
                    budget,
                    SAFETY * tolerance,
                    max_nodes,
                )
                reals[MULTIPLIER, h] = np.exp(log_price)
                for i in range(count):
                    allocation[index[SOURCE, i]] = users[BEST_P, i]
                project(allocation, own, budget)
            objective, shadow_price = judge(peak, offset, scale, floor, allocation, own)
            bound = max((floors + bound) * (1.0 + ROUNDING), objective)
            reals[OBJECTIVE, h], reals[BOUND, h] = objective, bound
            reals[SHADOW_PRICE, h] = shadow_price
            if bound - objective > tolerance * max(objective, NEGLIGIBLE):
                out_of_nodes = counts[NODES, h] + 2 > max_nodes
                counts[STATUS, h] = NODE_LIMIT if out_of_nodes else NUMERICAL
        return allocation, reals, counts, -1

    return solve_groups


solve_groups = _build(sources_digest())
