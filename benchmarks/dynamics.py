"""How learners cope with change: users who come and go, servers that fail, capacities that vary.

    python benchmarks/dynamics.py --out runs/dynamics --json docs/results/dynamics.json

Trains every learner on the paper's scenario and some on the changing ones, and measures each on its
own scenario and the paper's learners on all. What is in the folder already is not trained again.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edgemarl.djtcra import Scenario, load_scenario
from edgemarl.experiments import compare
from edgemarl.experiments.backend import start_ray
from edgemarl.experiments.policies import load_policy
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
    yield Run(name="shadow_price_alike", **alike, shown=ETA)
    yield Run(name="shadow_price", **priced, scenario="churn")
    yield Run(name="shadow_price_alike", **alike, scenario="churn", shown=ETA)
    for scenario in ("failures", "varying"):
        yield Run(name="shadow_price", **priced, scenario=scenario)
        yield Run(name="shadow_price", **priced, scenario=scenario, shown=CAPACITY)
    yield Run(name="idqn_own", **own)
    for name in ("ma_maxent", "maddpg"):
        yield Run(name=name, algorithm=name, env_id=SERVERS)
    yield Run(name="vdn", algorithm="vdn", env_id=USERS, settings=FAST)
    for scenario in CHANGES:
        yield Run(name="idqn_own", **own, scenario=scenario)


def measured(policies: dict[str, Any], task: Task, scenario: Scenario) -> list[dict[str, Any]]:
    """Rows of policies on whole episodes of a scenario."""
    found = compare(
        policies,
        scenario,
        env_id=task.env_id,
        env_kwargs=task.env_kwargs,
        slots=scenario.slots_per_episode,
        seeds=EVALUATION_SEEDS,
    )
    return [
        {
            "policy": row["policy"],
            "evaluated_on": scenario.name,
            "slots": scenario.slots_per_episode * EVALUATION_SEEDS,
            **{name: row[name] for name in ("system_qoe", "gap")},
        }
        for row in found.rows()
    ]


def rules(names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Rows of the rules and the bound, on all scenarios."""
    for name in names:
        scenario = load_scenario(name)
        yield from measured(
            dict(zip(RULES, RULES, strict=True)), Task.of(name, SERVERS, {}), scenario
        )


def learned(run: Run, out: Path, slots: int, seed: int) -> list[dict[str, Any]]:
    """Train a run unless it was, and its rows: on its own scenario, or all of them."""
    folder, started = out / run.folder, time.process_time()
    task = run.task(run.scenario)
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
    seconds = time.process_time() - started
    policy = load_policy(str(folder), task)
    where = ("paper", *CHANGES) if run.scenario == "paper" else (run.scenario,)
    rows = []
    for name in where:
        other = run.task(name)
        assert isinstance(other.scenario, Scenario)
        found = measured({run.name: policy}, other, other.scenario)
        about = {"trained_on": run.scenario, "shown": list(run.shown), "training_slots": slots}
        rows.append({**found[0], **about, "seed": seed, "cpu_seconds": round(seconds)})
    return rows


def main() -> None:
    """Go through all runs and write the file after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--slots", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    start_ray(None, 1)
    rows = list(rules(("paper", *CHANGES)))
    for run in runs():
        rows += learned(run, given.out, given.slots, given.seed)
        given.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        print(
            run.folder, [(r["evaluated_on"], round(r["system_qoe"]["mean"], 2)) for r in rows[-4:]]
        )


if __name__ == "__main__":
    main()
