"""Learning a task with published results: MPE's speaker and listener, by one of three algorithms.

    python benchmarks/known_tasks.py maddpg

Takes about five minutes on one core. A speaker sees which of three landmarks is the goal and says
one of three words; a listener hears it and moves, or not, in one of four directions. Both get minus
the squared distance from listener to goal, for 25 steps. Reported are, for greedy play, one agent's
return, the distance at the end of an episode, and how often that is below 0.1, the size of agent
and landmark being 0.075 and 0.04. What they are compared with: docs/algorithms/known_tasks.md.
"""

import argparse
import logging
import math
import time
from typing import Any

import numpy as np
import ray
from _report import report
from mpe2 import simple_speaker_listener_v4

from rllib_algos import registry

LENGTH = 25
NEAR = 0.1
EPISODES = 1000
COPIES = 10

# MADDPG as Lowe et al. 2017 wrote it. Their learning rate of 0.01, with batches of 1,024 every 100
# steps, does not settle here; smaller steps, taken more often, do.
LOWE = {
    "twin_critics": False,
    "shared_critic": False,
    "actor_delay": 1,
    "other_actions": "replay",
    "action_relaxation": "softmax",
    "exploration_epsilon": 0.0,
    "actor_hiddens": [64, 64],
    "critic_hiddens": [64, 64],
    "actor_lr": 1e-3,
    "critic_lr": 3e-3,
    "tau": 0.01,
    "train_batch_size_per_learner": 256,
    "updates_per_slot": 0.1,
}
MAXENT = {
    "actor_hiddens": [64, 64],
    "critic_hiddens": [64, 64],
    "actor_lr": 1e-3,
    "critic_lr": 3e-3,
    "target_entropy": 0.1,
    "tau": 0.01,
    "train_batch_size_per_learner": 256,
    "updates_per_slot": 0.1,
}
VALUES = {
    "q_hiddens": [64, 64],
    "q_lr": 1e-3,
    "exploration_epsilon": [[0, 1.0], [50_000, 0.05]],
    "tau": 0.01,
    "train_batch_size_per_learner": 256,
    "updates_per_slot": 0.2,
}
SETTINGS: dict[str, dict[str, Any]] = {"maddpg": LOWE, "ma_maxent": MAXENT, "vdn": VALUES}
# Best returns of one agent and half the 95 % interval over seeds: Papoudakis et al. 2021, table 3.
# They do not have MAMaxEnt, which is held to MADDPG's.
PUBLISHED = {"maddpg": (-13.56, 1.73), "ma_maxent": (-13.56, 1.73), "vdn": (-15.95, 2.48)}
STEPS = dict.fromkeys(SETTINGS, 200_000)


def speaker_listener(config: Any) -> Any:
    """A new environment with discrete actions."""
    return simple_speaker_listener_v4.parallel_env(max_cycles=LENGTH, continuous_actions=False)


def build(name: str, seed: int) -> Any:
    """Returns an algorithm that is ready to be trained."""
    config = (
        registry.get_config(name)
        .environment(speaker_listener)
        .env_runners(num_envs_per_env_runner=COPIES, rollout_fragment_length=LENGTH)
        .training(gamma=0.95, learning_starts=10_000, replay_capacity=350_000, **SETTINGS[name])
        .debugging(seed=seed, log_level="ERROR")
    )
    return config.build_algo()


def train(algorithm: Any, steps: int) -> list[tuple[int, float]]:
    """Trains for a number of environment steps; returns ten of them with the return there."""
    curve, part = [], math.ceil(steps / (10 * COPIES * LENGTH))
    for i in range(1, 10 * part + 1):
        algorithm.train()
        if i % part == 0:
            curve.append((i * COPIES * LENGTH, measure(algorithm, 200)["return"]))
    return curve


def best(curve: list[tuple[int, float]]) -> float:
    """The largest return, which is what Papoudakis et al. print."""
    return max(value for _, value in curve)


def measure(algorithm: Any, episodes: int) -> dict[str, float]:
    """Plays greedily; returns what the module's docstring says."""
    fragments = algorithm.env_runner.sample(num_episodes=episodes, explore=False)
    rewards = np.stack([fragment.rewards[:, 0] for fragment in fragments])
    distance = np.sqrt(-rewards[:, -1])
    returns = rewards.sum(1)
    return {
        "return": round(float(returns.mean()), 2),
        "return_standard_error": round(float(returns.std() / math.sqrt(episodes)), 2),
        "final_distance": round(float(distance.mean()), 3),
        "reached": round(float((distance < NEAR).mean()), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("algorithm", choices=sorted(SETTINGS))
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    name = arguments.algorithm
    ray.init(
        "local",  # never a cluster that happens to run
        num_cpus=1,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
    )
    algorithm = build(name, arguments.seed)
    steps = arguments.steps or STEPS[name]
    before, start = measure(algorithm, EPISODES), time.process_time()
    curve = train(algorithm, steps)
    results = {
        "algorithm": name,
        "seed": arguments.seed,
        "steps": steps,
        "cpu_minutes": round((time.process_time() - start) / 60, 1),
        "untrained": before,
        "trained": measure(algorithm, EPISODES),
        "best_return": best(curve),
        "published_best_return": PUBLISHED[name],
        "returns_while_training": curve,
    }
    algorithm.stop()
    ray.shutdown()
    report("known_tasks", results)


if __name__ == "__main__":
    main()
