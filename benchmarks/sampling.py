"""Sampling through RLlib: the joint runner, RLlib's own runner, and a bare Python loop.

    python benchmarks/sampling.py [--quick]

Takes about six minutes. `servers`: 7 agents that observe (100, 9) and choose
MultiDiscrete([7] * 100). `users`: 100 agents that observe (9,) and choose Discrete(7). Their
environments cost next to nothing, so that what is compared is the machinery; `simulated_servers`
and `simulated_users` are DJTCRA's with the same spaces. All use one network per agent of equal
size, draw actions from them and keep what they saw. The bare loop, around free environments, uses
the same stacked networks as the joint runner, and batches its copies like it. `together` is the
joint runner where the environment's copies are stepped together, with 7 servers by rows of the
state that have owners; in `joint` they are stepped one by one. Numbers are environment steps per
CPU second, medians of rounds in which all samplers of a case take turns, and ratios are taken
within a round. `where_time_goes` are shares of the joint runner's time, by file, without the calls
into other files.
"""

import argparse
import cProfile
import logging
import pstats
import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import ray
import torch
from _report import report
from _sampling_cases import (
    SERVERS,
    SIMULATED_SERVERS,
    SIMULATED_USERS,
    USERS,
    Case,
    StockConfig,
)
from _turns import Rate, in_turns, ratio
from ray.rllib.env.multi_agent_env_runner import MultiAgentEnvRunner
from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv
from ray.tune.registry import register_env

from rllib_algos.joint.env_runner import JointEnvRunner

STEPS, ROUNDS = 200, 5
CASES = {
    "servers": SERVERS,
    "users": USERS,
    "simulated_servers": SIMULATED_SERVERS,
    "simulated_users": SIMULATED_USERS,
}
Sampler = Callable[[int], Any]


def joint_runner(case: Case, copies: int, *, together: bool = False) -> Sampler:
    """Samples with the joint runner."""
    config = case.joint_config().environment(lambda config: case.make(together=together))
    runner = JointEnvRunner(config.env_runners(num_envs_per_env_runner=copies), worker_index=0)
    return lambda steps: runner.sample(num_timesteps=steps)


def own_module(agent: Any, episode: Any = None, **kwargs: Any) -> str:
    """Maps every agent to the module of its name."""
    return agent


def stock_runner(case: Case, copies: int) -> Sampler:
    """Samples with RLlib's own runner, one module per agent."""
    register_env("free", lambda config: ParallelPettingZooEnv(case.make()))
    config = (
        StockConfig()
        .environment("free", disable_env_checking=True, normalize_actions=False)
        .env_runners(num_envs_per_env_runner=copies)
        .multi_agent(policies=case.make().possible_agents, policy_mapping_fn=own_module)
    )
    config.case = case
    runner = MultiAgentEnvRunner(config, worker_index=0)
    return lambda steps: runner.sample(num_timesteps=steps)


def bare_loop(case: Case, copies: int) -> Sampler:
    """Samples a free environment with a plain loop around the joint runner's networks."""
    config = case.joint_config().environment(lambda config: case.make())
    module = JointEnvRunner(config, worker_index=0).module["actors"]
    actors, noise = module.actors, module.exploration
    envs = [case.make() for _ in range(copies)]
    generator = torch.Generator()
    current = [env.reset()[0] for env in envs]

    def sample(steps: int) -> list[tuple]:
        kept = []
        for _ in range(steps // copies):
            stacked = np.stack([[o[a].ravel() for a in envs[0].possible_agents] for o in current])
            fields = {"observations_0": torch.from_numpy(stacked)}
            with torch.inference_mode():
                choices = actors.explore(fields, noise, generator)[0].numpy()
            if not case.rows:
                choices = choices[..., 0]
            for i, env in enumerate(envs):
                actions = dict(zip(env.possible_agents, choices[i], strict=True))
                observations, rewards, *_ = env.step(actions)
                kept.append((stacked[i], choices[i], list(rewards.values())))
                current[i] = observations if env.agents else env.reset()[0]
        return kept

    return sample


def rate_of(sample: Sampler) -> Rate:
    """Steps per CPU second of a sampler, which always collects as many; fewer to warm up."""

    def rate(seconds: float) -> float:
        steps, start = (STEPS if seconds else STEPS // 4), time.process_time()
        sample(steps)
        return steps / (time.process_time() - start)

    return rate


def where_time_goes(sample: Sampler) -> dict[str, float]:
    """Shares of a sampler's time, by file; the eight largest."""
    profile = cProfile.Profile(time.process_time)
    profile.runcall(sample, 5 * STEPS)
    spent: Counter[str] = Counter()
    for (file, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        spent[name if file == "~" else Path(file).name] += own
    total = spent.total()
    return {name: round(seconds / total, 3) for name, seconds in spent.most_common(8)}


def samplers(case: Case, copies: int) -> dict[str, Sampler]:
    """All that can sample a case."""
    found = {
        "together": joint_runner(case, copies, together=True),
        "joint": joint_runner(case, copies),
        "stock": stock_runner(case, copies),
    }
    return found if case.simulated else {**found, "bare_loop": bare_loop(case, copies)}


def compare(case: Case, few: int = 1, many: int = 8) -> dict[str, Any]:
    """Rates and ratios of one case with few copies and with many, which all take turns."""
    by_copies = {copies: samplers(case, copies) for copies in (few, many)}
    works = {
        (name, copies): sampler
        for copies, of_copies in by_copies.items()
        for name, sampler in of_copies.items()
    }
    each = {" ".join(map(str, key)): rate_of(sampler) for key, sampler in works.items()}
    seen = in_turns(each, rounds=ROUNDS, seconds=1.0)
    rates = dict(zip(works, seen.values(), strict=True))
    found: dict[str, Any] = {}
    for copies, of_copies in by_copies.items():
        own = {name: rates[name, copies] for name in of_copies}
        found[f"{copies}_copies"] = rates_and_ratios(own)
        for name in ("joint", "together"):
            shares = where_time_goes(of_copies[name])
            found[f"{copies}_copies"][f"where_time_goes_{name}"] = shares
    found[f"gain_of_{many}_copies"] = ratio(rates["joint", many], rates["joint", few])
    together = ratio(rates["together", many], rates["stock", few])
    return {**found, f"{many}_together_over_{few}_stock": together}


def rates_and_ratios(rates: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Median rates of samplers of as many copies, and how they compare within rounds."""
    found: dict[str, Any] = {name: statistics.median(each) for name, each in rates.items()}
    pairs = (("joint", "stock"), ("together", "stock"), ("joint", "bare_loop"))
    for name, other in pairs:
        if other in rates:
            found[f"{name}_over_{other}"] = ratio(rates[name], rates[other])
    return found


def main() -> None:
    """Measure and print the report."""
    parser = argparse.ArgumentParser(description="Environment steps per CPU second in sampling.")
    parser.add_argument("--quick", action="store_true", help="one case, to try it out")
    names = ["servers"] if parser.parse_args().quick else list(CASES)
    torch.set_num_threads(1)
    ray.init(
        "local",  # never a cluster that happens to run
        num_cpus=1,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
    )
    results = {name: compare(CASES[name]) for name in names}
    ray.shutdown()
    report("sampling", results)


if __name__ == "__main__":
    main()
