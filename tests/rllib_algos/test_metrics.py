"""What env runners report of their steps and episodes."""

import numpy as np
import pytest
from ray.rllib.utils.metrics.metrics_logger import MetricsLogger

from rllib_algos.joint.metrics import LISTED_AGENTS, InfoMeans, log_steps


@pytest.fixture
def metrics():
    return MetricsLogger(root=False)


def names(count):
    return tuple(f"agent_{i}" for i in range(count))


def test_few_agents_are_counted_one_by_one(metrics):
    log_steps(metrics, 5, names(LISTED_AGENTS))
    assert metrics.peek("num_env_steps_sampled") == 5
    for key in ("num_agent_steps_sampled", "num_agent_steps_sampled_lifetime"):
        assert metrics.peek(key) == dict.fromkeys(names(LISTED_AGENTS), 5)
    assert metrics.peek("num_module_steps_sampled") == {"actors": 5 * LISTED_AGENTS}


def test_many_agents_are_counted_together(metrics):
    log_steps(metrics, 5, names(LISTED_AGENTS + 1))
    for key in ("num_agent_steps_sampled", "num_agent_steps_sampled_lifetime"):
        assert metrics.peek(key) == {"actors": 5 * (LISTED_AGENTS + 1)}


def test_infos_are_averaged_over_all_steps_of_all_copies(metrics):
    means = InfoMeans()
    means.add({"qoe": np.array([1.0, 2.0]), "num_episodes": np.array([4, 4])}, 2)
    means.add({"qoe": np.array([3.0, 0.0])}, 1)  # of the first alone
    means.log(metrics)
    assert metrics.peek("qoe") == pytest.approx(2.0)
    assert metrics.peek("info_num_episodes") == 4.0  # RLlib has a number of its own by that name


def test_infos_of_copies_one_by_one_are_plain_numbers(metrics):
    means = InfoMeans()
    for score, more in ((1.0, {}), (2.0, {"rare": 7.0})):
        means.add({"score": score, **more}, 1)
    means.log(metrics)
    assert metrics.peek("score") == pytest.approx(1.5)
    assert metrics.peek("rare") == pytest.approx(7.0)
