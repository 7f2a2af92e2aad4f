"""The solver and its peers on the same slots: what they reach, and what it costs."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, get_args

import numpy as np
from _report import cpu_seconds
from _solver_peers import solve_evolution, solve_milp, solve_scip, solve_slsqp
from _solver_rules import equal_share, greedy
from _solver_slots import Array, Slot, draw_slots

from edgemarl.solvers import LatencySigmoids, maximize, maximize_groups
from edgemarl.solvers.single_budget import Backend

TOLERANCE = 1e-6
SIZES = (100, 1_000, 10_000)
QUICK = 0.5  # [s] of CPU for all slots, below which they are timed several times
TOO_LONG = "more than a minute per slot"


@dataclass(frozen=True, kw_only=True)
class Method:
    """A way to divide the servers' capacities."""

    title: str
    solve: Callable[[Slot], Array]
    slots: Mapping[int, int]  # how many at each number of users; 0 or missing: left out
    left_out: str = TOO_LONG
    needs: str = ""  # package that is not among the dependencies
    notes: Mapping[str, Any] = field(default_factory=dict)

    def num_slots(self, size: int) -> int:
        """How many slots of a size to solve; as many as at the least size below that."""
        least = min(self.slots)
        return self.slots[least] if size < least else self.slots.get(size, 0)


def each_server(solve: Callable[[LatencySigmoids, float], Array]) -> Callable[[Slot], Array]:
    """Solve a slot one server after another."""

    def solve_slot(slot: Slot) -> Array:
        allocation = np.zeros(len(slot.family))
        for server, capacity in enumerate(slot.capacity.tolist()):
            users = np.flatnonzero(slot.server == server)
            if len(users) > 0:
                allocation[users] = solve(slot.family.take(users), capacity)
        return allocation

    return solve_slot


def by_backend(backend: Backend, tolerance: float = TOLERANCE) -> Callable[[Slot], Array]:
    """One of the solver's own backends, which must close its gap."""

    def solve(family: LatencySigmoids, capacity: float) -> Array:
        result = maximize(family, capacity, backend=backend, tolerance=tolerance)
        if result.status != 0:
            raise RuntimeError(f"{backend} stopped at {result.status.name}, gap {result.gap:.1e}")
        return result.allocation

    return each_server(solve)


def compiled(slot: Slot) -> Array:
    """The compiled search, all servers in one call."""
    found = maximize_groups(slot.family, slot.server, slot.capacity, tolerance=TOLERANCE)
    return found.allocation


def root_only(slot: Slot) -> Array:
    """The relaxation at the root and nothing else."""
    return maximize_groups(slot.family, slot.server, slot.capacity, max_nodes=1).allocation


OWN: dict[str, tuple[str, dict[int, int]]] = {
    "reference": ("numpy search", {100: 5, 1_000: 3, 10_000: 2}),
    "linprog": ("cuts by linprog", {100: 2, 1_000: 1}),
    "cvxpy": ("cuts by cvxpy", {100: 2, 1_000: 1}),
}
METHODS = [
    Method(title="compiled", solve=compiled, slots={100: 100, 1_000: 20, 10_000: 10}),
    Method(title="compiled, root only", solve=root_only, slots={100: 100, 1_000: 20, 10_000: 10}),
    *(
        Method(title=OWN[backend][0], solve=by_backend(backend), slots=OWN[backend][1])
        for backend in get_args(Backend)
        if backend in OWN
    ),
    Method(
        title="SCIP, 20 s a server",
        solve=each_server(solve_scip),
        slots={100: 1},
        left_out="100 users take it two minutes already",
        needs="pyscipopt",
    ),
    Method(
        title="HiGHS, piecewise linear",
        solve=each_server(solve_milp),
        slots={100: 5, 1_000: 2},
        notes={"pieces": 32},
    ),
    Method(title="SLSQP, 10 starts", solve=each_server(solve_slsqp), slots={100: 5, 1_000: 1}),
    Method(title="differential evolution", solve=each_server(solve_evolution), slots={100: 5}),
    Method(title="greedy", solve=greedy, slots={100: 100, 1_000: 20, 10_000: 10}),
    Method(title="equal share", solve=equal_share, slots={100: 100, 1_000: 20, 10_000: 10}),
]


def compare(sizes: tuple[int, ...] = SIZES, most_slots: int = 100) -> dict[str, Any]:
    """One entry for each number of users, with a row for each method."""
    return {str(size): _compare_at(size, most_slots) for size in sizes}


def _compare_at(size: int, most_slots: int) -> dict[str, Any]:
    most = max(method.num_slots(size) for method in METHODS)
    slots = draw_slots(size, min(most, most_slots))
    bounds = [_bound(slot) for slot in slots]
    rows: dict[str, Any] = {}
    unit = 0.0  # seconds per slot of the compiled search, which comes first
    for method in METHODS:
        count = min(method.num_slots(size), len(slots))
        missing = method.needs and find_spec(method.needs) is None
        if count == 0 or missing:
            reason = f"{method.needs} is not installed" if missing else method.left_out
            rows[method.title] = {"left_out": reason}
            continue
        seconds, values = _run(method, slots[:count])
        unit = unit or seconds
        share = [value / bound for value, bound in zip(values, bounds, strict=False)]
        if max(share) > 1.0:
            raise RuntimeError(f"{method.title} exceeds the bound: {max(share)} of it")
        rows[method.title] = {
            "slots": count,
            "objective_mean": round(statistics.mean(share), 7),
            "objective_min": round(min(share), 7),
            "cpu_ms_per_slot": float(f"{1000 * seconds:.3g}"),
            "time_ratio": float(f"{seconds / unit:.3g}"),
            **method.notes,
        }
    return rows


def _bound(slot: Slot) -> float:
    """The certified bound of a slot, tighter than anything compared needs."""
    found = maximize_groups(slot.family, slot.server, slot.capacity, tolerance=1e-3 * TOLERANCE)
    return float(found.upper_bound.sum())


def _run(method: Method, slots: list[Slot]) -> tuple[float, list[float]]:
    """CPU seconds per slot, and the values reached."""
    method.solve(draw_slots(7, 1)[0])  # imports and first calls
    start = time.process_time()
    allocations = [method.solve(slot) for slot in slots]
    seconds = time.process_time() - start
    if seconds < QUICK:
        seconds = cpu_seconds(lambda: [method.solve(slot) for slot in slots], calls=1)
    values = [slot.value(found) for slot, found in zip(slots, allocations, strict=True)]
    return seconds / len(slots), values
