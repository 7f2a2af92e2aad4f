"""XuanCe in the comparison: its agents' `train` without updates, and their `train_epochs`.

`train` steps the environments, acts and stores; `train_epochs` samples the replay and updates.
Runs in an environment of its own; see `_peers_venvs.py`.
"""

# What is imported is there, and not here.
# pyright: reportMissingImports=false

from argparse import Namespace
from pathlib import Path
from typing import Any

import torch
import xuance
import yaml
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
    Team,
    TeamEnv,
)
from _peers_worker import Work, serve
from _prepared_env import LENGTH
from xuance.environment import (
    DummyVecMultiAgentEnv,
    RawMultiAgentEnv,
    XuanCeMultiAgentEnvWrapper,
)
from xuance.torch.agents import REGISTRY_Agents

NEVER = 10**9
NAMES = {"idqn": "IQL", "vdn": "VDN", "qmix": "QMIX", "maddpg": "MADDPG"}


class PreparedTask(RawMultiAgentEnv):
    """The environment in XuanCe's shape, like its MPE_Env but without masks of actions."""

    def __init__(self, team: Team) -> None:
        super().__init__()
        self.env = TeamEnv(team)
        self.agents = list(self.env.possible_agents)
        self.num_agents = team.agents
        self.agent_groups = [self.agents]
        self.observation_space = dict.fromkeys(self.agents, team.observation_space)
        self.action_space = dict.fromkeys(self.agents, team.action_space)
        self.state_space = Team(1, self.env.joint.size, ()).observation_space
        self.max_episode_steps = LENGTH
        self.metadata = self.env.metadata

    def reset(self, **kwargs: Any) -> tuple[dict, dict]:
        """Starts an episode."""
        observations, infos = self.env.reset()
        return observations, {"infos": infos}

    def step(self, action_dict: dict) -> tuple[dict, dict, dict, bool, dict]:
        """Goes on; one truncation for all."""
        observations, rewards, terminated, truncated, infos = self.env.step(action_dict)
        over = truncated[self.agents[0]]
        return observations, rewards, terminated, over, {"infos": infos}

    def state(self) -> Any:
        """All observations side by side."""
        return self.env.joint

    def avail_actions(self) -> None:
        """Every action may be taken, so that there is nothing to make."""

    def render(self, *args: Any, **kwargs: Any) -> None:
        """Shows nothing."""

    def close(self) -> None:
        """Holds nothing."""


def settings(cell: Cell) -> Namespace:
    """XuanCe's settings for simple_spread with ours for what all share."""
    folder = Path(str(xuance.__file__)).parent / "configs"
    name = NAMES[cell.algorithm]
    files = (folder / "basic.yaml", folder / name.lower() / "mpe" / "simple_spread_v3.yaml")
    values: dict[str, Any] = {}
    for file in files:
        values |= yaml.safe_load(file.read_text(encoding="utf-8"))
    widths = list(cell.team.widths)
    rest = {"representation": "Basic_MLP", "representation_hidden_size": widths[:1]}
    if cell.algorithm == "maddpg":
        rest = {"actor_hidden_size": widths, "critic_hidden_size": widths}
        rest |= {"activation": "relu", "activation_action": "tanh"}
    return Namespace(
        **values
        | rest
        | {
            "q_hidden_size": widths[1:],
            "use_parameter_sharing": False,
            "double_q": False,
            "hidden_dim_mixing_net": MIXER_WIDTH,
            "hidden_dim_hyper_net": HYPER_WIDTH,
            "parallels": cell.copies,
            "buffer_size": CAPACITY,
            "batch_size": BATCH,
            "learning_rate": LEARNING_RATE,
            "learning_rate_actor": LEARNING_RATE,
            "learning_rate_critic": LEARNING_RATE,
            "gamma": GAMMA,
            "tau": TAU,
            "start_greedy": EPSILON,
            "end_greedy": EPSILON,
            "start_training": NEVER,
            "use_grad_clip": False,
            "distributed_training": False,
        }
    )


def build(cell: Cell) -> Work:
    """Makes the agents, and what a cell measures of them."""

    def make(env_seed: int) -> XuanCeMultiAgentEnvWrapper:
        return XuanCeMultiAgentEnvWrapper(PreparedTask(cell.team))

    environments = DummyVecMultiAgentEnv([make] * cell.copies, 1)
    agents = REGISTRY_Agents[NAMES[cell.algorithm]](settings(cell), environments)
    agents.log_infos = lambda *args, **kwargs: None

    def collect() -> int:
        agents.train(CHUNK // cell.copies)
        return CHUNK

    def update() -> int:
        agents.train_epochs(1)
        return 1

    if cell.kind == "sampling":
        return collect
    while agents.memory.size * cell.copies < STORED:
        collect()
    return update


def _work(name: str) -> Work:
    return build(CELLS[name])


if __name__ == "__main__":
    torch.set_num_threads(1)
    serve(_work, ("xuance", "torch", "numpy", "gymnasium", "pettingzoo"))
