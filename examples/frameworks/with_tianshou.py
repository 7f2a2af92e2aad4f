"""Trains DQN of Tianshou 2 with one network that all users share.

How to run:     python examples/frameworks/with_tianshou.py [--scenario paper] [--slots 100000]
How long:       half a minute on one core
What to expect: a table of the learned policy, two rules and the bound on slots that training has
                not seen, the policy's gap to the bound, and the number of lines of glue.
Versions:       examples/frameworks/requirements/tianshou.txt

Tianshou takes environments of several agents in agent-environment-cycle form alone: a slot is then
one step of each user, and the rewards come with the last of them. Returns over as many steps as
there are users therefore hold each user's reward of its slot, and end where its next one begins.
"""

# Installed in an environment of its own.
# pyright: reportMissingImports=false

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from _common import Arguments, arguments, report
from tianshou.algorithm import DQN
from tianshou.algorithm.modelfree.dqn import DiscreteQLearningPolicy
from tianshou.algorithm.multiagent.marl import MultiAgentOffPolicyAlgorithm
from tianshou.algorithm.optim import AdamOptimizerFactory
from tianshou.data import Batch, Collector, VectorReplayBuffer
from tianshou.env import DummyVectorEnv, PettingZooEnv
from tianshou.trainer import OffPolicyTrainerParams
from tianshou.utils.net.common import Net

from edgemarl import djtcra_v0

ENV = "edgemarl/djtcra-users-v0"
COPIES = 4


# glue: begin
def make(given: Arguments) -> PettingZooEnv:
    """The environment in agent-environment-cycle form, as Tianshou's."""
    return PettingZooEnv(djtcra_v0.env(view="users", scenario=given.scenario, reward="local"))


def shared(algorithm: DQN, env: PettingZooEnv) -> MultiAgentOffPolicyAlgorithm:
    """One algorithm for all users; each gets its own part of a batch."""
    return MultiAgentOffPolicyAlgorithm(algorithms=[algorithm] * len(env.agents), env=env)


class SharedPolicy:
    """The network for all users at once."""

    def __init__(self, policy: DiscreteQLearningPolicy) -> None:
        self.policy = policy

    def __call__(self, observations: dict[str, Any]) -> Mapping[str, Any]:
        """The best server for each user."""
        rows = np.stack(list(observations.values()))
        with torch.no_grad():
            chosen = self.policy(Batch(obs=rows, info={})).act
        return dict(zip(observations, chosen, strict=True))


# glue: end


def main(given: Arguments) -> None:
    """Train and measure."""
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002 - Tianshou explores and samples by it
    env, users = make(given), given.scenario.num_users
    net = Net(
        state_shape=env.observation_space.shape,
        action_shape=env.action_space.n,
        hidden_sizes=[64, 64],
    )
    policy = DiscreteQLearningPolicy(model=net, action_space=env.action_space, eps_training=0.3)
    dqn = DQN(
        policy=policy,
        optim=AdamOptimizerFactory(lr=1e-3),
        gamma=0.9,
        n_step_return_horizon=users,
        target_update_freq=200,
    )
    algorithm = shared(dqn, env)
    copies = DummyVectorEnv([lambda: make(given)] * COPIES)
    copies.seed(0)
    collector = Collector(
        algorithm, copies, VectorReplayBuffer(20_000 * users, COPIES), exploration_noise=True
    )
    parameters = OffPolicyTrainerParams(
        training_collector=collector,
        max_epochs=1,
        epoch_num_steps=given.slots * users,  # Tianshou counts a step of each user
        collection_step_num_env_steps=20 * COPIES * users,
        batch_size=64 * users,
        update_step_num_gradient_steps_per_sample=0.04,
        show_progress=False,
        verbose=False,
    )
    algorithm.run_training(parameters)
    report("tianshou", SharedPolicy(policy), given, __file__, env_id=ENV)


if __name__ == "__main__":
    main(arguments(slots=600))
