"""Best-first branch and bound for one budget in plain numpy, for any sigmoid family.

Slow and readable. It shares its ideas with the compiled solver but none of its code: tangents and
conjugates are found by bisection, so the two can be held against each other.
"""

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import root_scalar

from edgemarl.solvers.counting import Counting
from edgemarl.solvers.envelope import Envelope, Floored
from edgemarl.solvers.result import NEGLIGIBLE, Status
from edgemarl.solvers.sigmoid import SigmoidFamily

CARDINALITY_AFTER = 50  # nodes


@dataclass(frozen=True)
class Answer:
    """What a search found."""

    allocation: np.ndarray  # (n,)
    bound: float
    price: float  # of the root relaxation
    num_nodes: int
    status: Status

    @classmethod
    def nothing(cls, size: int, value: float) -> "Answer":
        """The answer where there is nothing to allocate."""
        return cls(np.zeros(size), value, 0.0, 0, Status.OPTIMAL)


@dataclass(frozen=True)
class Node:
    """Intervals of all functions and what their envelope relaxation says."""

    low: np.ndarray  # (n,)
    high: np.ndarray  # (n,)
    price: float
    allocation: np.ndarray  # (n,)
    bound: float
    fractional: int  # the function strictly inside its straight part, -1 if there is none


def solve(
    family: SigmoidFamily,
    budget: float,
    floor: np.ndarray,
    *,
    tolerance: float,
    max_nodes: int,
    deadline: float,
) -> Answer:
    """Maximise the sum of max(f, floor) within a positive budget.

    Args:
        family: n >= 1 functions.
        budget: Positive.
        floor: (n,) non-negative.
        tolerance: Relative gap at which to stop.
        max_nodes: Most relaxations to solve.
        deadline: `time.perf_counter()` after which to stop.
    """
    functions = Floored.of(family, floor, budget)
    search = _Search(functions, tolerance)
    root = search.relax(np.zeros(len(floor)), np.full(len(floor), budget))
    if root is None:
        raise AssertionError("the root of the search is always feasible")
    search.add(root)
    status, case_bound = Status.OPTIMAL, np.inf
    while min(search.open_bound(), case_bound) > search.enough():
        if search.num_nodes >= CARDINALITY_AFTER and case_bound == np.inf:
            case_bound = search.bound_by_cardinality(root.price)
            continue
        if search.num_nodes + 2 > max_nodes:
            status = Status.NODE_LIMIT
            break
        if time.perf_counter() > deadline:
            status = Status.TIME_LIMIT
            break
        search.branch()
    bound = min(max(search.open_bound(), search.closed_bound), case_bound)
    return Answer(search.best, bound, root.price, search.num_nodes, status)


