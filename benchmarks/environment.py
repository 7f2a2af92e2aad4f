"""Environment steps per CPU second, by users and by part, against mobile-env and cvxpy.

    python benchmarks/environment.py [--quick] [--venvs DIR] [--offline]

Takes about nine minutes, and one more to download mobile-env for the first time. Steps are those of
PettingZoo's interface under random actions, on one thread; rates are per second of CPU, medians of
rounds in which all that is compared takes turns, and ratios are taken within a round.

- `steps`: at the same load for any number of users, every agent's observation and infos being made
  in every step. `parts_ms` are timed within steps of the same environment: actions, latency and
  quality, allocation, rewards and infos (`reports`), the draw of the next slot, observations, and
  the rest. They add up to such a step, which takes longer by the clocks that are read in it.
- `steps_when_looked_up`: the same where observations and infos are made when they are looked up, as
  is the default with more than a thousand users, and nobody does.
- `growth_in_users`: the exponent of the growth of a step's time with the number of users, `steps`.
- `mobile_env`: the paper's scenario against mobile-env's large one, with its 30 users and with 100.
- `cvxpy`: against the same environment whose allocation is solved by cvxpy.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from _environment_cases import CASES, LAZY, eager, lazy, servers, stepper, users
from _peers_process import Worker
from _peers_venvs import interpreter, require
from _report import report
from _solver_slots import growth
from _step_parts import step_and_parts
from _turns import Rate, in_turns, rate_of, ratio

HERE = Path(__file__).resolve().parent
SIZES, QUICK_SIZES = (30, 100, 1_000, 10_000), (30, 100)
CVXPY_SIZES = (30, 100)
PAPER_USERS = 100
LARGE = (30, 100)  # users of mobile-env's large scenario, as it is and grown


def measured(rates: dict[str, Rate], options: argparse.Namespace) -> dict[str, list[float]]:
    """Rates in every round."""
    return in_turns(rates, rounds=options.rounds, seconds=options.seconds)


def by_size(
    make: Callable[[int], Any], sizes: Sequence[int], options: argparse.Namespace
) -> dict[str, Any]:
    """Steps per CPU second of an environment, and the time of each part, by number of users."""
    found = {}
    for size in sizes:
        found[str(size)] = step_and_parts(
            lambda size=size: make(size), rounds=options.rounds, seconds=options.seconds
        )
        print(size, found[str(size)], file=sys.stderr)
    return found


def slope(found: dict[str, Any]) -> float:
    """Exponent of the growth of a step's time with the number of users."""
    seconds = [1 / row["steps_per_cpu_second"] for row in found.values()]
    return growth([int(size) for size in found], seconds)


def against_mobile_env(options: argparse.Namespace) -> dict[str, Any]:
    """The paper's scenario in both views against mobile-env, or why it could not be measured."""
    folder = options.venvs.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        python = interpreter("mobile_env", folder, offline=options.offline)
    except RuntimeError as error:
        return {"error": str(error)}
    worker = Worker(python, HERE / "_peers_mobile_env.py", folder / "mobile_env.log")
    try:
        return {**worker.ask(), **_ratios(worker, options)}
    finally:
        worker.close()


def _ratios(worker: Worker, options: argparse.Namespace) -> dict[str, Any]:
    ours = {"djtcra_servers": servers(PAPER_USERS), "djtcra_users": users(PAPER_USERS)}
    rates = {name: rate_of(stepper(env)) for name, env in ours.items()}
    rates |= {f"mobile_env_{size}_users": _rate_of_peer(worker, str(size)) for size in LARGE}
    seen = measured(rates, options)
    found: dict[str, Any] = {
        "steps_per_cpu_second": {name: statistics.median(r) for name, r in seen.items()}
    }
    for size in LARGE:
        theirs = seen[f"mobile_env_{size}_users"]
        found[f"against_{size}_users"] = {name: ratio(seen[name], theirs) for name in ours}
    return found


def _rate_of_peer(worker: Worker, cell: str) -> Rate:
    def rate(seconds: float) -> float:
        answer = worker.ask(cell=cell, seconds=seconds)
        if "error" in answer:
            raise RuntimeError(f"mobile-env with {cell} users: {answer['error']}")
        return answer["rate"]

    return rate


def against_cvxpy(options: argparse.Namespace) -> dict[str, Any]:
    """How many times the steps of the same environment with the allocation by cvxpy."""
    found = {}
    for size in CVXPY_SIZES:
        works = {"ours": servers(size), "cvxpy": servers(size, allocator="cvxpy")}
        rates = {name: rate_of(stepper(env), together=1) for name, env in works.items()}
        seen = measured(rates, options)
        found[str(size)] = ratio(seen["ours"], seen["cvxpy"])
        found[str(size)] |= {name: statistics.median(r) for name, r in seen.items()}
    return found


def main() -> None:
    """Measure and print the report."""
    parser = argparse.ArgumentParser(description="Environment steps per CPU second.")
    parser.add_argument("--quick", action="store_true", help="little of each, to try it out")
    folder = Path(tempfile.gettempdir()) / "edgemarl-peers"
    parser.add_argument("--venvs", type=Path, default=folder, help="where peers are installed")
    parser.add_argument("--offline", action="store_true", help="download nothing")
    options = parser.parse_args()
    options.rounds, options.seconds = (1, 0.02) if options.quick else (7, 0.5)
    options.sizes = QUICK_SIZES if options.quick else SIZES
    steps = {name: by_size(eager(name), options.sizes, options) for name in CASES}
    largest = options.sizes[-1:]
    results = {
        "steps": steps,
        "steps_when_looked_up": {
            name: by_size(lazy(name), largest, options) for name in CASES if name in LAZY
        },
        "growth_in_users": {name: slope(found) for name, found in steps.items()},
        "mobile_env": against_mobile_env(options),
        "cvxpy": against_cvxpy(options),
    }
    report("environment", results)
    require({"mobile_env": results["mobile_env"]}, offline=options.offline)


if __name__ == "__main__":
    main()
