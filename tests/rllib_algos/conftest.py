import pytest

from rllib_algos import ACConfig, DDPGConfig, DIRSConfig, IDQNConfig, ShadowPriceConfig

REPLAY = {"learning_starts": 20, "replay_capacity": 400}
VALUES = {"q_hiddens": [16]}
OWN_REWARDS = {"credit_key": None, "policy_network": "mlp", "updates_per_slot": 1.0}
ONE_ACTOR = {"actor_hiddens": [16], "critic_hiddens": [16]}
ACTORS_AND_CRITICS = {
    **ONE_ACTOR,
    "actor_delay": 2,
    "shared_critic": False,  # also where agents' rewards differ
}
IMITATION = {
    "actor_hiddens": [16],
    "num_demonstrations": 8,
    "imitation_updates": 12,
    "demonstration_iterations": 5,
}


def small_settings(config):
    """Settings of small networks and a small replay."""
    if isinstance(config, ACConfig):
        return ONE_ACTOR
    if isinstance(config, DIRSConfig):
        return IMITATION
    if isinstance(config, DDPGConfig):
        return {**REPLAY, **ONE_ACTOR}
    if isinstance(config, ShadowPriceConfig):
        return {**REPLAY, **VALUES, **OWN_REWARDS}
    return {**REPLAY, **(VALUES if isinstance(config, IDQNConfig) else ACTORS_AND_CRITICS)}


@pytest.fixture
def small(ray_session):
    """Builds algorithms with small networks; stops them after the test."""
    built = []

    def build(config, env, *, env_config=None, seed=0, **training):
        settings = {
            "train_batch_size_per_learner": 16,
            **small_settings(config),
            **training,
        }
        config = config.environment(env, env_config=env_config or {}).training(**settings)
        algorithm = config.debugging(seed=seed, log_level="ERROR").build_algo()
        built.append(algorithm)
        return algorithm

    yield build
    for algorithm in built:
        algorithm.stop()
