import pytest

from rllib_algos import IDQNConfig

VALUES = {"q_hiddens": [16]}
ACTORS_AND_CRITICS = {
    "actor_hiddens": [16],
    "critic_hiddens": [16],
    "actor_delay": 2,
    "shared_critic": False,  # also where agents' rewards differ
}


@pytest.fixture
def small(ray_session):
    """Builds algorithms with small networks; stops them after the test."""
    built = []

    def build(config, env, *, env_config=None, seed=0, **training):
        settings = {
            "learning_starts": 20,
            "train_batch_size_per_learner": 16,
            "replay_capacity": 400,
            **(VALUES if isinstance(config, IDQNConfig) else ACTORS_AND_CRITICS),
            **training,
        }
        config = config.environment(env, env_config=env_config or {}).training(**settings)
        algorithm = config.debugging(seed=seed, log_level="ERROR").build_algo()
        built.append(algorithm)
        return algorithm

    yield build
    for algorithm in built:
        algorithm.stop()
