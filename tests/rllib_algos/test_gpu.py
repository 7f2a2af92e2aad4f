"""The learner on a GPU, where there is one."""

import numpy as np
import pytest
import torch
from kinds import ALL
from test_algorithms import ENVS, LEARNED, SUITED, weights

from rllib_algos import registry

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


def devices(learner):
    module = learner.module.unwrapped()
    return {parameter.device.type for part in module.values() for parameter in part.parameters()}


@pytest.mark.parametrize("num_learners", [0, 1])
@pytest.mark.parametrize("name", ALL)
def test_a_learner_on_a_gpu_learns_and_hands_its_actors_to_env_runners(small, name, num_learners):
    creator, env_config = ENVS[SUITED[name][0]]
    config = registry.get_config(name).env_runners(rollout_fragment_length=10)
    config.learners(num_learners=num_learners, num_gpus_per_learner=1)
    algorithm = small(config, creator, env_config=env_config)
    (found,) = algorithm.learner_group.foreach_learner(devices)
    assert found.get() == {"cuda"}
    before = weights(algorithm)
    for _ in range(4):
        algorithm.train()
    after = weights(algorithm)
    changed = {n for n in before if not np.array_equal(before[n], after[n])}
    assert {n.split(".")[1] for n in changed} >= LEARNED[name]
    assert all(np.isfinite(values).all() for values in after.values())
    acting = algorithm.env_runner.module["actors"].get_state()
    for key, values in acting.items():
        np.testing.assert_array_equal(values, after[f"actors.{key}"])


def test_a_checkpoint_of_a_gpu_goes_on_without_one(small, tmp_path):
    creator, env_config = ENVS["rows"]
    on_gpu = registry.get_config("maddpg").learners(num_gpus_per_learner=1)
    first = small(on_gpu, creator, env_config=env_config)
    for _ in range(4):
        first.train()
    first.save_to_path(str(tmp_path))
    second = small(registry.get_config("maddpg"), creator, env_config=env_config)
    second.restore_from_path(str(tmp_path))
    for name, values in weights(first).items():
        np.testing.assert_array_equal(values, weights(second)[name])
    second.train()
