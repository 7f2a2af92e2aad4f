"""What there is to win by looking ahead where a change of server costs a delay, and who wins it.

    python benchmarks/sequence.py limits --json docs/results/sequence_limits.json
    python benchmarks/sequence.py learners --network rows --json docs/results/sequence_rows.json

`limits` needs no training: rules at several delays and steps of the walk, and the best sequence of
assignments of a few users, found by dynamic programming over all of them. `learners` trains IDQN on
users' own QoE at several discount factors.
"""

import argparse
import dataclasses
import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.djtcra import Scenario, State, evaluate, near_optimal_assignment, next_state
from edgemarl.djtcra.mobility import RandomWalk
from edgemarl.djtcra.network import RandomNetwork
from edgemarl.djtcra.observations import ScaledRows
from edgemarl.djtcra.optimum import slot_bound
from edgemarl.djtcra.qoe import LogisticQoE
from edgemarl.experiments import compare, load_policy
from edgemarl.experiments.backend import start_ray
from edgemarl.experiments.task import Task
from edgemarl.experiments.training import train

# Servers that differ little and are far apart, and users who cross a cell in a few slots.
COMMUTERS = Scenario(
    name="commuters",
    num_users=20,
    server_capacity=(100e9, 100e9, 100e9),
    migration_delay=0.3,
    network=RandomNetwork(processing_factor=(1.0, 2.0), link_delay=(0.05, 0.08)),
    mobility=RandomWalk(step=40.0),
    qoe=LogisticQoE(midpoint_mean=0.300),
    observation=ScaledRows(observe_previous=True),
)
PAPER_WALK = Scenario(name="paper walk", mobility=RandomWalk(), migration_delay=0.1)
USERS = "edgemarl/djtcra-users-v0"
CHARGED = (1.0, 0.75, 0.5, 0.25, 0.0)  # share of the delay that a rule decides by; 1 is myopic
GAMMAS = (0.0, 0.9)
FAST = {"q_lr": 2e-3, "tau": 0.02, "double_q": False}
NETWORKS = {"mlp": FAST, "rows": {**FAST, "policy_network": "rows"}}  # one each, or one for all

Decide = Callable[[State], NDArray[np.int64]]


def charging(scenario: Scenario, share: float) -> Decide:
    """Near-optimal in each slot as if a change of server cost a share of its delay."""
    seen = scenario.replace(migration_delay=share * scenario.migration_delay)
    return lambda state: near_optimal_assignment(seen, state)


def play(scenario: Scenario, decide: Decide, slots: int, seed: int) -> tuple[float, float]:
    """Mean system QoE, and the share of users who change servers, over one episode."""
    rng, state, assignment = np.random.default_rng(seed), None, None
    worth, moved = [], []
    for _ in range(slots):
        state = next_state(scenario, state, assignment, rng)
        assignment = decide(state)
        worth.append(evaluate(scenario, state, assignment).system_qoe)
        moved.append(
            np.mean((state.previous_assignment >= 0) & (assignment != state.previous_assignment))
        )
    return float(np.mean(worth)), float(np.mean(moved))


def rules(scenario: Scenario, slots: int, seeds: int) -> dict[str, Any]:
    """What rules that charge some or all of the delay reach, and the bound without a delay."""
    found: dict[str, Any] = {"users": scenario.num_users, "delay": scenario.migration_delay}
    found["step"] = getattr(scenario.mobility, "step")  # noqa: B009 - of whatever walk it is
    for share in CHARGED:
        played = [play(scenario, charging(scenario, share), slots, seed) for seed in range(seeds)]
        found[f"charged {share}"] = np.mean(played, axis=0).round(3).tolist()
    free, bounds = scenario.replace(migration_delay=0.0), []
    for seed in range(seeds):
        rng, state = np.random.default_rng(seed), None
        for _ in range(slots):
            state = next_state(scenario, state, None, rng)
            bounds.append(slot_bound(free, state).upper_bound)
    found["bound without delay"] = round(float(np.mean(bounds)), 3)
    return found


