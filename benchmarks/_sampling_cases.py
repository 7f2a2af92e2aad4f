"""What `sampling.py` samples: environments, and who acts in them."""

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from _prepared_env import LENGTH, PreparedEnv
from pettingzoo.utils.wrappers import BaseParallelWrapper
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.core.rl_module.torch.torch_rl_module import TorchRLModule

import edgemarl
from rllib_algos import IDQNConfig, MAMaxEntConfig

CHOICES, FEATURES = 7, 9
EPSILON = 0.15


@dataclass(frozen=True)
class Case:
    """Agents, what they observe and do, and the networks with which they choose.

    Attributes:
        agents: number of agents.
        rows: number of rows that an agent observes; 0 if it observes its own alone.
        hiddens: widths of the hidden layers.
        rates: whether the networks rate choices, and the best is taken except with EPSILON, instead
            of putting out logits to sample from.
        simulated: registered name of an environment of these agents; one that costs next to
            nothing where empty.
    """

    agents: int
    rows: int
    hiddens: tuple[int, ...]
    rates: bool
    simulated: str = ""

    def make(self, *, together: bool = False) -> Any:
        """The environment, whose copies offer to be stepped together; wrapped if they shall not."""
        if self.simulated:
            env: Any = edgemarl.make(self.simulated)
        else:
            env = RowFreeEnv(self) if together and self.rows else FreeEnv(self)
        return env if together else BaseParallelWrapper(env)

    @property
    def observation_space(self) -> gym.Space:
        """A table, or one row of it."""
        shape = (self.rows, FEATURES) if self.rows else (FEATURES,)
        return gym.spaces.Box(0, 1, shape, np.float32)

    @property
    def action_space(self) -> gym.Space:
        """One choice per row."""
        if self.rows:
            return gym.spaces.MultiDiscrete([CHOICES] * self.rows)
        return gym.spaces.Discrete(CHOICES)

    def joint_config(self) -> Any:
        """The config of the algorithm here that acts in this way."""
        if self.rates:
            return IDQNConfig().training(q_hiddens=self.hiddens, exploration_epsilon=EPSILON)
        return MAMaxEntConfig().training(actor_hiddens=self.hiddens)


SERVERS = Case(agents=7, rows=100, hiddens=(256, 256, 256), rates=False)
USERS = Case(agents=100, rows=0, hiddens=(64, 64), rates=True)
SIMULATED_SERVERS = dataclasses.replace(SERVERS, simulated="djtcra-servers-v0")
SIMULATED_USERS = dataclasses.replace(USERS, simulated="djtcra-users-v0")


class FreeEnv(PreparedEnv):
    """The environment of a case: every agent observes its own row, or those that it owns."""

    def __init__(self, case: Case) -> None:
        rng = np.random.default_rng(0)
        self._state = rng.random((case.rows or case.agents, FEATURES), np.float32)
        self._owner = rng.integers(0, case.agents, case.rows)
        owned = self._owner == np.arange(case.agents)[:, None]
        shown = self._state * owned[..., None] if case.rows else self._state
        super().__init__(list(shown), case.observation_space, case.action_space)
        self.shown = shown
        self.batched: Any = FreeBatch

    def state(self) -> np.ndarray:
        """The same table for ever."""
        return self._state


class RowFreeEnv(FreeEnv):
    """The same, offering `row_owner()`."""

    def row_owner(self) -> np.ndarray:
        """The same owners for ever."""
        return self._owner


class FreeBatch:
    """Copies of a FreeEnv, stepped together at next to no cost."""

    def __init__(self, envs: Sequence[FreeEnv]) -> None:
        self.envs, self.num_envs = list(envs), len(envs)
        self.possible_agents = envs[0].possible_agents
        self._shown = np.stack([env.shown for env in envs])
        self._states = np.stack([env.state() for env in envs])
        self._owners = np.stack([env._owner for env in envs])
        self._rewards = np.ones((self.num_envs, len(self.possible_agents)))
        self._steps = np.zeros(self.num_envs, int)

    def reset(self, seeds: Sequence[int | None], which: np.ndarray | None = None) -> dict:
        """Starts episodes."""
        self._steps[which] = 0
        return {}

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict]:
        """Returns what was prepared."""
        self._steps += 1
        return self._rewards, np.zeros(self.num_envs, bool), self._steps >= LENGTH, {}

    step_rows = step

    def observations(self) -> np.ndarray:
        """What was prepared."""
        return self._shown

    def state(self) -> np.ndarray:
        """The same tables for ever."""
        return self._states

    def row_owner(self) -> np.ndarray:
        """The same owners for ever."""
        return self._owners


class OwnNetwork(TorchRLModule):
    """One agent's network for RLlib's own runner. `model_config`: the case."""

    def setup(self) -> None:
        """Builds the network."""
        case: Case = self.model_config["case"]
        self.case = case
        sizes = [FEATURES * max(case.rows, 1), *case.hiddens]
        layers: list[torch.nn.Module] = [torch.nn.Flatten()]
        for n_in, n_out in itertools.pairwise(sizes):
            layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
        last = torch.nn.Linear(sizes[-1], CHOICES * max(case.rows, 1))
        self.net = torch.nn.Sequential(*layers, last)

    def _forward(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        outputs = self.net(batch[Columns.OBS])
        if self.case.rates:
            best = outputs.argmax(-1)
            random = torch.randint_like(best, CHOICES)
            strays = torch.rand(best.shape) < EPSILON
            return {Columns.ACTIONS: torch.where(strays, random, best)}
        logits = outputs.unflatten(-1, (self.case.rows, CHOICES))
        noise = -torch.log(-torch.log(torch.rand_like(logits).clamp(1e-10, 1 - 1e-7)))
        return {Columns.ACTIONS: (logits + noise).argmax(-1)}


class StockConfig(AlgorithmConfig):
    """RLlib's own set-up: one module per agent."""

    case: Case

    def get_default_rl_module_spec(self) -> RLModuleSpec:
        """Returns the network of one agent."""
        return RLModuleSpec(module_class=OwnNetwork, model_config={"case": self.case})
