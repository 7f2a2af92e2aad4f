"""How learners cope with change: users who come and go, servers that fail, capacities that vary.

    python benchmarks/dynamics.py --out runs/dynamics --json docs/results/dynamics.json
    python benchmarks/dynamics.py --json docs/results/dynamics.json --table

Trains every learner on the paper's scenario and some on the changing ones, and measures each on its
own scenario and the paper's learners on all. What is in the folder already is not trained again.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from _dynamics_table import table

from edgemarl.djtcra import Scenario, load_scenario
from edgemarl.experiments import Policy
from edgemarl.experiments.backend import start_ray
from edgemarl.experiments.evaluation import measure
from edgemarl.experiments.policies import load_policy
from edgemarl.experiments.statistics import mean_interval
from edgemarl.experiments.task import Task
from edgemarl.experiments.training import train

SERVERS, USERS = "edgemarl/djtcra-servers-v0", "edgemarl/djtcra-users-v0"
CHANGES = ("churn", "failures", "varying")
RULES = ("greedy", "static-price", "near-optimal")
PRICES = {"report_prices": True}
OWN_QOE = {"reward": "local"}
FAST = {"q_lr": 2e-3, "tau": 0.02, "double_q": False}  # as the study of figure 6 has them
ETA = {"observation.observe_eta": True}
CAPACITY = {"observation.observe_capacity": True}
EVALUATION_SEEDS = 4


@dataclass(frozen=True, kw_only=True)
class Run:
    """One training: who learns on what, and what it sees beyond the paper's rows."""

    name: str
    algorithm: str
    env_id: str
    env_kwargs: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    scenario: str = "paper"
    shown: dict[str, bool] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """Name of the run's folder."""
        seen = "".join(f"-{key.rpartition('_')[2]}" for key in self.shown)
        return f"{self.name}-{self.scenario}{seen}"

    def task(self, scenario: str) -> Task:
        """The run's environment with a scenario."""
        built = load_scenario(scenario).with_overrides(self.shown)
        return Task.of(built, self.env_id, self.env_kwargs)


def runs() -> Iterator[Run]:
    """All trainings, those that say most first."""
    own = {"algorithm": "idqn", "env_id": USERS, "env_kwargs": OWN_QOE, "settings": FAST}
    priced = {"algorithm": "shadow_price", "env_id": SERVERS, "env_kwargs": PRICES}
    alike = {**priced, "settings": {"row_embedding": 0}}
    yield Run(name="shadow_price", **priced)
    yield Run(name="shadow_price_alike", **alike, scenario="churn", shown=ETA)
    yield Run(name="shadow_price", **priced, scenario="failures", shown=CAPACITY)
    yield Run(name="shadow_price", **priced, scenario="churn")
    yield Run(name="shadow_price", **priced, scenario="failures")
    yield Run(name="shadow_price_alike", **alike, shown=ETA)
    for shown in ({}, CAPACITY):
        yield Run(name="shadow_price", **priced, scenario="varying", shown=shown)
    yield Run(name="idqn_own", **own)
    for name in ("ma_maxent", "maddpg"):
        yield Run(name=name, algorithm=name, env_id=SERVERS)
    yield Run(name="vdn", algorithm="vdn", env_id=USERS, settings=FAST)
    for scenario in CHANGES:
        yield Run(name="idqn_own", **own, scenario=scenario)


class Measurements:
    """Rows of a JSON file, to which policies on whole episodes of a scenario are added once."""

    def __init__(self, path: Path, folder: Path):
        """Go on with the rows of a file, and the bounds of the slots in a folder."""
        self.path, self.folder = path, folder
        self.rows: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []

    def add(self, name: str, make: Callable[[], Policy], task: Task, about: dict[str, Any]) -> None:
        """Measure a policy, unless that was done; `about` tells it from others of its name."""
        scenario = task.scenario
        assert isinstance(scenario, Scenario)
        key = {"policy": name, "evaluated_on": scenario.name, **about}
        if any(all(row.get(k) == v for k, v in key.items()) for row in self.rows):
            return
        slots, file = scenario.slots_per_episode, self.folder / f"bounds-{scenario.name}.npy"
        bounds = np.load(file) if file.exists() else [True] * EVALUATION_SEEDS
        found = [
            measure(make(), task, slots=slots, seed=seed, bound=bound, name=name).slots
            for seed, bound in enumerate(bounds)
        ]
        np.save(file, [each["upper_bound"] for each in found])
        means = {
            what: mean_interval(np.array([each[what].mean() for each in found])).to_dict()
            for what in ("system_qoe", "upper_bound", "gap")
        }
        self.rows.append({**key, "slots": slots * EVALUATION_SEEDS, **means})
        self.path.write_text(json.dumps(self.rows, indent=1) + "\n", encoding="utf-8")
        print(*key.values(), round(means["system_qoe"]["mean"] or 0.0, 2), flush=True)


def carry_out(run: Run, out: Path, slots: int, seed: int, measurements: Measurements) -> None:
    """Train a run unless it was, and measure it: on its own scenario, or on all of them."""
    folder, task, started = out / run.folder, run.task(run.scenario), time.process_time()
    if not folder.exists():
        train(
            run.algorithm,
            task.scenario,
            slots=slots,
            out=folder,
            env_id=run.env_id,
            env_kwargs=run.env_kwargs,
            settings=run.settings,
            seed=seed,
            checkpoint_every=slots,
            validation_slots=10,
        )
        print(run.folder, round(time.process_time() - started), "CPU s", flush=True)
    about = {
        "trained_on": run.scenario,
        "shown": list(run.shown),
        "training_slots": slots,
        "training_seed": seed,
    }
    policy = load_policy(str(folder), task)  # as an object, it may act on other scenarios, too
    for name in ("paper", *CHANGES) if run.scenario == "paper" else (run.scenario,):
        measurements.add(run.name, lambda: policy, run.task(name), about)


def main() -> None:
    """Go through all runs and write the file after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/dynamics"))
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--slots", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--table", action="store_true", help="print the table, no training")
    given = parser.parse_args()
    if given.table:
        print(table(json.loads(given.json.read_text(encoding="utf-8"))))
        return
    given.out.mkdir(parents=True, exist_ok=True)
    measurements = Measurements(given.json, given.out)
    for name in ("paper", *CHANGES):
        task = Task.of(name, SERVERS, {})
        for rule in RULES:
            measurements.add(rule, lambda rule=rule, task=task: load_policy(rule, task), task, {})
    start_ray(None, 1)
    for run in runs():
        carry_out(run, given.out, given.slots, given.seed, measurements)


if __name__ == "__main__":
    main()
