import logging
import os
import sys
from pathlib import Path

import pytest

HERE = str(Path(__file__).parent)
sys.path.insert(0, HERE)  # for joint_envs


@pytest.fixture(scope="session")
def ray_session():
    """One Ray of two CPUs for all tests that build an algorithm."""
    import ray

    logging.getLogger("ray").setLevel(logging.ERROR)
    before = os.environ.get("PYTHONPATH")
    # Env runners in other processes import the environments, too; they inherit this.
    os.environ["PYTHONPATH"] = os.pathsep.join([HERE, *([before] if before else [])])
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield
    ray.shutdown()
    os.environ.pop("PYTHONPATH")
    if before is not None:
        os.environ["PYTHONPATH"] = before


@pytest.fixture
def small(ray_session):
    """Builds algorithms with small networks; stops them after the test."""
    built = []

    def build(config, env, *, env_config=None, seed=0, **training):
        settings = {
            "learning_starts": 20,
            "train_batch_size_per_learner": 16,
            "replay_capacity": 400,
            "actor_hiddens": [16],
            "critic_hiddens": [16],
            "actor_delay": 2,
            "shared_critic": False,  # also where agents' rewards differ
            **training,
        }
        config = config.environment(env, env_config=env_config or {}).training(**settings)
        algorithm = config.debugging(seed=seed, log_level="ERROR").build_algo()
        built.append(algorithm)
        return algorithm

    yield build
    for algorithm in built:
        algorithm.stop()
