"""Ray Tune runs the algorithms as it runs RLlib's own."""

import functools
from pathlib import Path

import numpy as np
from joint_envs import row_env
from ray import tune
from ray.rllib.algorithms.algorithm import Algorithm

import rllib_algos
from rllib_algos import MADDPGConfig, MAMaxEntConfig
from tests.states import assert_equal_states


def test_grid_search_over_a_setting(ray_session, tmp_path):
    config = (
        MAMaxEntConfig()
        .environment(row_env)
        .training(
            critic_lr=tune.grid_search([1e-3, 1e-4]),
            actor_hiddens=[8],
            critic_hiddens=[8],
            learning_starts=10,
        )
        .debugging(seed=0, log_level="ERROR")
    )
    results = tune.Tuner(
        config.algo_class,
        param_space=config,
        tune_config=tune.TuneConfig(max_concurrent_trials=1),
        run_config=tune.RunConfig(
            storage_path=str(tmp_path),
            stop={"training_iteration": 3},
            checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=True),
            verbose=0,
        ),
    ).fit()
    assert sorted(r.config["critic_lr"] for r in results) == [1e-4, 1e-3]
    assert not results.errors
    best = results.get_best_result(metric="env_runners/score", mode="max")
    assert np.isfinite(best.metrics["learners"]["central"]["total_loss"])
    algorithm = Algorithm.from_checkpoint(best.checkpoint.path)
    assert algorithm.training_iteration == 3
    algorithm.stop()
    assert rllib_algos.load_policy(best.checkpoint.path).algorithm == "MAMaxEnt"


def fail_once(*, algorithm, marker, **kwargs):
    """Breaks off a trial before its fourth result, but not when it is tried again."""
    if algorithm.training_iteration == 3 and not Path(marker).exists():
        Path(marker).touch()
        raise RuntimeError("the power went out")


def test_a_tuner_that_is_restored_goes_on_from_the_last_checkpoint(ray_session, tmp_path):
    config = (
        MADDPGConfig()
        .environment(row_env)
        .training(actor_hiddens=[8], critic_hiddens=[8], learning_starts=10)
        .training(train_batch_size_per_learner=16, replay_capacity=400)
        .callbacks(on_train_result=functools.partial(fail_once, marker=tmp_path / "failed"))
        .debugging(seed=0, log_level="ERROR")
    )
    algorithm = config.algo_class
    broken = tune.Tuner(
        algorithm,
        param_space=config,
        run_config=tune.RunConfig(
            name="sweep",
            storage_path=str(tmp_path),
            stop={"training_iteration": 5},
            checkpoint_config=tune.CheckpointConfig(checkpoint_frequency=1),
            verbose=0,
        ),
    ).fit()
    assert "the power went out" in str(broken.errors[0])
    tuner = tune.Tuner.restore(
        str(tmp_path / "sweep"), algorithm, param_space=config, resume_errored=True
    )
    (result,) = tuner.fit()
    assert result.error is None
    assert result.metrics["env_runners"]["num_env_steps_sampled_lifetime"] == 50

    whole = config.build_algo()  # the marker is there now
    for _ in range(5):
        whole.train()
    whole.save_to_path(str(tmp_path / "whole"))
    whole.stop()
    assert_equal_states(tmp_path / "whole", Path(result.checkpoint.path))
