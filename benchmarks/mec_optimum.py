"""Optimum and heuristics of offloading: gap to the certified bound, and CPU time of a slot.

    python benchmarks/mec_optimum.py [--topologies 20] [--slots 5]

Takes about three minutes. Swarm and evolution only decide the first slots of the first three
topologies. Where tasks differ, `solved` is what the rule `exact` does, `rounded` the same without
a branch and `closed` a search down to a gap of 1e-9, which only few devices allow. Gaps are to
the best bound known, those of `certified` to the bound of the same search.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from _report import cpu_seconds, report
from numpy.typing import NDArray

from edgemarl.mec.baselines import make_baseline
from edgemarl.mec.costs import SlotCosts
from edgemarl.mec.heuristics import METHODS, Heuristic
from edgemarl.mec.optimum import Optimum, solve_slot
from edgemarl.mec.presets import SCENARIOS
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.state import State, next_state

NAMES = ("n30", "n180", "n200", "n30-mixed", "n180-mixed")
SEARCHED_TOPOLOGIES = 3
CLOSED: dict[str, Any] = {"tolerance": 1e-9, "most_nodes": 10_000}
Array = NDArray[np.float64]
Cases = list[tuple[Scenario, State]]
Rule = Callable[[Scenario, State, np.random.Generator], NDArray[np.int64]]


def main() -> None:
    """Measure and print the report."""
    parser = argparse.ArgumentParser(description="Optimum, bound and heuristics of offloading.")
    parser.add_argument("--topologies", type=int, default=20, help="seeds of each scenario")
    parser.add_argument("--slots", type=int, default=5, help="slots of each topology")
    options = parser.parse_args()
    results = {name: measure(SCENARIOS[name], options.topologies, options.slots) for name in NAMES}
    report("mec_optimum", results)


def measure(scenario: Scenario, topologies: int, slots: int) -> dict[str, Any]:
    """Rows of all methods on one scenario."""
    cases = list(draw(scenario, topologies, slots))
    solved = [solve_slot(*case) for case in cases]
    bounds = np.array([each.lower_bound for each in solved])
    rules: dict[str, Rule] = {"solved": solver(), "nearest": make_baseline("remote").rule}
    found: dict[str, Any] = {"certified": certified(solved)}
    if scenario.name.endswith("mixed"):
        rules["rounded"] = solver(most_nodes=0)
        rules["saving"] = make_baseline("remote-saving").rule
    if scenario.name == "n30-mixed":
        closed = [solve_slot(*case, **CLOSED) for case in cases]
        bounds = np.array([each.lower_bound for each in closed])
        rules["closed"] = solver(**CLOSED)
        found["certified_closed"] = certified(closed)
    for name, rule in rules.items():
        found[name] = row(cases, bounds, rule)
    first = slice(0, SEARCHED_TOPOLOGIES * slots, slots)
    found["scoring_cpu_ms"] = scoring(*cases[0])
    for method in METHODS:
        found[method] = row(cases[first], bounds[first], make_baseline(method).rule)
    return found


def certified(solved: list[Optimum]) -> dict[str, float]:
    """Gaps to the bounds of the same search, in percent, and nodes that were branched."""
    gaps = [100 * each.gap for each in solved]
    nodes = [each.num_nodes for each in solved]
    return {
        "gap_percent_mean": float(np.mean(gaps)),
        "gap_percent_max": max(gaps),
        "nodes_mean": float(np.mean(nodes)),
        "nodes_max": max(nodes),
    }


def scoring(scenario: Scenario, state: State) -> float:
    """CPU milliseconds of what a heuristic scores for one slot; the rest is the library's."""
    costs, rng = SlotCosts.of(scenario, state), np.random.default_rng(0)
    size = (Heuristic().population, scenario.num_devices)
    assignments = rng.integers(-1, scenario.num_servers, size)
    seconds = cpu_seconds(lambda: costs.objective(assignments), calls=100)
    return 1e3 * seconds * Heuristic().iterations


def draw(scenario: Scenario, topologies: int, slots: int) -> Iterator[tuple[Scenario, State]]:
    """Slots of several topologies, one after another."""
    for seed in range(topologies):
        seeded, state = scenario.replace(seed=seed), None
        rng = np.random.default_rng(seed)
        for _ in range(slots):
            state = next_state(seeded, state, None, rng)
            yield seeded, state


def solver(**options: Any) -> Rule:
    """The optimal assignment as a rule."""
    return lambda scenario, state, rng: solve_slot(scenario, state, **options).assignment


def row(cases: Cases, bounds: Array, rule: Rule) -> dict[str, float]:
    """Gap to the bounds, in percent of them, and CPU time of a rule."""
    rng = np.random.default_rng(0)
    rule(*cases[0], rng)  # warm up
    reached, times = [], []
    for scenario, state in cases:
        start = time.process_time()
        assignment = rule(scenario, state, rng)
        times.append(1e3 * (time.process_time() - start))
        reached.append(SlotCosts.of(scenario, state).objective(assignment[None])[0])
    gaps = 100 * (np.array(reached) / bounds - 1)
    return {
        "slots": len(cases),
        "gap_percent_mean": float(gaps.mean()),
        "gap_percent_max": float(gaps.max()),
        "cpu_ms_median": float(np.median(times)),
        "cpu_ms_max": float(np.max(times)),
    }


if __name__ == "__main__":
    main()
