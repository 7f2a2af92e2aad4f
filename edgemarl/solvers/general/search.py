"""Best-first branch and bound over boxes."""

import heapq
import math
from dataclasses import dataclass, replace

import numpy as np

from edgemarl.solvers.general.bound import lagrangian_bound
from edgemarl.solvers.general.branching import where_to_branch
from edgemarl.solvers.general.envelope import BoxEnvelope, Cuts
from edgemarl.solvers.general.feasibility import FEASIBILITY, Repair, proves_infeasible
from edgemarl.solvers.general.relaxation import (
    LinearSolution,
    LinearStatus,
    Relaxation,
    RelaxationError,
)
from edgemarl.solvers.general.scaled import UnitProgram
from edgemarl.solvers.kernel import SAFETY
from edgemarl.solvers.limits import Limits
from edgemarl.solvers.result import Status

SHARE = 0.1  # of the tolerance that the cuts may leave open
_MAX_ROUNDS = 40  # of cuts in one node
_FIRST_TANGENTS = 4  # of each function in one node
_CLOSE = 0.02  # children inherit tangents that come so close to the lowest at the node's point


@dataclass(frozen=True, kw_only=True, eq=False)
class Node:
    """A box, and what is known about it."""

    low: np.ndarray  # (n,)
    high: np.ndarray  # (n,)
    bound: float
    inequality: np.ndarray  # (m,) multipliers that prove the bound, or the best ones tried
    equality: np.ndarray  # (k,)
    owner: np.ndarray  # (K,) int, functions of the tangents
    point: np.ndarray  # (K,) where they touch
    y: np.ndarray | None = None  # (n,) best point of the relaxation, None where that failed
    branch: tuple[int, float] | None = None  # function and point to split at, None if pointless

    def children(self) -> tuple["Node", "Node"]:
        """Both sides of the branching point, to be relaxed."""
        if self.branch is None:
            raise AssertionError("only nodes with a branching point are opened")
        i, at = self.branch
        high, low = self.high.copy(), self.low.copy()
        high[i] = low[i] = at
        return replace(self, high=high), replace(self, low=low)


