"""Ten thousand users and a hundred servers: time by part, bound, gaps, growth, and training.

    python benchmarks/metro.py [--slots 3] [--train 100]

Takes about two minutes, and with `--train` about six seconds more for every slot that is learned.
Times are CPU times on one thread, medians; steps are those of PettingZoo's interface, in two forms:
every agent's observation and infos are made in every step (`all_made`), or, as is the default, when
they are looked up, and nobody does (`when_looked_up`).

- `steps`: a step, and its parts as in `environment.py`.
- `gaps_percent`: of rules to each slot's certified bound, and the CPU time of bound and rules.
- `growth`: exponents of the growth of a step's time with |U| at as much power per user, and with
  |H| at as much power in all, servers as agents.
- `training`: the most memory of the process that runs the command of `docs/how_to/metro.md`, Ray's
  processes beside it not counted, and what the policy reaches on slots that it has not seen.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from _environment_cases import stepper
from _report import cpu_seconds, report
from _solver_slots import growth
from _step_parts import step_and_parts
from slot_bound import draw, timed

from edgemarl.djtcra import Scenario, evaluate, load_scenario, slot_bound
from edgemarl.djtcra.baselines import make_baseline
from edgemarl.djtcra.env import DJTCRAEnv

USERS, SERVERS = (100, 1_000, 10_000), (7, 25, 100)
FORMS = {"all_made": False, "when_looked_up": True}  # whether observations are made lazily
RULES = ("greedy", "static-price", "broadcast-price", "near-optimal")
SETTINGS = (
    "algo.row_embedding=0",
    "algo.row_choice_features=1",
    "scenario.observation.observe_eta=true",
    "algo.train_batch_size_per_learner=2",
    "algo.updates_per_slot=10",
    "algo.tau=0.005",
    "algo.replay_capacity=100",
    "algo.rollout_fragment_length=1",
    "algo.exploration_epsilon=0",
    "algo.exploration_temperature=[[0, 0.1], [40, 0.03]]",
)


def main() -> None:
    """Measure and print the report."""
    parser = argparse.ArgumentParser(description="What ten thousand users take.")
    parser.add_argument("--slots", type=int, default=3, help="slots to judge rules and policies by")
    parser.add_argument("--train", type=int, default=0, help="slots to learn; 0 for no training")
    given = parser.parse_args()
    metro = load_scenario("metro")
    results: dict[str, Any] = {
        "steps": {view: steps(metro, view) for view in ("servers", "users")},
        "growth": {form: slopes(metro, USERS, SERVERS, lazy=lazy) for form, lazy in FORMS.items()},
        "rules": rules(metro, given.slots),
        "peak_megabytes": peak(resource.RUSAGE_SELF),
    }
    if given.train:
        results["training"] = trained("metro", given.train, given.slots, SETTINGS)
    report("metro", results)


def peak(whose: int) -> float:
    """The most memory that this process, or any that it waited for, has had [MB]."""
    return resource.getrusage(whose).ru_maxrss * 1024 / 1e6


def steps(scenario: Scenario, view: str) -> dict[str, Any]:
    """CPU milliseconds of a step and of its parts, by form."""
    found = {}
    for form, lazy in FORMS.items():
        row = step_and_parts(
            lambda lazy=lazy: DJTCRAEnv(view, scenario, lazy=lazy), rounds=5, seconds=0.3
        )
        found[form] = {"step_ms": 1e3 / row["steps_per_cpu_second"], "parts_ms": row["parts_ms"]}
    return found


def rules(scenario: Scenario, slots: int) -> dict[str, Any]:
    """Gaps of rules to the bound [%] over some slots, and CPU seconds of bound and rules."""
    _, prices_ms = timed(lambda: scenario.static_prices)
    seconds: dict[str, list[float]] = {name: [] for name in ("bound", *RULES)}
    gaps: dict[str, list[float]] = {name: [] for name in RULES}
    rng = np.random.default_rng(0)
    for state in draw(scenario, slots):
        bound, taken = timed(lambda at=state: slot_bound(scenario, at).upper_bound)
        seconds["bound"].append(taken / 1e3)
        for name in RULES:
            rule = make_baseline(name).rule
            assignment, taken = timed(lambda at=state, rule=rule: rule(scenario, at, rng))
            seconds[name].append(taken / 1e3)
            reached = evaluate(scenario, state, assignment).system_qoe
            gaps[name].append(100 * (1 - reached / bound))
    return {
        "slots": slots,
        "gaps_percent": {name: float(np.mean(each)) for name, each in gaps.items()},
        "cpu_seconds": {name: float(np.median(each)) for name, each in seconds.items()},
        "static_prices_cpu_seconds": prices_ms / 1e3,
    }


def slopes(
    scenario: Scenario, users: Sequence[int], servers: Sequence[int], *, lazy: bool
) -> dict[str, Any]:
    """CPU milliseconds of a step with servers as agents by |U| and by |H|, and their exponents."""
    own = scenario.num_servers
    by_users = {
        str(n): step_ms(scenario.with_overrides({"num_users": n, "num_servers": own}), lazy=lazy)
        for n in users
    }
    by_servers = {
        str(n): step_ms(scenario.with_overrides({"num_servers": n}), lazy=lazy) for n in servers
    }
    return {
        "step_ms_by_users": by_users,
        "step_ms_by_servers": by_servers,
        "in_users": growth(list(users), list(by_users.values())),
        "in_servers": growth(list(servers), list(by_servers.values())),
    }


def step_ms(scenario: Scenario, *, lazy: bool) -> float:
    """CPU milliseconds of a step with servers as agents."""
    return 1e3 * cpu_seconds(stepper(DJTCRAEnv(scenario=scenario, lazy=lazy)), calls=2, repeats=5)


def trained(scenario: str, learned: int, slots: int, settings: Sequence[str]) -> Mapping[str, Any]:
    """Trains the shadow-price learner in a process of its own, and judges its policy."""
    with tempfile.TemporaryDirectory() as folder:
        run, found = Path(folder, "run"), Path(folder, "found.json")
        task = ["--scenario", scenario]
        command(
            *("train", "shadow_price", *task, "--slots", str(learned), "--out", str(run)),
            *("--validation-slots", "1", "--set", *settings),
        )
        memory = peak(resource.RUSAGE_CHILDREN)
        command(
            *("compare", str(run), "greedy", "static-price", "--slots", str(slots)),
            *("--json", str(found)),
        )
        return {
            "slots": learned,
            "settings": list(settings),
            "peak_megabytes": memory,
            "compared": json.loads(found.read_text(encoding="utf-8")),
        }


def command(*arguments: str) -> None:
    """Runs edgemarl; what it says goes to stderr."""
    subprocess.run([sys.executable, "-m", "edgemarl", *arguments], check=True, stdout=sys.stderr)


if __name__ == "__main__":
    main()
