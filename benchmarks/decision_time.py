"""Time of a decision: DIRS's networks and vote, the exact optimum, and a particle swarm.

    python benchmarks/decision_time.py [--repeats 7]

Takes two minutes. CPU milliseconds of one slot, on one thread: DIRS from all observations to the
assignment, with the networks of the scenario's size (untrained ones take as long); the best powers
and shares for an assignment, which every method needs; the exact optimum; and the swarm of the
paper, 50 particles and 500 iterations, of which `scoring` is what the objective takes. Ratios are
to DIRS.
"""

import argparse
from typing import Any

import numpy as np
import torch
from _report import cpu_seconds, report

from edgemarl import mec_v0
from edgemarl.mec import evaluate
from edgemarl.mec.baselines import make_baseline
from edgemarl.mec.costs import SlotCosts
from edgemarl.mec.heuristics import Heuristic
from rllib_algos.dirs.config import auto_widths
from rllib_algos.joint.actors import Actors
from rllib_algos.joint.discovery import joint_spaces
from rllib_algos.joint.layouts import make_layout
from rllib_algos.joint.policy_file import GreedyPolicy

NAMES = ("n30", "n180", "n200")


def main() -> None:
    """Measure and print the report."""
    parser = argparse.ArgumentParser(description="Time of a decision of DIRS and its peers.")
    parser.add_argument("--repeats", type=int, default=7, help="stretches, whose median counts")
    options = parser.parse_args()
    torch.set_num_threads(1)
    report("decision_time", {name: measure(name, options.repeats) for name in NAMES})


def measure(name: str, repeats: int) -> dict[str, Any]:
    """CPU milliseconds of every method in one slot, and their ratios to DIRS."""
    env: Any = mec_v0.parallel_env(scenario=name)
    observations, _ = env.reset(seed=0)
    scenario, state, policy = env.scenario, env.slot_state, untrained(env)
    rng, heuristic = np.random.default_rng(0), Heuristic()
    exact, swarm = make_baseline("exact").rule, make_baseline("pso").rule
    assignment, costs = exact(scenario, state, rng), SlotCosts.of(scenario, state)
    particles = np.tile(assignment, (heuristic.population, 1))
    seconds = {
        "dirs": cpu_seconds(
            lambda: env.view.decode(policy(observations), state), calls=50, repeats=repeats
        ),
        "allocation": cpu_seconds(
            lambda: evaluate(scenario, state, assignment), calls=50, repeats=repeats
        ),
        "exact": cpu_seconds(lambda: exact(scenario, state, rng), calls=20, repeats=repeats),
        "pso": cpu_seconds(lambda: swarm(scenario, state, rng), calls=1, repeats=1),
        "scoring": heuristic.iterations
        * cpu_seconds(lambda: costs.objective(particles), calls=50, repeats=repeats),
    }
    ratios = {method: value / seconds["dirs"] for method, value in seconds.items()}
    return {
        "cpu_ms": {method: 1e3 * value for method, value in seconds.items()},
        "ratio_to_dirs": {method: ratio for method, ratio in ratios.items() if method != "dirs"},
    }


def untrained(env: Any) -> GreedyPolicy:
    """A policy with DIRS's networks of an environment's size."""
    layout = make_layout(joint_spaces(env), soft=False)
    actors = Actors(layout, auto_widths(env.scenario.num_devices))
    return GreedyPolicy("DIRS", actors)


if __name__ == "__main__":
    main()
