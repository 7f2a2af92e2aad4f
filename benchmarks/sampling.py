"""Sampling through RLlib: the joint runner, RLlib's own runner, and a bare Python loop.

    python benchmarks/sampling.py

Takes about two minutes. The environment costs next to nothing, so that what is compared is the
machinery: 7 agents that observe (100, 9) and choose MultiDiscrete([7] * 100). All three use
networks of equal size, sample actions from them and keep what they saw. The bare loop uses the
same stacked networks as the joint runner, and batches its copies like it. Numbers are environment
steps per CPU second; ratios are taken within this run.
"""

import itertools
import logging
import statistics
import time
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import ray
import torch
from _report import report
from pettingzoo import ParallelEnv
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.core.rl_module.torch.torch_rl_module import TorchRLModule
from ray.rllib.env.multi_agent_env_runner import MultiAgentEnvRunner
from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv
from ray.tune.registry import register_env

from rllib_algos import MAMaxEntConfig
from rllib_algos.joint.env_runner import JointEnvRunner
from rllib_algos.joint.exploration import Exploration

AGENTS, ROWS, FEATURES, CHOICES, LENGTH = 7, 100, 9, 7, 50
HIDDENS = (256, 256, 256)
STEPS, ROUNDS = 200, 5


class FreeEnv(ParallelEnv):
    """An environment whose step costs next to nothing."""

    metadata = {"name": "free", "render_modes": []}  # noqa: RUF012 -- PettingZoo's way
    render_mode = None

    def __init__(self) -> None:
        self.possible_agents = [f"server_{i}" for i in range(AGENTS)]
        self.agents: list[str] = []
        rng = np.random.default_rng(0)
        owner = rng.integers(0, AGENTS, ROWS)
        self._owner, self._state = owner, rng.random((ROWS, FEATURES), np.float32)
        self._observations = {
            agent: self._state * (owner == i)[:, None]
            for i, agent in enumerate(self.possible_agents)
        }
        self._rewards = dict.fromkeys(self.possible_agents, 1.0)
        self._false = dict.fromkeys(self.possible_agents, False)
        self._true = dict.fromkeys(self.possible_agents, True)
        self._infos: dict[str, dict] = {agent: {} for agent in self.possible_agents}
        self._space = gym.spaces.Box(0, 1, (ROWS, FEATURES), np.float32)
        self._actions = gym.spaces.MultiDiscrete([CHOICES] * ROWS)

    def observation_space(self, agent: str) -> gym.Space:
        """Box (100, 9)."""
        return self._space

    def action_space(self, agent: str) -> gym.Space:
        """MultiDiscrete([7] * 100)."""
        return self._actions

    def reset(self, seed: int | None = None, options: dict | None = None) -> tuple[dict, dict]:
        """Starts an episode of 50 steps."""
        self.agents, self._step = list(self.possible_agents), 0
        return dict(self._observations), dict(self._infos)

    def step(self, actions: dict) -> tuple[dict, dict, dict, dict, dict]:
        """Returns what was prepared."""
        self._step += 1
        done = self._step >= LENGTH
        if done:
            self.agents = []
        truncated = dict(self._true if done else self._false)
        observations = dict(self._observations)
        return observations, dict(self._rewards), dict(self._false), truncated, dict(self._infos)


class RowFreeEnv(FreeEnv):
    """The same, offering `row_owner()`."""

    def row_owner(self) -> np.ndarray:
        """The same owners for ever."""
        return self._owner

    def state(self) -> np.ndarray:
        """The same table for ever."""
        return self._state


