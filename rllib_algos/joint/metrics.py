"""RLlib's standard metric keys for joint sampling, and the numbers that environments report."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from ray.rllib.utils.metrics import (
    EPISODE_LEN_MAX,
    EPISODE_LEN_MEAN,
    EPISODE_RETURN_MEAN,
    NUM_AGENT_STEPS_SAMPLED,
    NUM_AGENT_STEPS_SAMPLED_LIFETIME,
    NUM_ENV_STEPS_SAMPLED,
    NUM_ENV_STEPS_SAMPLED_LIFETIME,
    NUM_EPISODES,
    NUM_EPISODES_LIFETIME,
    NUM_MODULE_STEPS_SAMPLED,
    NUM_MODULE_STEPS_SAMPLED_LIFETIME,
)
from ray.rllib.utils.metrics.metrics_logger import MetricsLogger

from rllib_algos.joint.episode import JointEpisode
from rllib_algos.joint.rl_modules import ACTORS

LISTED_AGENTS = 32  # up to which each agent has numbers of its own in the results
_RESERVED = {EPISODE_LEN_MAX, EPISODE_LEN_MEAN, EPISODE_RETURN_MEAN, NUM_EPISODES}


class InfoMeans:
    """Sums up numbers that environments report until their means are logged."""

    def __init__(self) -> None:
        self._sums: dict[str, Any] = {}
        self._counts: dict[str, int] = {}

    def add(self, numbers: Mapping[str, Any], count: int) -> None:
        """Adds one step of `count` copies: numbers or arrays, always of the same shape."""
        for key, values in numbers.items():
            self._sums[key] = self._sums.get(key, 0.0) + values
            self._counts[key] = self._counts.get(key, 0) + count

    def log(self, metrics: MetricsLogger) -> None:
        """Logs the mean of every number."""
        for key, values in self._sums.items():
            name = f"info_{key}" if key in _RESERVED else key
            metrics.log_value(name, float(np.sum(values)) / self._counts[key], reduce="mean")


def log_steps(metrics: MetricsLogger, steps: int, agents: Sequence[str]) -> None:
    """Logs one sample() call of `steps` joint steps under RLlib's counters.

    Every agent takes part in every step. More than LISTED_AGENTS are counted together, under the
    key of their module: to log each by itself would take longer than to simulate it.
    """
    metrics.log_value(NUM_ENV_STEPS_SAMPLED, steps, reduce="sum")
    metrics.log_value(
        NUM_ENV_STEPS_SAMPLED_LIFETIME, steps, reduce="lifetime_sum", with_throughput=True
    )
    module_steps = steps * len(agents)
    counted = dict.fromkeys(agents, steps) if _listed(agents) else {ACTORS: module_steps}
    for name, count in counted.items():
        metrics.log_value((NUM_AGENT_STEPS_SAMPLED, name), count, reduce="sum")
        metrics.log_value((NUM_AGENT_STEPS_SAMPLED_LIFETIME, name), count, reduce="lifetime_sum")
    metrics.log_value((NUM_MODULE_STEPS_SAMPLED, ACTORS), module_steps, reduce="sum")
    metrics.log_value(
        (NUM_MODULE_STEPS_SAMPLED_LIFETIME, ACTORS), module_steps, reduce="lifetime_sum"
    )


def log_episode(runner: Any, episode: JointEpisode) -> None:
    """Logs a finished episode under RLlib's keys; the return sums all agents, as RLlib's does.

    Returns of single agents are left out where there are more than LISTED_AGENTS.
    """
    returns = episode.get_agent_returns() if _listed(episode.agent_ids) else {}
    runner._log_episode_metrics(
        len(episode),
        episode.get_return(),
        episode.get_duration_s(),
        returns,
        {ACTORS: episode.get_return()},
        dict.fromkeys(returns, len(episode)),
    )
    runner.metrics.log_value(NUM_EPISODES, 1, reduce="sum")
    runner.metrics.log_value(NUM_EPISODES_LIFETIME, 1, reduce="lifetime_sum")


def _listed(agents: Sequence[str]) -> bool:
    return len(agents) <= LISTED_AGENTS