class Search:
    """The state of one search, in the units of a :class:`UnitProgram`."""

    def __init__(self, program: UnitProgram, relaxation: Relaxation, limits: Limits):
        self.program, self.relaxation, self.limits = program, relaxation, limits
        self.repair = Repair(program.rows, program.low, program.high)
        self.best: np.ndarray | None = None
        self.best_value = -math.inf
        self.closed_bound = -math.inf
        self.num_nodes = self.num_failures = 0
        self.root: Node | None = None
        self._open: list[tuple[float, int, Node]] = []

    @property
    def bound(self) -> float:
        """No feasible point is worth more; -inf if there is none."""
        top = -self._open[0][0] if self._open else -math.inf
        return max(top, self.closed_bound, self.best_value)

    @property
    def slack(self) -> float:
        """The distance of bound and best value at which the search may stop."""
        least = 1.0 / self.program.unit
        size = abs(self.best_value) if self.best is not None else 0.0
        return SAFETY * self.limits.tolerance * max(least, size)

    def run(self) -> Status:
        """Search until a limit is met."""
        rows = self.program.rows
        start = Node(
            low=self.program.low,
            high=self.program.high,
            bound=math.inf,
            inequality=np.zeros(len(rows.b)),
            equality=np.zeros(len(rows.d)),
            owner=np.empty(0, dtype=np.int64),
            point=np.empty(0),
        )
        if self.repair.anchor is not None:
            self._consider(self.repair.anchor)
        self.root = self._add(start)
        while self._open and self.bound > self.best_value + self.slack:
            if self.num_nodes + 2 > self.limits.max_nodes:
                return Status.NODE_LIMIT
            if self.limits.out_of_time:
                return Status.TIME_LIMIT
            for child in heapq.heappop(self._open)[2].children():
                self._add(child)
        if self.best is None:
            return Status.INFEASIBLE if self.bound == -math.inf else Status.NUMERICAL
        closed = self.bound <= self.best_value + self.slack
        return Status.OPTIMAL if closed else Status.NUMERICAL

    def _add(self, box: Node) -> Node | None:
        """Relax a box and file it; None if it is proven empty."""
        self.num_nodes += 1
        node = self._relax(box)
        if node is None:
            return None
        if node.branch is None or node.bound <= self.best_value + SHARE * self.slack:
            self.closed_bound = max(self.closed_bound, node.bound)
        else:
            heapq.heappush(self._open, (-node.bound, self.num_nodes, node))
        return node

    def _relax(self, box: Node) -> Node | None:
        """Bound a box by rounds of cuts, and choose where to branch; None if it is empty."""
        envelope = BoxEnvelope.of(self.program.family, box.low, box.high)
        node, where = self._tightened(replace(box, y=None), box.inequality, box.equality)
        node = _with_tangents(node, *envelope.spread(_FIRST_TANGENTS))
        cuts = envelope.cuts(node.owner, node.point)
        for _ in range(_MAX_ROUNDS):
            node = self._with_violated(node, envelope, cuts, where)
            cuts = envelope.cuts(node.owner, node.point)
            found = self._solve(cuts, node)
            if found is None:
                return None
            if found.status != LinearStatus.SOLVED:
                self.num_failures += 1
                self._consider(where)
                break
            y = np.clip(found.y, box.low, box.high)
            node, where = self._tightened(replace(node, y=y), found.inequality, found.equality)
            self._consider(y)
            allowed = SHARE * self.slack
            over = float((cuts.lowest(y) - envelope.value(y)).sum())
            settled = node.bound <= self.best_value + allowed or over <= allowed
            if settled or self.limits.out_of_time:
                break
            node = self._with_violated(node, envelope, cuts, y)
        if node.y is not None:
            close = cuts.near(node.y, _CLOSE)
            node = replace(node, owner=cuts.owner[close], point=cuts.point[close])
        return replace(node, branch=where_to_branch(envelope, node.y, SHARE * self.slack))

    def _with_violated(self, node: Node, envelope: BoxEnvelope, cuts: Cuts, y: np.ndarray) -> Node:
        """The node with tangents at those points (n,) where the cuts leave room to the envelope."""
        room = cuts.lowest(y) - envelope.value(y)
        loose = np.flatnonzero(
            (room > 0.5 * SHARE * self.slack / max(len(y), 1)) & (y > envelope.corner)
        )
        return _with_tangents(node, loose, y[loose])

    def _solve(self, cuts: Cuts, node: Node) -> LinearSolution | None:
        """The relaxation's answer; None if the box is proven empty, not merely called so."""
        try:
            found = self._without_variables(node)
            if found is None:
                found = self.relaxation.solve(cuts, node.low, node.high)
        except RelaxationError as error:
            found = LinearSolution.failed(str(error))
        if found.status == LinearStatus.INFEASIBLE:
            if proves_infeasible(self.program.rows, node.low, node.high):
                return None
            return LinearSolution.failed("called infeasible without proof")
        numbers = np.concatenate([found.y, found.inequality, found.equality])
        return found if np.isfinite(numbers).all() else LinearSolution.failed("not finite")

    def _without_variables(self, node: Node) -> LinearSolution | None:
        """The answer where there is nothing to choose, which LP solvers treat differently."""
        if len(node.low):
            return None
        feasible = self.program.rows.violation(node.low) <= FEASIBILITY
        return LinearSolution(
            status=LinearStatus.SOLVED if feasible else LinearStatus.INFEASIBLE,
            y=node.low,
            inequality=node.inequality,
            equality=node.equality,
        )

    def _tightened(
        self, node: Node, inequality: np.ndarray, equality: np.ndarray
    ) -> tuple[Node, np.ndarray]:
        """The node with the bound that multipliers prove if it is a better one, and where."""
        inequality = np.maximum(inequality, 0.0)
        program = self.program
        bound, where = lagrangian_bound(
            program.family, program.rows, inequality, equality, node.low, node.high
        )
        if bound < node.bound:
            node = replace(node, bound=bound, inequality=inequality, equality=equality)
        return node, where

    def _consider(self, y: np.ndarray) -> None:
        """Keep a point if it can be made feasible and is the best so far."""
        feasible = self.repair(y)
        if feasible is None:
            return
        value = float(self.program.family.value(feasible).sum())
        if value > self.best_value:
            self.best, self.best_value = feasible, value


def _with_tangents(node: Node, owner: np.ndarray, point: np.ndarray) -> Node:
    """The node with more tangents: at points (K,) of functions (K,)."""
    return replace(
        node,
        owner=np.concatenate([node.owner, owner]),
        point=np.concatenate([node.point, point]),
    )
