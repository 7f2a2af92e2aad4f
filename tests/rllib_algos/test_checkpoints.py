"""Checkpoints restore exactly: weights, optimizers, replay, counters, random streams, envs."""

import numpy as np
import pytest
from joint_envs import faulty_env, meet_env, mixed_env, row_env
from kinds import ACTOR_CRITIC
from ray.rllib.algorithms.algorithm import Algorithm
from scoring_envs import scoring_env

from rllib_algos import registry
from tests.states import assert_equal_states

SCHEDULE = {"exploration_epsilon": [[0, 1.0], [60, 0.1]]}
RESUMED = [(name, env, {}) for name in ACTOR_CRITIC for env in (row_env, mixed_env, meet_env)]
RESUMED += [("idqn", row_env, SCHEDULE), ("vdn", row_env, {}), ("qmix", row_env, SCHEDULE)]
RESUMED += [("ddpg", row_env, {}), ("ac", mixed_env, {"td_steps": 3})]
RESUMED += [("dirs", scoring_env, {"updates_per_slot": 0.55, "training_interval": 3})]


def weights(algorithm):
    state = algorithm.learner_group.get_weights()
    return {f"{m}.{k}": np.array(v) for m, part in state.items() for k, v in part.items()}


def assert_equal(a, b):
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


@pytest.fixture
def restored():
    algorithms = []

    def restore(path):
        algorithms.append(Algorithm.from_checkpoint(path))
        return algorithms[-1]

    yield restore
    for algorithm in algorithms:
        algorithm.stop()


@pytest.mark.parametrize(
    ("name", "env", "training"), RESUMED, ids=lambda v: getattr(v, "__name__", None)
)
def test_resumed_run_equals_the_run_that_went_on(small, restored, tmp_path, name, env, training):
    config = registry.get_config(name).env_runners(rollout_fragment_length=10)
    algorithm = small(config, env, **training)
    for _ in range(4):
        algorithm.train()
    algorithm.save_to_path(str(tmp_path))
    again = restored(str(tmp_path))
    assert_equal(weights(algorithm), weights(again))
    assert again.training_iteration == 4
    for _ in range(3):
        expected, result = algorithm.train(), again.train()
    algorithm.save_to_path(str(tmp_path / "one"))
    again.save_to_path(str(tmp_path / "other"))
    assert_equal_states(tmp_path / "one", tmp_path / "other")
    for key in ("episode_return_mean", "num_env_steps_sampled_lifetime"):
        assert result["env_runners"][key] == expected["env_runners"][key]
    assert result["learners"]["central"]["num_updates"] == (7 if name == "ac" else 50)


def test_rolling_back_a_live_algorithm(small, tmp_path):
    algorithm = small(registry.get_config("ma_maxent"), row_env)
    for _ in range(4):
        algorithm.train()
    algorithm.save_to_path(str(tmp_path))
    runs = []
    for _ in range(2):
        for _ in range(3):
            algorithm.train()
        runs.append(weights(algorithm))
        algorithm.restore_from_path(str(tmp_path))
        actors = algorithm.env_runner.module["actors"].get_state()
        learned = weights(algorithm)
        for name, value in actors.items():
            np.testing.assert_array_equal(value, learned[f"actors.{name}"])
    assert_equal(runs[0], runs[1])


