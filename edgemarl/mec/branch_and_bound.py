"""The search that closes the gap between the best assignment found and the lower bound.

A node forbids some devices some places. Its dual bounds all assignments that are left; its
rounding, improved by moves and swaps, is one of them or better. Whatever a device would pay above
its cheapest place comes on top of the bound, so that most places are ruled out without a branch.
"""

import heapq
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edgemarl.mec.costs import SlotCosts
from edgemarl.mec.local_search import improve
from edgemarl.mec.lower_bound import HEAT, Dual, maximise, priced
from edgemarl.mec.votes import LOCAL

Array = NDArray[np.float64]
Assignment = NDArray[np.int64]
EQUAL_SHARE = 0.6  # of all roots, divided by the servers: the first anticipated loads
CHILD_HEAT = 1e-3  # first temperature of a node below the root


@dataclass(frozen=True, kw_only=True)
class Found:
    """A good assignment and how good any can be."""

    assignment: Assignment  # (N,)
    objective: float  # [1] of the assignment
    lower_bound: float  # [1] of every assignment
    num_nodes: int  # that were branched


@dataclass(order=True)
class _Node:
    bound: float  # of the objective of every assignment left, this node's or its parent's
    number: int
    table: Array = field(compare=False)  # (N, M + 1) costs, infinite where forbidden
    dual: Dual = field(compare=False)


class BranchAndBound:
    """Best-first search over the assignments of a slot."""

    def __init__(self, costs: SlotCosts, tolerance: float):
        """Bound the root; see :func:`branch_and_bound`."""
        self.costs, self.tolerance = costs, tolerance
        self.assignment = np.full(len(costs.local), LOCAL)
        self.objective = self._cost(self.assignment)
        self.closed = np.inf  # least bound of the assignments that were left aside
        self._heap: list[_Node] = []
        self._opened = 0
        servers = len(costs.capacity)
        load = np.full(servers, EQUAL_SHARE * costs.root_cycles.sum() / servers)
        self._open(costs.table, load, -np.inf, HEAT)

    @property
    def goal(self) -> float:
        """Bound from which on assignments need no look [1]."""
        return self.objective * (1 - self.tolerance)

    @property
    def lower_bound(self) -> float:
        """Least bound of all assignments [1]."""
        open_bound = self._heap[0].bound if self._heap else np.inf
        return float(min(self.closed, open_bound, self.objective))

    def run(self, most_nodes: int) -> int:
        """Branch nodes until the goal is reached or their number is; how many were branched."""
        for branched in range(most_nodes):
            if not self._heap or self._heap[0].bound >= self.goal:
                return branched
            self._branch(heapq.heappop(self._heap))
        return most_nodes

    def _open(self, table: Array, load: Array, parent: float, heat: float) -> None:
        """Bound a node, look for a better assignment there, and keep it unless it is done."""
        dual = maximise(self.costs, table, load, heat=heat, enough=self.goal)
        bound = max(parent, dual.value)
        self._offer(self._cheapest(priced(self.costs, table, dual.load)))
        if bound < self.goal:
            self._opened += 1
            heapq.heappush(self._heap, _Node(bound, self._opened, table, dual))
        else:
            self.closed = min(self.closed, bound)

    def _offer(self, start: Assignment) -> None:
        """Improve an assignment, and keep it if it is the best."""
        assignment = improve(self.costs, start)
        objective = self._cost(assignment)
        if objective < self.objective:
            self.assignment, self.objective = assignment, objective

    def _cost(self, assignment: Assignment) -> float:
        return float(self.costs.objective(assignment[None])[0])

    def _cheapest(self, cost: Array) -> Assignment:
        """Where every device pays least; the last column is its own computation."""
        place = cost.argmin(axis=1)
        return np.where(place < len(self.costs.capacity), place, LOCAL)

    def _branch(self, node: _Node) -> None:
        """Open the two nodes in which the least decided device goes to its place, or not."""
        cost = priced(self.costs, node.table, node.dual.load)
        excess = cost - cost.min(axis=1, keepdims=True)
        bounds = node.dual.value + excess
        ruled_out = bounds >= self.goal
        self.closed = min(self.closed, bounds[ruled_out].min(initial=np.inf))
        table = np.where(ruled_out, np.inf, node.table)
        second = np.partition(np.where(ruled_out, np.inf, excess), 1, axis=1)[:, 1]
        device = int(second.argmin())
        place = int(cost[device].argmin())
        if np.isinf(second[device]):  # one assignment is left; its own objective is the bound
            left = self._cheapest(cost)
            self.closed = min(self.closed, self._cost(left))
            self._offer(left)
            return
        without, only = table.copy(), table.copy()
        without[device, place] = np.inf
        only[device] = np.inf
        only[device, place] = table[device, place]
        for child in (only, without):
            self._open(child, node.dual.load, node.bound, CHILD_HEAT)


def branch_and_bound(costs: SlotCosts, *, tolerance: float, most_nodes: int) -> Found:
    """An assignment whose objective is within `tolerance` of the least one.

    Args:
        costs: the slot.
        tolerance: relative gap between objective and bound at which to stop.
        most_nodes: branches after which the search ends with the gap that is left.
    """
    search = BranchAndBound(costs, tolerance)
    branched = search.run(most_nodes)
    return Found(
        assignment=search.assignment,
        objective=search.objective,
        lower_bound=search.lower_bound,
        num_nodes=branched,
    )