class _Search:
    """The state of one search: open nodes, the best allocation, the largest finished bound."""

    def __init__(self, functions: Floored, tolerance: float):
        self.functions = functions
        self.tangent = functions.tangent()
        self.tolerance = tolerance
        self.best = np.zeros(len(functions.floor))
        self.best_value = float(functions.floor.sum())
        self.closed_bound = self.best_value
        self.num_nodes = 0
        self._open: list[tuple[float, int, Node]] = []

    def enough(self) -> float:
        """The bound at which the best allocation is good enough."""
        return self.best_value + self.tolerance * max(self.best_value, NEGLIGIBLE)

    def open_bound(self) -> float:
        """The largest bound of an open node."""
        return -self._open[0][0] if self._open else -np.inf

    def branch(self) -> None:
        """Split the open node with the largest bound in two."""
        _, _, node = heapq.heappop(self._open)
        i = node.fractional
        inflection = self.functions.inflection[i]
        untouched = node.low[i] < inflection < node.high[i]
        point = inflection if untouched else node.allocation[i]
        left_high, right_low = node.high.copy(), node.low.copy()
        left_high[i] = right_low[i] = point
        for low, high in ((node.low, left_high), (right_low, node.high)):
            child = self.relax(low, high, limit=node.bound)
            if child is not None:
                self.add(child)

    def add(self, node: Node) -> None:
        """Keep the node's allocation if it is the best, and the node if it may hide a better."""
        self.num_nodes += 1
        value = float(self.functions.value(node.allocation).sum())
        if value > self.best_value:
            self.best, self.best_value = node.allocation, value
        if node.fractional < 0 or node.bound <= self.enough():
            self.closed_bound = max(self.closed_bound, node.bound)
        else:
            heapq.heappush(self._open, (-node.bound, self.num_nodes, node))

    def bound_by_cardinality(self, price: float) -> float:
        """A bound on the value of every allocation; keeps the best allocation it meets."""
        cases = Counting(self.functions, self.best, self.best_value)
        bound = cases.run(price, self.tolerance)
        self.best, self.best_value = cases.best, cases.best_value
        return bound

    def relax(self, low: np.ndarray, high: np.ndarray, limit: float = np.inf) -> Node | None:
        """Solve the envelope relaxation on intervals; None if they do not fit the budget."""
        budget = self.functions.upper
        envelope = Envelope.of(self.functions, self.tangent, low, high)
        if envelope.low.sum() > budget:
            return None
        price, allocation, fractional = _clear(envelope, budget)
        if fractional >= 0 and not low[fractional] < allocation[fractional] < high[fractional]:
            fractional = -1
        bound = price * budget + float(envelope.conjugate_bound(price, allocation).sum())
        return Node(low, high, price, allocation, min(bound, limit), fractional)


def _clear(envelope: Envelope, budget: float) -> tuple[float, np.ndarray, int]:
    """The price at which the envelopes use up the budget.

    Functions drop out one by one, flattest first, as the price rises past their slopes. The search
    is for the largest number of functions that fit at the price where the next one drops out.

    Returns:
        The price, the allocation, and the function that shares its straight part, -1 if none does.
    """
    order = np.argsort(-envelope.slope, kind="stable")
    slopes = envelope.slope[order]
    potential = float(envelope.functions.value(np.full_like(slopes, budget)).sum())
    least = min(max(1e-14 * (potential / budget), 1e-300), 1e300)
    count = int((slopes > least).sum())

    def falls_back(number: int) -> float:
        return float(slopes[number]) if number < count else least

    def respond(price: float, number: int) -> np.ndarray:
        on = np.zeros(len(order), dtype=bool)
        on[order[:number]] = True
        return envelope.response(price, on)

    low, high = int(np.isinf(slopes).sum()), count
    while low < high:
        middle = (low + high + 1) // 2
        if respond(falls_back(middle), middle).sum() <= budget:
            low = middle
        else:
            high = middle - 1
    allocation = respond(falls_back(low), low)
    room = budget - float(allocation.sum())
    if room < 0.0:
        return _balance(envelope, respond, low, budget, falls_back(low), np.inf)
    if low == count:
        return least, allocation, -1
    last = order[low]
    if envelope.corner[last] - envelope.low[last] >= room:
        allocation[last] += room
        return falls_back(low), allocation, int(last)
    return _balance(envelope, respond, low + 1, budget, falls_back(low + 1), falls_back(low))


def _balance(
    envelope: Envelope,
    respond: Callable[[float, int], np.ndarray],
    number: int,
    budget: float,
    low: float,
    high: float,
) -> tuple[float, np.ndarray, int]:
    """The price between `low` and `high` at which the first `number` functions use the budget."""
    steepest = float(envelope.functions.derivative(envelope.corner).max())
    high = min(high, max(steepest, low))

    def surplus(log_price: float) -> float:
        return float(respond(np.exp(log_price), number).sum()) - budget

    ends = np.log(low), np.log(high)
    if surplus(ends[0]) <= 0.0:
        price = low
    elif surplus(ends[1]) >= 0.0:
        price = high
    else:
        price = float(np.exp(root_scalar(surplus, bracket=ends, xtol=1e-15).root))
    return price, respond(price, number), -1