class OwnNetwork(TorchRLModule):
    """One agent's network for RLlib's own runner."""

    def setup(self) -> None:
        """Builds the network."""
        sizes = [ROWS * FEATURES, *HIDDENS]
        layers: list[torch.nn.Module] = [torch.nn.Flatten()]
        for n_in, n_out in itertools.pairwise(sizes):
            layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
        self.net = torch.nn.Sequential(*layers, torch.nn.Linear(sizes[-1], ROWS * CHOICES))

    def _forward(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        logits = self.net(batch[Columns.OBS]).unflatten(-1, (ROWS, CHOICES))
        noise = -torch.log(-torch.log(torch.rand_like(logits).clamp(1e-10, 1 - 1e-7)))
        return {Columns.ACTIONS: (logits + noise).argmax(-1)}


class StockConfig(AlgorithmConfig):
    """RLlib's own set-up: one module per agent."""

    def get_default_rl_module_spec(self) -> RLModuleSpec:
        """Returns the network of one agent."""
        return RLModuleSpec(module_class=OwnNetwork)


def joint_runner(env: type[FreeEnv], copies: int) -> Callable[[int], Any]:
    """Samples with the joint runner."""
    config = (
        MAMaxEntConfig()
        .environment(lambda config: env())
        .env_runners(num_envs_per_env_runner=copies)
        .training(actor_hiddens=HIDDENS)
    )
    runner = JointEnvRunner(config, worker_index=0)
    return lambda steps: runner.sample(num_timesteps=steps)


def own_module(agent: Any, episode: Any = None, **kwargs: Any) -> str:
    """Maps every agent to the module of its name."""
    return agent


def stock_runner(copies: int) -> Callable[[int], Any]:
    """Samples with RLlib's own runner, one module per agent."""
    register_env("free", lambda config: ParallelPettingZooEnv(FreeEnv()))
    agents = [f"server_{i}" for i in range(AGENTS)]
    config = (
        StockConfig()
        .environment("free", disable_env_checking=True, normalize_actions=False)
        .env_runners(num_envs_per_env_runner=copies)
        .multi_agent(policies=agents, policy_mapping_fn=own_module)
    )
    runner = MultiAgentEnvRunner(config, worker_index=0)
    return lambda steps: runner.sample(num_timesteps=steps)


def bare_loop(copies: int) -> Callable[[int], Any]:
    """Samples with a plain loop around the joint runner's networks."""
    config = MAMaxEntConfig().environment(lambda config: FreeEnv()).training(actor_hiddens=HIDDENS)
    actors = JointEnvRunner(config, worker_index=0).module["actors"].actors
    envs = [FreeEnv() for _ in range(copies)]
    generator, noise = torch.Generator(), Exploration()
    current = [env.reset()[0] for env in envs]

    def sample(steps: int) -> list[tuple]:
        kept = []
        for _ in range(steps // copies):
            stacked = np.stack([[o[a].ravel() for a in envs[0].possible_agents] for o in current])
            fields = {"observations_0": torch.from_numpy(stacked)}
            with torch.inference_mode():
                choices = actors.explore(fields, noise, generator)[0].numpy()
            for i, env in enumerate(envs):
                actions = dict(zip(env.possible_agents, choices[i], strict=True))
                observations, rewards, *_ = env.step(actions)
                kept.append((stacked[i], choices[i], list(rewards.values())))
                current[i] = observations if env.agents else env.reset()[0]
        return kept

    return sample


def rates(samplers: dict[str, Callable[[int], Any]]) -> dict[str, float]:
    """Steps per CPU second of each, medians over rounds in which they take turns."""
    seen: dict[str, list[float]] = {name: [] for name in samplers}
    for sample in samplers.values():
        sample(STEPS // 4)
    for _ in range(ROUNDS):
        for name, sample in samplers.items():
            start = time.process_time()
            sample(STEPS)
            seen[name].append(STEPS / (time.process_time() - start))
    return {name: round(statistics.median(values), 1) for name, values in seen.items()}


def main() -> None:
    torch.set_num_threads(1)
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    results: dict[str, Any] = {}
    for copies in (1, 8):
        found = rates(
            {
                "joint": joint_runner(FreeEnv, copies),
                "joint_with_row_owner": joint_runner(RowFreeEnv, copies),
                "stock": stock_runner(copies),
                "bare_loop": bare_loop(copies),
            }
        )
        found["joint_over_stock"] = round(found["joint"] / found["stock"], 2)
        found["joint_over_bare_loop"] = round(found["joint"] / found["bare_loop"], 2)
        results[f"{copies}_copies"] = found
    results["gain_of_8_copies"] = round(
        results["8_copies"]["joint"] / results["1_copies"]["joint"], 2
    )
    ray.shutdown()
    report("sampling", results)


if __name__ == "__main__":
    main()
