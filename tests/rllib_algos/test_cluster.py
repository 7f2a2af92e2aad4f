"""Training across the machines of a cluster, of which this one plays two."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from kinds import ALL

SCRIPT = """
import json, logging, sys, time
from pathlib import Path
import numpy as np
import ray
from joint_envs import row_env
from ray.cluster_utils import Cluster
from rllib_algos import registry

head = {"num_cpus": 0, "include_dashboard": False}  # the learner's machine collects nothing
cluster = Cluster(initialize_head=True, head_node_args=head)
second = cluster.add_node(num_cpus=1)
ray.init(address=cluster.address, log_to_driver=False, logging_level=logging.ERROR)
config = (
    registry.get_config("maddpg")
    .environment(row_env)
    .env_runners(num_env_runners=1)
    .training(learning_starts=20, train_batch_size_per_learner=16)
    .training(actor_hiddens=[8], critic_hiddens=[8], replay_capacity=400)
    .debugging(seed=0, log_level="ERROR")
)
algorithm = config.build_algo()

def look(runner):
    return ray.get_runtime_context().get_node_id(), runner.module["actors"].get_state()

def state(result):
    ((node, acting),) = algorithm.env_runner_group.foreach_env_runner(look, local_env_runner=False)
    learned = algorithm.learner_group.get_weights(["actors"])["actors"]
    return {
        "runner": node,
        "steps": result["env_runners"]["num_env_steps_sampled_lifetime"],
        "updates": result["learners"]["central"]["num_updates"],
        "same actors": all(np.array_equal(acting[name], learned[name]) for name in acting),
    }

for _ in range(4):
    result = algorithm.train()
report = {"driver": ray.get_runtime_context().get_node_id(), "second": second.node_id}
report["before"] = state(result)

cluster.remove_node(second)
third = cluster.add_node(num_cpus=1)
report["third"] = third.node_id
deadline = time.monotonic() + 240
while result["env_runners"]["num_env_steps_sampled_lifetime"] < 60:
    result = algorithm.train()
    assert time.monotonic() < deadline
report["after"] = state(result)
algorithm.stop()
ray.shutdown()

from edgemarl.experiments import training

training.train(
    "maddpg",
    "tiny",
    slots=50,
    out=sys.argv[1],
    settings={"actor_hiddens": [8], "critic_hiddens": [8], "learning_starts": 20},
    env_runners=1,
    address=cluster.address,
    validation_slots=2,
)
report["saved"] = [path.name for path in Path(sys.argv[1], "checkpoints").iterdir()]
report["alive"] = len(cluster.list_all_nodes())
cluster.shutdown()
print(json.dumps(report))
"""

ON_BOTH_NODES = """
import json, logging, sys
import numpy as np
import ray
from conftest import small_settings
from ray.cluster_utils import Cluster
from rllib_algos import registry
from test_algorithms import ENVS, SUITED

head = {"num_cpus": 0, "include_dashboard": False}
cluster = Cluster(initialize_head=True, head_node_args=head)
both = [cluster.add_node(num_cpus=1).node_id for _ in range(2)]
ray.init(address=cluster.address, log_to_driver=False, logging_level=logging.ERROR)

def node(runner):
    return ray.get_runtime_context().get_node_id()

def actors(algorithm):
    return algorithm.learner_group.get_weights(["actors"])["actors"]

report = {}
for name in sys.argv[1:]:
    creator, env_config = ENVS[SUITED[name][0]]
    config = registry.get_config(name)
    config.environment(creator, env_config=env_config)
    config.env_runners(num_env_runners=2, rollout_fragment_length=10)
    config.training(train_batch_size_per_learner=16, **small_settings(config))
    algorithm = config.debugging(seed=0, log_level="ERROR").build_algo()
    nodes = algorithm.env_runner_group.foreach_env_runner(node, local_env_runner=False)
    before = actors(algorithm)
    for _ in range(4):
        result = algorithm.train()
    after = actors(algorithm)
    report[name] = {
        "on both": sorted(nodes) == sorted(both),
        "steps": result["env_runners"]["num_env_steps_sampled_lifetime"],
        "learned": any(not np.array_equal(before[key], after[key]) for key in before),
    }
    algorithm.stop()
ray.shutdown()
cluster.shutdown()
print(json.dumps(report))
"""


def run(script, *arguments, patience=400):
    """A process of its own: this one is connected to another ray."""
    pytest.importorskip("ray")
    here = Path(__file__).parent
    path = [str(here), str(here.parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path), "PYTHONWARNINGS": "ignore"}
    environment.pop("RAY_ADDRESS", None)
    process = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=patience,
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout.splitlines()[-1])


def test_env_runners_on_other_nodes_of_a_cluster_train_and_survive_the_loss_of_one(tmp_path):
    found = run(SCRIPT, str(tmp_path / "run"))
    before, after = found["before"], found["after"]
    assert before["runner"] == found["second"]
    assert after["runner"] == found["third"]
    assert found["driver"] not in (before["runner"], after["runner"])
    assert (before["steps"], before["updates"]) == (40, 20)
    assert (after["steps"], after["updates"]) == (60, 40)
    assert before["same actors"]
    assert after["same actors"]
    assert found["saved"] == ["slots_000000050"]
    assert found["alive"] == 2


@pytest.mark.slow
@pytest.mark.timeout(1900)
def test_every_algorithm_trains_with_env_runners_on_two_nodes():
    found = run(ON_BOTH_NODES, *ALL, patience=1800)
    assert sorted(found) == ALL
    for name, seen in found.items():
        assert seen == {"on both": True, "steps": 80, "learned": True}, name
