"""Trains RLlib's own PPO with one network that all servers share, on the new API stack.

How to run:     python examples/frameworks/with_rllib.py [--scenario paper] [--slots 100000]
How long:       a minute on one core
What to expect: a table of the learned policy, two rules and the bound on slots that training has
                not seen, the policy's gap to the bound, and the number of lines of glue.
Versions:       examples/frameworks/requirements/rllib.txt

The servers' actions are MultiDiscrete, a server for each user, which PPO takes as they are.
"""

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import ray
import torch
from _common import Arguments, arguments, report
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.connectors.env_to_module import FlattenObservations
from ray.rllib.core.columns import Columns
from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv
from ray.tune import register_env

import edgemarl

ENV = "edgemarl/djtcra-servers-v0"
SHARED = "shared"


# glue: begin
def register(given: Arguments) -> None:
    """Tells RLlib of the environment; after every `ray.init`."""
    register_env(ENV, lambda config: ParallelPettingZooEnv(edgemarl.make(ENV, given.scenario)))


def shared(config: PPOConfig) -> PPOConfig:
    """One module for all servers, which gets rows of users side by side."""
    return config.multi_agent(
        policies={SHARED}, policy_mapping_fn=lambda agent, episode: SHARED
    ).env_runners(env_to_module_connector=lambda *_: FlattenObservations(multi_agent=True))


class SharedPolicy:
    """The module for all servers at once, outside RLlib."""

    def __init__(self, module: Any, choices: int) -> None:
        self.module, self.choices = module, choices

    def __call__(self, observations: dict[str, Any]) -> Mapping[str, Any]:
        """The most likely server for each user."""
        flat = np.stack([rows.ravel() for rows in observations.values()])
        with torch.no_grad():
            out = self.module.forward_inference({Columns.OBS: torch.from_numpy(flat)})
        logits = out[Columns.ACTION_DIST_INPUTS].numpy()
        chosen = logits.reshape(len(flat), -1, self.choices).argmax(-1)
        return dict(zip(observations, chosen, strict=True))


# glue: end


def main(given: Arguments) -> None:
    """Train and measure."""
    logging.getLogger("ray.rllib").setLevel(logging.ERROR)
    ray.init(
        "local",
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
    )
    register(given)
    config = shared(
        PPOConfig()
        .environment(ENV)
        .env_runners(num_env_runners=0, num_envs_per_env_runner=4)
        # Batches count a step of each server.
        .training(train_batch_size_per_learner=1500, minibatch_size=300, num_epochs=10, gamma=0.0)
        .debugging(seed=0)
    )
    algorithm = config.build_algo()
    slots = 0
    while slots < given.slots:
        slots = int(algorithm.train()["env_runners"]["num_env_steps_sampled_lifetime"])
    module = algorithm.get_module(SHARED)
    policy = SharedPolicy(module, given.scenario.num_servers)
    report("ray", policy, given, __file__, env_id=ENV)
    algorithm.stop()
    ray.shutdown()


if __name__ == "__main__":
    main(arguments(slots=1000))
