"""Every registered algorithm builds, trains and repeats itself, on every kind of environment."""

import numpy as np
import pytest
from joint_envs import climb_env, meet_env, mixed_env, row_env
from kinds import ACTOR_CRITIC, ALL, CENTRAL, IMITATING, VALUE_BASED
from recorder import Recorder
from scoring_envs import scoring_env

from rllib_algos import registry

CHOICES = {"continuous": False}
ENVS = {
    "rows": (row_env, {}),
    "rows of nobody": (row_env, {"nobody": True}),
    "probabilities": (row_env, {"probability": True}),
    "mixed": (mixed_env, {}),
    "categorical": (mixed_env, CHOICES),
    "terminating": (climb_env, {}),
    "continuous": (meet_env, {}),
    "scores": (scoring_env, {}),
}
CONTINUOUS = ("mixed", "continuous")
ANY = [env for env in ENVS if env != "scores"]
SUITED = {name: [env for env in ANY if env != "categorical"] for name in ACTOR_CRITIC}
SUITED |= {name: ["rows of nobody", "probabilities", "mixed"] for name in CENTRAL}
SUITED |= {name: ["scores"] for name in IMITATING}
SUITED["idqn"] = [env for env in ANY if env not in CONTINUOUS]
# The rest is IDQN's.
SUITED |= {name: ["rows", "categorical"] for name in ("vdn", "qmix", "shadow_price")}
LEARNED = {
    "ac": {"actors", "critics"},
    "ddpg": {"actors", "target_actors", "critics", "target_critics"},
    "dirs": {"actors"},
    "idqn": {"actors", "target_actors"},
    "vdn": {"actors", "target_actors"},
    "maddpg": {"actors", "target_actors", "critics", "target_critics"},
    "ma_maxent": {"actors", "target_actors", "critics", "target_critics"},
    "qmix": {"actors", "target_actors", "mixer", "target_mixer"},
    "shadow_price": {"actors", "values"},
}


def weights(algorithm):
    state = algorithm.learner_group.get_weights()
    return {f"{m}.{k}": np.array(v) for m, part in state.items() for k, v in part.items()}


def assert_equal(a, b):
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def test_the_kinds_are_all_there_is():
    assert registry.names() == ALL


@pytest.mark.parametrize(
    ("name", "env"),
    [(name, env) for name in ALL for env in SUITED[name]],
    ids=lambda text: text.replace(" ", "_"),
)
def test_trains_on_every_kind_of_environment(small, name, env):
    creator, env_config = ENVS[env]
    config = registry.get_config(name).env_runners(rollout_fragment_length=10)
    algorithm = small(config, creator, env_config=env_config)
    before = weights(algorithm)
    for _ in range(4):
        result = algorithm.train()
    after = weights(algorithm)
    changed = {n for n in before if not np.array_equal(before[n], after[n])}
    assert {n.split(".")[1] for n in changed} >= LEARNED[name]
    assert result["env_runners"]["num_env_steps_sampled_lifetime"] == 40
    updates = {"ac": 4, "dirs": 12 + 8}.get(name, 20)
    assert result["learners"]["central"]["num_updates"] == updates


@pytest.mark.parametrize("env", CONTINUOUS)
@pytest.mark.parametrize("name", VALUE_BASED)
def test_values_of_continuous_actions_are_refused(small, name, env):
    agent = {"mixed": "mover", "continuous": "x"}[env]
    message = f"Discrete or MultiDiscrete .*agent '{agent}' has a Box; use maddpg or ma_maxent"
    with pytest.raises(ValueError, match=message):
        small(registry.get_config(name), ENVS[env][0])


@pytest.mark.parametrize("name", ACTOR_CRITIC)
@pytest.mark.parametrize(
    "training",
    [
        {"shared_critic": True},
        {"twin_critics": False, "actor_delay": 1, "other_actions": "replay"},
        {"shared_critic": True, "other_actions": "replay"},
        {"action_relaxation": "softmax"},
        {"action_relaxation": "sampled", "exploration_epsilon": 0.5},
        {"grad_clip": 0.5, "reward_scale": 2.0, "updates_per_slot": 0.5},
        {"actor_lr": [[0, 1e-3], [100, 1e-4]]},
    ],
    ids=lambda t: "-".join(t),
)
def test_trains_with_every_option(small, name, training):
    algorithm = small(registry.get_config(name), row_env, **training)
    for _ in range(4):
        result = algorithm.train()
    assert np.isfinite(result["learners"]["central"]["total_loss"])


@pytest.mark.parametrize(
    ("name", "training"),
    [
        ("ddpg", {"twin_critics": True, "actor_delay": 2, "action_relaxation": "softmax"}),
        ("ddpg", {"grad_clip": 0.5, "reward_scale": 2.0, "gaussian_noise": 0.5}),
        ("ac", {"td_steps": 4, "entropy_weight": 0.0, "train_batch_size_per_learner": 3}),
        ("ac", {"normalize_advantages": False, "actor_lr": [[0, 1e-3], [100, 1e-4]]}),
    ],
    ids=str,
)
def test_central_networks_train_with_every_option(small, name, training):
    algorithm = small(registry.get_config(name), mixed_env, **training)
    for _ in range(4):
        result = algorithm.train()
    assert np.isfinite(result["learners"]["central"]["total_loss"])


@pytest.mark.parametrize(
    "training",
    [
        {"dueling": True, "double_q": False},
        {"shared_networks": True, "exploration_epsilon": [[0, 1.0], [30, 0.1]]},
        {"grad_clip": 0.5, "reward_scale": 2.0, "updates_per_slot": 0.5},
        {"q_lr": [[0, 1e-3], [100, 1e-4]]},
    ],
    ids=lambda t: "-".join(t),
)
def test_values_train_with_every_option(small, training):
    name = "qmix" if "dueling" in training else "idqn"
    algorithm = small(registry.get_config(name), mixed_env, env_config=CHOICES, **training)
    for _ in range(4):
        result = algorithm.train()
    assert np.isfinite(result["learners"]["actors"]["total_loss"])


@pytest.mark.parametrize("name", ALL)
def test_same_seed_gives_same_weights(small, name):
    runs = []
    for seed in (3, 3, 4):
        creator = scoring_env if name in IMITATING else row_env
        algorithm = small(registry.get_config(name), creator, seed=seed)
        for _ in range(4):
            algorithm.train()
        runs.append(weights(algorithm))
    assert_equal(runs[0], runs[1])
    assert any(not np.array_equal(runs[0][n], runs[2][n]) for n in runs[0])


def test_callbacks_fire_and_metrics_carry_the_infos(small):
    config = registry.get_config("maddpg").callbacks(Recorder)
    algorithm = small(config, row_env)
    runner = algorithm.train()["env_runners"]
    assert runner["starts"] == 3  # two finished episodes of five steps, and the one after them
    assert runner["ends"] == 2
    assert runner["num_episodes"] == 2
    assert runner["episode_len_mean"] == 5
    assert runner["episode_return_mean"] == pytest.approx(runner["seen_return"])
    # three agents, each with the shared score
    assert runner["episode_return_mean"] == pytest.approx(3 * 5 * runner["score"])
    assert runner["step"] == pytest.approx(3.0)
    assert "name" not in runner
