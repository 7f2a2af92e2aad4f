"""A slot's bound and the near-optimal assignment: gap, CPU time, evaluations of the dual.

    python benchmarks/slot_bound.py [--slots 50]

Takes about two minutes. Slots follow one another as in the environment; the first is not counted.
`calls` compares the step rule of the bound with a multiplicative subgradient rule: evaluations of
the dual until it is within 1e-4, and 1e-5, of its minimum.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from _report import report

from edgemarl.djtcra import SCENARIOS, Scenario, State, evaluate, next_state, solve_slot
from edgemarl.djtcra.choices import Choices
from edgemarl.djtcra.local_search import improve
from edgemarl.djtcra.optimum import dual_value, least_prices, round_prices
from edgemarl.solvers.prices import minimize_prices

SIZES = (70, 100, 120)
TOLERANCES = (1e-4, 1e-5)
MOST_CALLS = 300
CALLS = tuple(range(1, 61))


def main() -> None:
    """Measure and print the report."""
    parser = argparse.ArgumentParser(description="The slot bound and the near-optimal assignment.")
    parser.add_argument("--slots", type=int, default=50, help="slots of each size")
    slots = parser.parse_args().slots
    scenarios = {str(size): SCENARIOS["paper"].replace(num_users=size) for size in SIZES}
    variants = {"100, cloud-aware": scenarios["100"].replace(allocation="cloud_aware")}
    results: dict[str, Any] = {
        "slots": {name: gaps(scenario, slots) for name, scenario in (scenarios | variants).items()},
        "calls": calls(scenarios["100"], min(slots, 20)),
        "general_qoe": gaps(
            scenarios["100"].with_overrides({"qoe": "log_logistic"}), max(slots // 25, 1)
        ),
    }
    report("slot_bound", results)


def draw(scenario: Scenario, slots: int) -> Iterator[State]:
    """Slots one after another; the first, which has no past, is left out."""
    rng = np.random.default_rng(0)
    state = next_state(scenario, None, None, rng)
    for _ in range(slots):
        state = next_state(scenario, state, state.ran, rng)
        yield state


def timed(action: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    found = action()
    return found, 1e3 * (time.process_time() - start)


def gaps(scenario: Scenario, slots: int) -> dict[str, float]:
    """Gap of the rounded and of the improved assignment to the bound, and time of each part."""
    solve_slot(scenario, next_state(scenario, None, None, np.random.default_rng(1)))  # warm up
    rows = []
    for state in draw(scenario, slots):
        solved, total_ms = timed(lambda state=state: solve_slot(scenario, state))
        choices = Choices(scenario, state)
        prices, prices_ms = timed(lambda choices=choices: least_prices(choices))
        start = round_prices(prices.gain, choices.cloud_qoe)
        _, search_ms = timed(
            lambda choices=choices, prices=prices, start=start: improve(
                choices, prices.prices, start
            )
        )
        rounded = state.ran.copy()
        rounded[choices.users] = start
        reached = evaluate(scenario, state, rounded).system_qoe
        rows.append((solved.gap, 1 - reached / solved.upper_bound, total_ms, prices_ms, search_ms))
    gap, rounded, total_ms, prices_ms, search_ms = np.array(rows).T
    return {
        "slots": slots,
        "gap_percent_mean": 100 * float(gap.mean()),
        "gap_percent_max": 100 * float(gap.max()),
        "rounded_gap_percent_mean": 100 * float(rounded.mean()),
        "cpu_ms_median": float(np.median(total_ms)),
        "cpu_ms_max": float(total_ms.max()),
        "prices_cpu_ms_median": float(np.median(prices_ms)),
        "search_cpu_ms_median": float(np.median(search_ms)),
    }


def calls(scenario: Scenario, slots: int) -> dict[str, Any]:
    """Evaluations of the dual to come close to its minimum; those beyond the limit count as it."""
    rules = {"newton": newton_values, "subgradient": subgradient_values}
    needed = {name: {f"{t:.0e}": [] for t in TOLERANCES} for name in rules}
    for state in draw(scenario, slots):
        choices = Choices(scenario, state)
        values = {name: rule(choices) for name, rule in rules.items()}
        outside, capacity = choices.cloud_qoe, scenario.capacity
        exact = minimize_prices(choices.curves, capacity, outside, tolerance=1e-8, max_calls=500)
        for name, tolerance in ((name, t) for name in rules for t in TOLERANCES):
            close = [at for at, v in values[name] if v <= exact.dual_value * (1 + tolerance)]
            needed[name][f"{tolerance:.0e}"].append(close[0] if close else MOST_CALLS)
    return {
        name: {
            tolerance: {"mean": float(np.mean(counts)), "max": int(max(counts))}
            for tolerance, counts in by_tolerance.items()
        }
        for name, by_tolerance in needed.items()
    }


def newton_values(choices: Choices) -> list[tuple[int, float]]:
    """The best D after some numbers of evaluations of :func:`minimize_prices`."""
    found = [
        minimize_prices(
            choices.curves,
            choices.scenario.capacity,
            choices.cloud_qoe,
            tolerance=1e-8,
            max_calls=most,
        )
        for most in CALLS
    ]
    return [(each.num_calls, each.dual_value) for each in found]


def subgradient_values(choices: Choices) -> list[tuple[int, float]]:
    """The best D after each step of a multiplicative subgradient rule with shrinking steps."""
    capacity = choices.scenario.capacity
    prices = np.full(len(capacity), 2 / 3 * len(choices.users) / capacity.sum())
    values, least = [], np.inf
    for step in range(MOST_CALLS):
        value, slack, _ = dual_value(choices, prices)
        least = min(least, value)
        values.append((step + 1, least))
        prices = prices * np.exp(-np.clip(slack / capacity, -1.0, 1.0) / (1.0 + 0.2 * step))
    return values


if __name__ == "__main__":
    main()
