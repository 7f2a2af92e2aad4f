"""Trains PPO of Stable-Baselines3 with one network that all users share, through SuperSuit.

How to run:     python examples/frameworks/with_sb3.py [--scenario paper] [--slots 100000]
How long:       half a minute on one core
What to expect: a table of the learned policy, two rules and the bound on slots that training has
                not seen, the policy's gap to the bound, and the number of lines of glue.
Versions:       examples/frameworks/requirements/sb3.txt
"""

# Installed in an environment of its own.
# pyright: reportMissingImports=false

from collections.abc import Mapping
from typing import Any

import numpy as np
import supersuit
from _common import Arguments, arguments, report
from stable_baselines3 import PPO
from stable_baselines3.common.utils import set_random_seed

import edgemarl

ENV = "edgemarl/djtcra-users-v0"
COPIES = 4


# glue: begin
def vector_env(given: Arguments, copies: int) -> Any:
    """Each user of each copy as one environment of SB3's, which restarts by itself."""
    users = supersuit.pettingzoo_env_to_vec_env_v1(
        edgemarl.make(ENV, given.scenario, reward="local")
    )
    env: Any = supersuit.concat_vec_envs_v1(users, copies, base_class="stable_baselines3")
    env.venv.reset(seed=0)  # SuperSuit's environments have no seed(), which SB3 would call
    return env


class SharedPolicy:
    """The network for all users at once."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def __call__(self, observations: dict[str, Any]) -> Mapping[str, Any]:
        """The most likely server for each user."""
        rows = np.stack(list(observations.values()))
        choices, _ = self.model.predict(rows, deterministic=True)
        return dict(zip(observations, choices, strict=True))


# glue: end


def main(given: Arguments) -> None:
    """Train and measure."""
    set_random_seed(0)
    env = vector_env(given, COPIES)
    model = PPO("MlpPolicy", env, n_steps=125, batch_size=500, gamma=0.0)
    model.learn(given.slots * given.scenario.num_users)  # SB3 counts a step of each user
    env.close()
    report("stable-baselines3", SharedPolicy(model), given, __file__, env_id=ENV)


if __name__ == "__main__":
    main(arguments(slots=4000))
