"""Ray Tune runs the algorithms as it runs RLlib's own."""

import numpy as np
from joint_envs import row_env
from ray import tune
from ray.rllib.algorithms.algorithm import Algorithm

import rllib_algos
from rllib_algos import MAMaxEntConfig


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
