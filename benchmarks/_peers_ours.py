"""This package in the comparison: what `Algorithm.training_step` does, in its two parts."""

import logging
from typing import Any

import ray
import torch
from _peers_cases import (
    BATCH,
    CAPACITY,
    CELLS,
    CHUNK,
    EPSILON,
    GAMMA,
    HYPER_WIDTH,
    LEARNING_RATE,
    MIXER_WIDTH,
    STORED,
    TAU,
    Cell,
    TeamEnv,
)
from _peers_worker import Work, serve

from rllib_algos import registry

NEVER = 10**9
UPDATES = 10  # updates whose batches travel to the learner together, as after a fragment of 10


def settings(cell: Cell) -> dict[str, Any]:
    """The algorithm's own settings."""
    if cell.algorithm == "maddpg":
        return {
            "actor_lr": LEARNING_RATE,
            "critic_lr": LEARNING_RATE,
            "actor_hiddens": cell.team.widths,
            "critic_hiddens": cell.team.widths,
            "twin_critics": False,
            "shared_critic": False,
            "actor_delay": 1,
            "other_actions": cell.others,
        }
    values: dict[str, Any] = {
        "q_lr": LEARNING_RATE,
        "q_hiddens": cell.team.widths,
        "double_q": False,
        "exploration_epsilon": EPSILON,
    }
    if cell.algorithm == "qmix":
        values |= {"mixer_width": MIXER_WIDTH, "hyper_width": HYPER_WIDTH}
    return values


def build(cell: Cell) -> Work:
    """Makes the algorithm, and what a cell measures of it."""
    config = (
        registry.get_config(cell.algorithm)
        .environment(lambda config: TeamEnv(cell.team))
        .env_runners(
            num_env_runners=0,
            num_envs_per_env_runner=cell.copies,
            rollout_fragment_length=CHUNK // cell.copies,
        )
        .training(
            gamma=GAMMA,
            tau=TAU,
            train_batch_size_per_learner=BATCH,
            replay_capacity=CAPACITY,
            learning_starts=NEVER,
            **settings(cell),
        )
    )
    algorithm = config.build_algo()

    def collect() -> int:
        return algorithm._sample()

    def update() -> int:
        algorithm._update(UPDATES)
        return UPDATES

    if cell.kind == "sampling":
        return collect
    while len(algorithm.replay) < STORED:
        collect()
    return update


def _work(name: str) -> Work:
    return build(CELLS[name])


if __name__ == "__main__":
    ray.init(
        "local",  # never a cluster that happens to run
        num_cpus=1,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
    )
    try:
        torch.set_num_threads(1)
        serve(_work, ("edgemarl", "ray", "torch", "numpy", "pettingzoo"))
    finally:
        ray.shutdown()
