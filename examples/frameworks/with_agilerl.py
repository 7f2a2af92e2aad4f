"""Trains MADDPG of AgileRL on servers whose actions are matrices of probabilities.

How to run:     python examples/frameworks/with_agilerl.py [--scenario paper] [--slots 100000]
How long:       a minute on one core
What to expect: a table of the learned policy, two rules and the bound on slots that training has
                not seen, the policy's gap to the bound, and the number of lines of glue.
Versions:       examples/frameworks/requirements/agilerl.txt

AgileRL's MADDPG and MATD3 take Box and Discrete, not MultiDiscrete; `action="probability"` is the
Box. Users as agents are Discrete and need no wrapper.
"""

# Installed in an environment of its own.
# pyright: reportMissingImports=false

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from _common import Arguments, arguments, report
from agilerl.algorithms import MADDPG
from agilerl.components.replay_buffer import ReplayBuffer
from agilerl.training.train_multi_agent_off_policy import train_multi_agent_off_policy
from gymnasium.spaces import Box
from pettingzoo.utils import BaseParallelWrapper

import edgemarl

ENV = "edgemarl/djtcra-servers-v0"
OPTIONS = {"action": "probability"}


# glue: begin
class FlatServers(BaseParallelWrapper):
    """Observations and matrices of probabilities as vectors, which AgileRL's networks want."""

    def observation_space(self, agent: str) -> Box:
        """Rows of users, side by side."""
        space: Any = self.env.observation_space(agent)
        return Box(space.low.ravel(), space.high.ravel(), dtype=np.float32)

    def action_space(self, agent: str) -> Box:
        """Rows of probabilities, side by side."""
        return Box(0.0, 1.0, (int(np.prod(self.env.action_space(agent).shape or ())),))

    def reset(self, seed: int | None = None, options: dict | None = None) -> Any:
        """Starts an episode."""
        observations, infos = self.env.reset(seed, options)
        return flat(observations), infos

    def step(self, actions: Mapping[str, Any]) -> Any:
        """Goes on."""
        observations, *rest = self.env.step(matrices(self.env, actions))
        return flat(observations), *rest


def flat(observations: Mapping[str, Any]) -> dict[str, Any]:
    """Each agent's rows, side by side."""
    return {agent: rows.ravel() for agent, rows in observations.items()}


def matrices(env: Any, actions: Mapping[str, Any]) -> dict[str, Any]:
    """Each agent's vector as its matrix; a row of zeros, which noise makes, names no server."""
    return {
        agent: np.maximum(vector, 1e-6).reshape(env.action_space(agent).shape)
        for agent, vector in actions.items()
    }


class ActorPolicy:
    """The actors without their noise."""

    def __init__(self, agents: MADDPG) -> None:
        self.agents = agents
        agents.set_training_mode(False)

    def reset(self, env: Any, rng: np.random.Generator) -> None:
        """Remembers the environment, which knows the shape of an action."""
        self.env = env

    def __call__(self, observations: dict[str, Any]) -> Mapping[str, Any]:
        """Each server's matrix of probabilities."""
        batch = {agent: rows[None] for agent, rows in flat(observations).items()}
        actions, _ = self.agents.get_action(batch)
        return matrices(self.env, {agent: batch[0] for agent, batch in actions.items()})


# glue: end


def main(given: Arguments) -> None:
    """Train and measure."""
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002 - AgileRL draws its noise from it
    env = FlatServers(edgemarl.make(ENV, given.scenario, **OPTIONS))
    agents = MADDPG(
        observation_spaces=[env.observation_space(agent) for agent in env.possible_agents],
        action_spaces=[env.action_space(agent) for agent in env.possible_agents],
        agent_ids=env.possible_agents,
        net_config={"encoder_config": {"hidden_size": [64, 64]}},
        batch_size=128,
        learn_step=4,
        lr_critic=1e-3,
        expl_noise=0.5,
        gamma=0.0,
    )
    train_multi_agent_off_policy(
        env,
        ENV,
        "MADDPG",
        [agents],
        ReplayBuffer(20_000),
        max_steps=given.slots,
        evo_steps=given.slots // 4,
        eval_steps=20,
        verbose=False,
    )
    report("agilerl", ActorPolicy(agents), given, __file__, env_id=ENV, env_kwargs=OPTIONS)


if __name__ == "__main__":
    main(arguments(slots=400))
