"""Small cooperative games whose best value is known."""

import numpy as np
import pytest
from joint_envs import climb_env, meet_env, row_env
from kinds import ACTOR_CRITIC, CENTRAL, is_value_based

from rllib_algos import registry

ACTORS_AND_CRITICS = {
    "actor_lr": 3e-3,
    "critic_lr": 3e-3,
    "actor_hiddens": [32],
    "critic_hiddens": [64],
    "actor_delay": 1,
}
AC = {
    "actor_lr": [[0, 5e-3], [2000, 0.0]],
    "critic_lr": 1e-2,
    "actor_hiddens": [32],
    "critic_hiddens": [32],
    "train_batch_size_per_learner": 16,
}
VALUES = {"q_lr": 3e-3, "q_hiddens": [32]}
ROWS = {"agents": 2, "rows": 3, "features": 2, "width": 2}


def train(small, name, env, steps, env_config=None, **training):
    replay = {"learning_starts": 100, "replay_capacity": 3000, "tau": 0.02}
    settings = {
        **(VALUES if is_value_based(name) else ACTORS_AND_CRITICS),
        **replay,
        "train_batch_size_per_learner": 64,
        **training,
    }
    if name == "ac":  # it has no replay
        settings = {**AC, **training}
    config = registry.get_config(name).env_runners(rollout_fragment_length=50)
    algorithm = small(config, env, env_config=env_config, **settings)
    for _ in range(steps // 50):
        algorithm.train()
    return algorithm


def greedy(algorithm, episodes=40):
    fragments = algorithm.env_runner.sample(num_episodes=episodes, explore=False)
    return float(np.concatenate([f.rewards[:, 0] for f in fragments]).mean())


@pytest.mark.parametrize("name", ACTOR_CRITIC)
def test_the_best_cell_of_a_matrix_game(small, name):
    # Random play earns 0.31, the best cell 1.
    algorithm = train(small, name, climb_env, 1500, exploration_epsilon=0.2)
    assert greedy(algorithm) == 1.0


@pytest.mark.parametrize("name", ACTOR_CRITIC)
def test_moving_to_a_point(small, name):
    # Random play earns about -2.1, standing still -1, the optimum is 0.
    algorithm = train(small, name, meet_env, 1500, gamma=0.0)
    assert greedy(algorithm) > -0.25


@pytest.mark.parametrize("name", ACTOR_CRITIC)
@pytest.mark.parametrize("relaxation", ["sampled", "softmax"])
def test_rows_learn_their_own_best_choice(small, name, relaxation):
    # Random play earns 1.5 of 3.
    algorithm = train(
        small,
        name,
        row_env,
        1500,
        env_config=ROWS,
        action_relaxation=relaxation,
        shared_critic=True,
        exploration_epsilon=0.2,
    )
    assert greedy(algorithm) > 2.5


@pytest.mark.parametrize("name", ["idqn", "vdn"])
def test_values_of_rows_add_up_to_good_choices(small, name):
    settings = {"env_config": ROWS, "gamma": 0.0, "exploration_epsilon": 0.3}
    algorithm = train(small, name, row_env, 1500, **settings)
    assert greedy(algorithm) > 2.5


@pytest.mark.parametrize("name", CENTRAL)
def test_one_network_learns_the_best_cell_of_a_matrix_game(small, name):
    algorithm = train(small, name, climb_env, 1500)
    assert greedy(algorithm) == 1.0


@pytest.mark.parametrize("name", CENTRAL)
def test_one_network_moves_all_agents_to_a_point(small, name):
    algorithm = train(small, name, meet_env, 2000, gamma=0.0)
    assert greedy(algorithm) > -0.3


def test_one_network_learns_choices_that_depend_on_everything(small):
    algorithm = train(small, "ac", row_env, 2000, env_config=ROWS, gamma=0.0)
    assert greedy(algorithm) > 2.4
