"""Resource allocation: time, nodes and quality on slots drawn like the paper's.

    python benchmarks/solver.py

Takes about two minutes. Seven servers, tasks assigned at random; a slot is one call that solves all
servers. CPU times are medians; `least` is the mean over slots of the fastest of many calls, which
comes closest to an idle core. Objectives are relative to the certified upper bound, times relative
to the compiled search.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

import numpy as np
from _report import cpu_seconds, report

from edgemarl.solvers import LatencySigmoids, conjugate, maximize, maximize_groups

CAPACITY = np.array([60, 60, 80, 90, 100, 120, 160]) * 1e9  # [cycles/s]
MICROSECOND = 1e-6
NUM_SLOTS = 100
NUM_REFERENCE_SLOTS = 3
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

Slot = tuple[LatencySigmoids, np.ndarray, np.ndarray]  # functions, their servers, capacities


def main() -> None:
    """Measure and print the report."""
    slots = draw_slots(100, NUM_SLOTS)
    results: dict[str, Any] = {"users_100": measure_search(slots)}
    for num_users in (1_000, 10_000):
        results[f"users_{num_users}"] = measure_search(draw_slots(num_users, 10))
    results["methods_100"] = compare_methods(slots)
    results["nodes_nearly_identical"] = count_nodes_of_twins()
    results["conjugate_100x7_us"] = measure_conjugate()
    results["first_call_s"] = measure_first_call()
    report("solver", results)


def draw_slots(num_users: int, count: int) -> list[Slot]:
    """Tasks of the paper's tables III and IV, capacities scaled with the number of users."""
    rng = np.random.default_rng(0)
    slots = []
    for _ in range(count):
        alpha = np.maximum(rng.normal(15.0, 4.0, num_users), 1.0)  # [1/s]
        beta = rng.normal(0.35, 0.01, num_users)  # [s]
        cycles = rng.uniform(0.5, 8.0, num_users) * rng.uniform(200.0, 800.0, num_users) * 8000
        cycles *= rng.uniform(228.0, 328.0, num_users)
        fixed = rng.uniform(0.03, 0.15, num_users)  # [s] uplink and forwarding
        family = LatencySigmoids(np.ones(num_users), alpha * (beta - fixed), alpha * cycles)
        slots.append((family, rng.integers(0, 7, num_users), CAPACITY * num_users / 100))
    return slots


def measure_search(slots: list[Slot]) -> dict[str, Any]:
    """Time, nodes and gap of the compiled search at the default tolerance."""
    found = [maximize_groups(*slot) for slot in slots]
    nodes = np.array([result.num_nodes for result in found])
    repeats = max(3, 2000 // len(slots[0][1]))
    seconds = cpu_seconds(lambda: [maximize_groups(*slot) for slot in slots], calls=1)
    return {
        "cpu_us_per_slot": round(seconds / len(slots) / MICROSECOND, 1),
        "least_us_per_slot": round(least_microseconds(slots, repeats), 1),
        "nodes_per_server_mean": round(float(nodes.mean()), 2),
        "nodes_per_server_max": int(nodes.max()),
        "largest_gap": max(float(result.gap.max()) for result in found),
        "all_optimal": all(not result.status.any() for result in found),
    }


def least_microseconds(slots: list[Slot], repeats: int) -> float:
    """Mean over slots of the fastest of several calls."""
    least = []
    for slot in slots:
        samples = []
        for _ in range(repeats):
            start = time.perf_counter()
            maximize_groups(*slot)
            samples.append(time.perf_counter() - start)
        least.append(min(samples))
    return statistics.mean(least) / MICROSECOND


def compare_methods(slots: list[Slot]) -> dict[str, dict[str, float]]:
    """Objective over certified bound, and time over that of the compiled search."""
    bounds = [maximize_groups(*slot).upper_bound.sum() for slot in slots]
    methods = {
        "compiled": lambda slot: maximize_groups(*slot).objective.sum(),
        "compiled root only": lambda slot: maximize_groups(*slot, max_nodes=1).objective.sum(),
        "reference": reference_objective,
        "greedy": greedy_objective,
        "equal share": equal_share_objective,
    }
    rows, fastest = {}, 0.0
    for name, method in methods.items():
        part = slots[:NUM_REFERENCE_SLOTS] if name == "reference" else slots
        calls = 1 if name == "reference" else 3
        seconds = cpu_seconds(
            lambda method=method, part=part: [method(slot) for slot in part],
            calls=calls,
            repeats=1 if name == "reference" else 5,
        ) / len(part)
        fastest = fastest or seconds
        share = [method(slot) / bound for slot, bound in zip(part, bounds, strict=False)]
        rows[name] = {
            "objective_mean": round(statistics.mean(share), 6),
            "objective_min": round(min(share), 6),
            "time_ratio": round(seconds / fastest, 2),
        }
    return rows


def reference_objective(slot: Slot) -> float:
    """Every server by the numpy search."""
    family, server, capacity = slot
    total = 0.0
    for h, budget in enumerate(capacity.tolist()):
        users = family.take(np.flatnonzero(server == h))
        total += maximize(users, budget, backend="reference").objective
    return total


def greedy_objective(slot: Slot) -> float:
    """Each server serves users at the best point of their envelope, steepest first, while it can.

    What is left over is shared in proportion.
    """
    family, server, capacity = slot
    steep, point = best_points(family)
    given, used = np.zeros(len(family)), np.zeros(len(capacity))
    for user in np.argsort(-steep):
        if used[server[user]] + point[user] <= capacity[server[user]]:
            given[user] = point[user]
            used[server[user]] += point[user]
    return float(family.value(given * (capacity / np.maximum(used, 1.0))[server]).sum())


def best_points(family: LatencySigmoids) -> tuple[np.ndarray, np.ndarray]:
    """The largest value per resource of each function, and where it is."""
    grid = family.scale / np.linspace(1.0, 12.0, 200)[:, None]  # w between 1 and 12
    per_resource = family.value(grid) / grid
    best = per_resource.argmax(axis=0)
    users = np.arange(len(family))
    return per_resource[best, users], grid[best, users]


def equal_share_objective(slot: Slot) -> float:
    """Each server shares its capacity equally among its users."""
    family, server, capacity = slot
    share = capacity / np.maximum(np.bincount(server, minlength=len(capacity)), 1)
    return float(family.value(share[server]).sum())


def count_nodes_of_twins() -> dict[str, int]:
    """Nodes where 20 users alike but for some noise share the room of five and a half."""
    nodes = {}
    for spread in (0.0, 1e-6, 1e-4, 1e-2):
        peak, offset, scale = 1 + spread * np.random.default_rng(0).normal(size=(3, 20))
        nodes[str(spread)] = maximize(
            LatencySigmoids(peak, 4 * offset, scale), 5.5 * 0.27
        ).num_nodes
    return nodes


def measure_conjugate() -> float:
    """CPU microseconds of one conjugate of 100 users by 7 servers."""
    rng = np.random.default_rng(0)
    family = LatencySigmoids(
        np.ones((100, 7)), rng.uniform(1.0, 7.0, (100, 7)), rng.uniform(1e9, 1e11, (100, 7))
    )
    price = np.full(7, 3e-11)
    seconds = cpu_seconds(lambda: conjugate(family, price, upper=CAPACITY), calls=100)
    return round(seconds / MICROSECOND, 1)


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


if __name__ == "__main__":
    main()