def test_relative_paths_will_do(small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    algorithm = small(registry.get_config("maddpg"), row_env)
    algorithm.save_to_path("here")
    algorithm.restore_from_path("here")
    assert (tmp_path / "here" / "joint_policy.pt").is_file()


def test_a_runner_that_starts_anew_in_a_resumed_run_does_not_repeat_its_beginning(small, tmp_path):
    settings = {"checkpoint_environments": False}
    algorithm = small(registry.get_config("maddpg"), row_env, **settings)
    algorithm.train()
    first = algorithm.replay.get_state()["data"]["state"][0]
    algorithm.save_to_path(str(tmp_path))
    again = small(registry.get_config("maddpg"), row_env, **settings)
    again.restore_from_path(str(tmp_path))
    size = len(again.replay)
    again.train()
    states = again.replay.get_state()["data"]["state"]
    assert len(again.replay) == 2 * size
    assert sum(np.array_equal(state, first) for state in states) == 1


def test_replay_can_be_left_out(small, restored, tmp_path):
    algorithm = small(registry.get_config("maddpg"), row_env, checkpoint_replay=False)
    for _ in range(4):
        algorithm.train()
    assert len(algorithm.replay) == 40
    algorithm.save_to_path(str(tmp_path))
    again = restored(str(tmp_path))
    assert len(again.replay) == 0
    again.train()
    assert_equal(weights(algorithm), weights(again))  # nothing is learned before it is refilled
    again.train()
    again.train()
    assert not np.array_equal(
        weights(algorithm)["central.critics.net.weights.0"],
        weights(again)["central.critics.net.weights.0"],
    )


def test_entropy_coefficients_are_restored(small, restored, tmp_path):
    algorithm = small(registry.get_config("ma_maxent"), row_env, entropy_lr=0.1)
    for _ in range(4):
        algorithm.train()
    omega = weights(algorithm)["central.log_omega"]
    assert not np.allclose(omega, omega[0])
    algorithm.save_to_path(str(tmp_path))
    np.testing.assert_array_equal(weights(restored(str(tmp_path)))["central.log_omega"], omega)


@pytest.mark.parametrize("fault", ["reward", "observation", "step"])
def test_a_failing_run_leaves_its_checkpoint_intact(small, restored, tmp_path, fault):
    env_config = {"fault": fault, "after": 45}
    algorithm = small(registry.get_config("maddpg"), faulty_env, env_config=env_config)
    for _ in range(4):
        algorithm.train()
    algorithm.save_to_path(str(tmp_path))
    good = weights(algorithm)
    with pytest.raises((ValueError, RuntimeError), match=r"server_0|the simulator broke"):
        algorithm.train()
    assert_equal(weights(restored(str(tmp_path))), good)


def test_nan_loss_is_an_error_that_changes_nothing(small):
    algorithm = small(registry.get_config("maddpg"), row_env)
    for _ in range(3):
        algorithm.train()
    before = weights(algorithm)
    algorithm.replay._data["rewards"][:] = np.nan
    with pytest.raises(FloatingPointError, match="critic loss of server_0, server_1, server_2"):
        algorithm.train()
    assert_equal(weights(algorithm), before)


def test_replay_of_another_size_is_refused(small, tmp_path):
    small(registry.get_config("maddpg"), row_env).save_to_path(str(tmp_path))
    other = small(registry.get_config("maddpg"), row_env, replay_capacity=300)
    with pytest.raises(ValueError, match=r"replay_capacity is 300, but .* 400"):
        other.restore_from_path(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("maddpg", {}, "algorithm must be that of the checkpoint .*'MAMaxEnt', got 'MADDPG'"),
        ("ma_maxent", {"env_config": {"agents": 2}}, "agents must be that of .*'server_2'.*, got"),
        ("ma_maxent", {"env_config": {"rows": 4}}, r"state shape must be that of .*\(6, 4\)"),
        ("ma_maxent", {"env_config": {"width": 2}}, "observations and actions must be that of"),
        ("ma_maxent", {"actor_hiddens": [8]}, r"hidden layers must be .* \[16\], got \[8\]"),
    ],
    ids=["algorithm", "agents", "state", "actions", "networks"],
)
def test_a_checkpoint_that_does_not_fit_is_refused(small, tmp_path, name, settings, message):
    small(registry.get_config("ma_maxent"), row_env).save_to_path(str(tmp_path))
    other = small(registry.get_config(name), row_env, **settings)
    before = weights(other)
    with pytest.raises(ValueError, match=message):
        other.restore_from_path(str(tmp_path))
    assert_equal(weights(other), before)
