"""AgileRL in the comparison: the two parts of `train_multi_agent_off_policy`, without its logs.

Collecting: it acts, steps and adds to the replay buffer. Updating: it samples that and learns. Its
only algorithms with a replay are MADDPG and MATD3, so that MADDPG collects everywhere. Runs in an
environment of its own; see `_peers_venvs.py`.
"""

# What is imported is there, and not here.
# pyright: reportMissingImports=false

from typing import Any

import numpy as np
import torch
from _peers_cases import (
    BATCH,
    CAPACITY,
    CELLS,
    CHUNK,
    GAMMA,
    LEARNING_RATE,
    STORED,
    TAU,
    Cell,
    Team,
    TeamEnv,
)
from _peers_worker import Work, serve
from agilerl.algorithms import MADDPG
from agilerl.components.data import MultiAgentTransition, transition_to_tensordict
from agilerl.components.replay_buffer import ReplayBuffer
from agilerl.vector import PzDummyVecEnv

OWN = "agent{}"  # agents whose names differ in what follows an underscore share their networks


def networks(team: Team) -> dict[str, Any]:
    """Hidden layers of these widths: one of the encoder, its output, and those of the head."""
    width, *rest = team.widths
    plain = {"layer_norm": False}
    return {
        "encoder_config": {"hidden_size": [width], "output_activation": "ReLU", **plain},
        "latent_dim": width,
        "max_latent_dim": width,
        "head_config": {"hidden_size": rest[1:] or [width], **plain},
    }


def learner(team: Team, env: TeamEnv) -> MADDPG:
    """Its MADDPG with a critic per agent, as it has."""
    agents = env.possible_agents
    return MADDPG(
        observation_spaces=[env.observation_space(agent) for agent in agents],
        action_spaces=[env.action_space(agent) for agent in agents],
        agent_ids=agents,
        net_config=networks(team),
        batch_size=BATCH,
        lr_actor=LEARNING_RATE,
        lr_critic=LEARNING_RATE,
        gamma=GAMMA,
        tau=TAU,
        normalize_images=False,
    )


class Loop:
    """The two halves of its training loop."""

    def __init__(self, team: Team) -> None:
        env = TeamEnv(team, naming=OWN)
        self.agents, self.env = learner(team, env), PzDummyVecEnv(env)
        self.agents.set_training_mode(True)
        self.replay = ReplayBuffer(CAPACITY)
        self.observations, self.infos = self.env.reset()

    def collect(self) -> int:
        """Acts, steps and stores."""
        for _ in range(CHUNK):
            action, raw = self.agents.get_action(obs=self.observations, infos=self.infos)
            following, rewards, terminated, truncated, self.infos = self.env.step(action)
            stored = MultiAgentTransition(
                obs=self.observations, action=raw, reward=rewards, next_obs=following,
                done=terminated,
            )  # fmt: skip
            transition = transition_to_tensordict(stored)
            transition.batch_size = torch.Size([1])
            self.replay.add(transition)
            self.observations = following
            if all(np.all(over) for over in truncated.values()):
                self.agents.reset_action_noise([0])
        return CHUNK

    def update(self) -> int:
        """Samples and learns."""
        self.agents.learn(self.replay.sample(BATCH))
        return 1


def build(cell: Cell) -> Work:
    """Makes the agents, and what a cell measures of them."""
    loop = Loop(cell.team)
    if cell.kind == "sampling":
        return loop.collect
    while len(loop.replay) < STORED:
        loop.collect()
    return loop.update


def _work(name: str) -> Work:
    return build(CELLS[name])


if __name__ == "__main__":
    torch.set_num_threads(1)
    serve(_work, ("agilerl", "tensordict", "torch", "numpy", "pettingzoo"))
