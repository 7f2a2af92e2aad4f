"""The compiled search by itself: time, nodes, growth, hard cases, first calls, equal tolerances."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any, get_args

import numpy as np
from _report import cpu_seconds
from _solver_methods import by_backend, compiled
from _solver_slots import Slot, draw_slots, growth

from edgemarl.solvers import LatencySigmoids, conjugate, maximize, maximize_groups
from edgemarl.solvers.single_budget import Backend

GROWTH_SIZES = (100, 300, 1_000, 3_000, 10_000)
MICROSECOND = 1e-6
FIRST_CALL = """
import time
start = time.process_time(), time.perf_counter()
import numpy as np
from edgemarl.solvers import LatencySigmoids, conjugate, maximize_groups
family = LatencySigmoids(np.ones(3), np.ones(3), np.ones(3))
maximize_groups(family, np.zeros(3, int), np.ones(1))
conjugate(family, 1.0, upper=1.0)
print(time.process_time() - start[0], time.perf_counter() - start[1])
"""


def measure_growth(sizes: tuple[int, ...] = GROWTH_SIZES) -> dict[str, Any]:
    """Time, nodes and gap at every number of users, and how the time grows with it."""
    rows = {size: _measure(draw_slots(size, max(5, 2_000 // size))) for size in sizes}
    times = [row["cpu_us_per_slot"] for row in rows.values()]
    exponent = round(growth(list(rows), times), 3)
    return {"exponent": exponent, "users": {str(size): row for size, row in rows.items()}}


def _measure(slots: list[Slot]) -> dict[str, Any]:
    """Of the search at its default tolerance; `least` is the mean of the fastest of many calls."""
    found = [maximize_groups(slot.family, slot.server, slot.capacity) for slot in slots]
    nodes = np.array([result.num_nodes for result in found])
    seconds = cpu_seconds(lambda: [compiled(slot) for slot in slots], calls=1) / len(slots)
    repeats = max(3, 2_000 // len(slots[0].family))
    return {
        "cpu_us_per_slot": round(seconds / MICROSECOND, 1),
        "least_us_per_slot": round(_least(slots, repeats) / MICROSECOND, 1),
        "nodes_per_server_mean": round(float(nodes.mean()), 2),
        "nodes_per_server_max": int(nodes.max()),
        "largest_gap": max(float(result.gap.max()) for result in found),
        "all_optimal": all(not result.status.any() for result in found),
    }


def _least(slots: list[Slot], repeats: int) -> float:
    """Mean over slots of the fastest of several calls [s]; comes closest to an idle core."""
    least = []
    for slot in slots:
        samples = []
        for _ in range(repeats):
            start = time.perf_counter()
            compiled(slot)
            samples.append(time.perf_counter() - start)
        least.append(min(samples))
    return statistics.mean(least)


def count_nodes_of_twins() -> dict[str, int]:
    """Nodes where 20 users alike but for some noise share the room of five and a half."""
    nodes = {}
    for spread in (0.0, 1e-6, 1e-4, 1e-2):
        peak, offset, scale = 1 + spread * np.random.default_rng(0).normal(size=(3, 20))
        found = maximize(LatencySigmoids(peak, 4 * offset, scale), 5.5 * 0.27)
        nodes[str(spread)] = found.num_nodes
    return nodes


def compare_at_equal_tolerance(slots: list[Slot]) -> dict[str, Any]:
    """Cut backends over the compiled one, at the tightest tolerance that the cuts close."""
    rows = {}
    for backend in get_args(Backend):
        if backend in ("auto", "compiled", "reference"):
            continue
        rows[backend] = _equal_tolerance(backend, slots)
    return rows


def _equal_tolerance(backend: Backend, slots: list[Slot]) -> dict[str, Any]:
    for tolerance in (1e-6, 1e-5, 1e-4, 1e-3):
        solve = by_backend(backend, tolerance)
        start = time.process_time()
        try:
            for slot in slots:
                solve(slot)
        except RuntimeError:
            continue  # a gap stayed open
        slow = time.process_time() - start
        fast = cpu_seconds(
            lambda tolerance=tolerance: [
                maximize_groups(s.family, s.server, s.capacity, tolerance=tolerance) for s in slots
            ],
            calls=10,
        )
        return {"tolerance": tolerance, "time_ratio": float(f"{slow / fast:.2g}")}
    raise RuntimeError(f"{backend} closes its gap at no tolerance tried")


def measure_conjugate() -> float:
    """CPU microseconds of one conjugate of 100 users by 7 servers."""
    rng = np.random.default_rng(0)
    shape = (100, 7)
    family = LatencySigmoids(
        np.ones(shape), rng.uniform(1.0, 7.0, shape), rng.uniform(1e9, 1e11, shape)
    )
    upper, price = draw_slots(100, 1)[0].capacity, np.full(7, 3e-11)
    return round(cpu_seconds(lambda: conjugate(family, price, upper=upper), calls=100) * 1e6, 1)


def measure_first_call() -> dict[str, dict[str, float]]:
    """Seconds from import to first answers in a fresh process, without and with numba's cache."""
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("compiling", "from cache"):
            output = subprocess.run(
                [sys.executable, "-c", FIRST_CALL],
                env=os.environ | {"NUMBA_CACHE_DIR": folder},
                check=True,
                capture_output=True,
                text=True,
            ).stdout.split()
            rows[name] = {"cpu": round(float(output[0]), 2), "wall": round(float(output[1]), 2)}
    return rows
