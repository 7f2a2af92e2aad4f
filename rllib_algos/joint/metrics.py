"""RLlib's standard metric keys for joint sampling, and the numbers that environments report."""

from collections.abc import Mapping, Sequence
from typing import Any

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

_RESERVED = {EPISODE_LEN_MAX, EPISODE_LEN_MEAN, EPISODE_RETURN_MEAN, NUM_EPISODES}


def log_steps(metrics: MetricsLogger, steps: int, agents: Sequence[str]) -> None:
    """Logs one sample() call of `steps` joint steps under RLlib's counters."""
    metrics.log_value(NUM_ENV_STEPS_SAMPLED, steps, reduce="sum")
    metrics.log_value(
        NUM_ENV_STEPS_SAMPLED_LIFETIME, steps, reduce="lifetime_sum", with_throughput=True
    )
    for agent in agents:
        metrics.log_value((NUM_AGENT_STEPS_SAMPLED, agent), steps, reduce="sum")
        metrics.log_value((NUM_AGENT_STEPS_SAMPLED_LIFETIME, agent), steps, reduce="lifetime_sum")
    module_steps = steps * len(agents)
    metrics.log_value((NUM_MODULE_STEPS_SAMPLED, ACTORS), module_steps, reduce="sum")
    metrics.log_value(
        (NUM_MODULE_STEPS_SAMPLED_LIFETIME, ACTORS), module_steps, reduce="lifetime_sum"
    )


def log_episode(runner: Any, episode: JointEpisode) -> None:
    """Logs a finished episode under RLlib's keys; the return sums all agents, as RLlib's does."""
    returns = episode.get_agent_returns()
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


def log_infos(metrics: MetricsLogger, infos: Mapping[str, Sequence[float]]) -> None:
    """Logs the mean over one sample() call of every number that the first agent's infos hold."""
    for key, values in infos.items():
        name = f"info_{key}" if key in _RESERVED else key
        metrics.log_value(name, sum(values) / len(values), reduce="mean")
