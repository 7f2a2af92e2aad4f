"""The seed decides everything, in any process."""

import os
import subprocess
import sys

import numpy as np
import pytest
import ray
from joint_envs import row_env

from rllib_algos import registry

SCRIPT = """
import hashlib, logging
import numpy as np
import ray
from joint_envs import mixed_env
from rllib_algos import MAMaxEntConfig

if not ray.is_initialized():
    ray.init(address={address!r}, log_to_driver=False, logging_level=logging.ERROR)
config = (
    MAMaxEntConfig()
    .environment(mixed_env)
    .env_runners(rollout_fragment_length=10)
    .training(learning_starts=10, actor_hiddens=[8], critic_hiddens=[8], shared_critic=False)
    .debugging(seed=7, log_level="ERROR")
)
algorithm = config.build_algo()
for _ in range(3):
    algorithm.train()
weights = algorithm.learner_group.get_weights()
digest = hashlib.sha256()
for module in sorted(weights):
    for name in sorted(weights[module]):
        digest.update(np.ascontiguousarray(weights[module][name]).tobytes())
algorithm.stop()
print("DIGEST", digest.hexdigest())
"""


def digest_in(text):
    return next(line for line in text.splitlines() if line.startswith("DIGEST"))


def test_weights_do_not_depend_on_the_process_or_its_hashes(ray_session, capsys):
    script = SCRIPT.format(address=ray.get_runtime_context().gcs_address)
    exec(compile(script, "script", "exec"), {})  # this process has random hashes
    here = digest_in(capsys.readouterr().out)
    there = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": "1", "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert digest_in(there) == here


# Ray sets deprecated options of its own when it starts a learner.
@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.data.context")
def test_a_learner_in_another_process_learns_the_same(small):
    runs = []
    for learners in (0, 1):
        config = registry.get_config("maddpg").learners(num_learners=learners)
        algorithm = small(config, row_env)
        for _ in range(3):
            algorithm.train()
        runs.append(algorithm.learner_group.get_weights())
    for module, weights in runs[0].items():
        for name, value in weights.items():
            np.testing.assert_array_equal(value, runs[1][module][name], err_msg=name)
