"""Trains VDN of XuanCe, through an environment class of its kind.

How to run:     python examples/frameworks/with_xuance.py [--scenario paper] [--slots 100000]
How long:       half a minute on one core
What to expect: a table of the learned policy, two rules and the bound on slots that training has
                not seen, the policy's gap to the bound, and the number of lines of glue.
Versions:       examples/frameworks/requirements/xuance.txt

QMIX, IQL and IPPO take the same class. XuanCe asks for NumPy 1 and works with NumPy 2, which
edgemarl needs: it is installed without its requirements.
"""

# Installed in an environment of its own.
# pyright: reportMissingImports=false

import contextlib
import tempfile
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xuance
import yaml
from _common import Arguments, arguments, report
from gymnasium.spaces import Box
from xuance.environment import (
    DummyVecMultiAgentEnv,
    RawMultiAgentEnv,
    XuanCeMultiAgentEnvWrapper,
)
from xuance.torch.agents import REGISTRY_Agents

import edgemarl

ENV = "edgemarl/djtcra-users-v0"
COPIES = 4


# glue: begin
class Users(RawMultiAgentEnv):
    """The environment in XuanCe's shape: spaces by agent, and one truncation for all."""

    def __init__(self, given: Arguments, seed: int) -> None:
        super().__init__()
        self.env: Any = edgemarl.make(ENV, given.scenario)
        self.seed: int | None = seed
        self.metadata = self.env.metadata
        self.agents = self.env.possible_agents
        self.num_agents, self.agent_groups = len(self.agents), [self.agents]
        self.observation_space = {a: self.env.observation_space(a) for a in self.agents}
        self.action_space = {a: self.env.action_space(a) for a in self.agents}
        joint = self.env.state_space
        self.state_space = Box(joint.low.ravel(), joint.high.ravel())
        self.max_episode_steps = self.env.max_cycles

    def reset(self, **kwargs: Any) -> tuple[dict, dict]:
        """Starts an episode; the first one with the seed."""
        observations, infos = self.env.reset(seed=self.seed)
        self.seed = None
        return observations, {"infos": infos}

    def step(self, action: dict) -> tuple[dict, dict, dict, bool, dict]:
        """Goes on."""
        observations, rewards, terminated, truncated, infos = self.env.step(action)
        return observations, rewards, terminated, all(truncated.values()), {"infos": infos}

    def state(self) -> Any:
        """All rows, side by side."""
        return self.env.state().ravel()

    def render(self, *args: Any, **kwargs: Any) -> None:
        """Shows nothing."""

    def close(self) -> None:
        """Holds nothing."""


def vector_env(given: Arguments, copies: int) -> DummyVecMultiAgentEnv:
    """Copies, which restart by themselves."""

    def make(env_seed: int) -> XuanCeMultiAgentEnvWrapper:
        return XuanCeMultiAgentEnvWrapper(Users(given, env_seed))

    return DummyVecMultiAgentEnv([make] * copies, 1)


class GreedyPolicy:
    """The agents without exploration."""

    def __init__(self, agents: Any) -> None:
        self.agents = agents

    def __call__(self, observations: dict[str, Any]) -> Mapping[str, Any]:
        """The best server for each user."""
        return self.agents.get_actions(obs_dict=[observations], test_mode=True)["actions"][0]


# glue: end


def settings(slots: int) -> Namespace:
    """XuanCe's own for its `simple_spread`, for a short run."""
    folder = Path(str(xuance.__file__)).parent / "configs"
    values: dict[str, Any] = {}
    for file in ("basic.yaml", "vdn/mpe/simple_spread_v3.yaml"):
        values |= yaml.safe_load((folder / file).read_text(encoding="utf-8"))
    values |= {"parallels": COPIES, "buffer_size": 20_000, "batch_size": 128, "gamma": 0.0}
    values |= {"start_training": 200, "training_frequency": COPIES, "running_steps": slots}
    values |= {"decay_step_greedy": slots // 2, "distributed_training": False}
    return Namespace(**values)


def main(given: Arguments) -> None:
    """Train and measure."""
    # XuanCe writes its logs to where it is called.
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        agents = REGISTRY_Agents["VDN"](settings(given.slots), vector_env(given, COPIES))
        agents.train(given.slots // COPIES)
        agents.finish()
        report("xuance", GreedyPolicy(agents), given, __file__, env_id=ENV)


if __name__ == "__main__":
    main(arguments(slots=1000))