def best_sequence(scenario: Scenario, slots: int, seed: int) -> dict[str, float]:
    """Mean QoE of an episode: myopic over all assignments, and the best that hindsight knows.

    Backwards over the slots, with V(a) the most that is still to come after assignment a:
    V_t(before) = max_a [QoE_t(a | before) + V_(t+1)(a)].
    """
    every = [
        np.array(a)
        for a in itertools.product(range(scenario.num_servers), repeat=scenario.num_users)
    ]
    rng, state, states = np.random.default_rng(seed), None, []
    for _ in range(slots):
        state = next_state(scenario, state, every[0], rng)
        states.append(state)
    worth = [_worth(scenario, each, every, first=t == 0) for t, each in enumerate(states)]
    ahead, before, myopic = np.zeros(len(every)), 0, 0.0
    for table in reversed(worth):
        ahead = (table + ahead).max(axis=1)
    for table in worth:
        chosen = int(table[before].argmax())
        myopic, before = myopic + float(table[before, chosen]), chosen
    return {"myopic": myopic / slots, "hindsight": float(ahead[0]) / slots}


def _worth(
    scenario: Scenario, state: State, every: list[Any], *, first: bool
) -> NDArray[np.float64]:
    """QoE of all assignments after all assignments, (before, now)."""
    if first:
        row = [evaluate(scenario, state, each).system_qoe for each in every]
        return np.tile(row, (len(every), 1))
    table = np.empty((len(every),) * 2)
    for i, before in enumerate(every):
        past = dataclasses.replace(state, previous_assignment=before)
        table[i] = [evaluate(scenario, past, each).system_qoe for each in every]
    return table


def limits(slots: int, seeds: int) -> dict[str, Any]:
    """All that needs no learning."""
    few = COMMUTERS.replace(num_users=4, server_capacity=(30e9, 30e9))
    return {
        "rules": [
            rules(
                COMMUTERS.with_overrides({"migration_delay": delay, "mobility.step": step}),
                slots,
                seeds,
            )
            for delay in (0.1, 0.3, 0.5)
            for step in (10.0, 40.0)
        ]
        + [rules(PAPER_WALK, slots, 1)],
        "four users": [
            {
                "delay": delay,
                **best_sequence(few.replace(migration_delay=delay), slots, seed),
                "seed": seed,
            }
            for delay in (0.1, 0.3)
            for seed in range(seeds)
        ],
    }


def learners(out: Path, network: str, slots: int, seeds: int, path: Path) -> None:
    """IDQN at several discount factors, each on the same slots, and the rules beside it."""
    start_ray(None, 1)
    task = Task.of(COMMUTERS, USERS, {"reward": "local"})
    rows = []
    for seed in range(seeds):
        policies: dict[str, Any] = {}
        for gamma in GAMMAS:
            folder, started = out / f"idqn-{network}-gamma{gamma}-s{seed}", time.process_time()
            if not folder.exists():
                train(
                    "idqn",
                    COMMUTERS,
                    slots=slots,
                    out=folder,
                    env_id=USERS,
                    env_kwargs=task.env_kwargs,
                    settings={**NETWORKS[network], "gamma": gamma},
                    seed=seed,
                    checkpoint_every=slots,
                    validation_slots=10,
                )
            print(folder.name, round(time.process_time() - started), "CPU s", flush=True)
            policies[f"gamma {gamma}"] = load_policy(str(folder), task)
        found = compare(
            {**policies, "nearest": "nearest", "near-optimal": "near-optimal"},
            COMMUTERS,
            env_id=USERS,
            env_kwargs=task.env_kwargs,
            slots=COMMUTERS.slots_per_episode,
            seeds=4,
        )
        rows += [{"training_seed": seed, "training_slots": slots, **row} for row in found.rows()]
        path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Run one of the two parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("limits", "learners"))
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("runs/sequence"))
    parser.add_argument("--network", choices=NETWORKS, default="rows")
    parser.add_argument("--slots", type=int)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    if given.part == "learners":
        learners(given.out, given.network, given.slots or 1_500, given.seeds, given.json)
        return
    found = limits(given.slots or 40, given.seeds)
    given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
