"""Trains VDN of BenchMARL, and so of TorchRL, through a task of our own.

How to run:     python examples/frameworks/with_benchmarl.py [--scenario paper] [--slots 100000]
How long:       a minute on one core
What to expect: a table of the learned policy, two rules and the bound on slots that training has
                not seen, the policy's gap to the bound, and the number of lines of glue.
Versions:       examples/frameworks/requirements/benchmarl.txt

QmixConfig, IqlConfig, IppoConfig or MappoConfig in place of VdnConfig need no other glue.
"""

# Installed in an environment of its own.
# pyright: reportMissingImports=false

import tempfile
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from _common import Arguments, arguments, report
from benchmarl.algorithms import VdnConfig
from benchmarl.environments.pettingzoo.common import PettingZooClass
from benchmarl.experiment import Experiment, ExperimentConfig
from benchmarl.models.mlp import MlpConfig
from tensordict import TensorDict
from torchrl.envs import PettingZooWrapper
from torchrl.envs.utils import ExplorationType, set_exploration_type

import edgemarl

ENV = "edgemarl/djtcra-users-v0"
GROUP = "user"  # TorchRL puts user_0, user_1, ... into one group of this name
CHUNK = 200  # slots between updates


# glue: begin
class EdgeTask(PettingZooClass):
    """A scenario as one of BenchMARL's tasks."""

    def get_env_fun(self, *args: Any, device: Any = "cpu", **kwargs: Any) -> Callable[[], Any]:
        """Returns what makes a copy."""
        make = lambda: edgemarl.make(ENV, self.config["scenario"])  # noqa: E731
        return lambda: PettingZooWrapper(make(), categorical_actions=True, device=device)

    def supports_continuous_actions(self) -> bool:
        """Whether actions are numbers."""
        return False

    def supports_discrete_actions(self) -> bool:
        """Whether actions are choices."""
        return True

    def has_state(self) -> bool:
        """Whether critics see `state()` rather than all observations, which hold the same."""
        return False

    def max_steps(self, env: Any) -> int:
        """Length of an episode."""
        return self.config["scenario"].slots_per_episode


class GroupPolicy:
    """The group's network, outside BenchMARL."""

    def __init__(self, experiment: Experiment) -> None:
        self.policy = experiment.policy

    def __call__(self, observations: dict[str, Any]) -> Mapping[str, Any]:
        """The best server for each user."""
        rows = torch.from_numpy(np.stack(list(observations.values())))
        seen = TensorDict({GROUP: TensorDict({"observation": rows}, [len(rows)])}, [])
        with torch.no_grad(), set_exploration_type(ExplorationType.DETERMINISTIC):
            chosen = self.policy(seen)[GROUP, "action"].numpy()
        return dict(zip(observations, chosen, strict=True))


# glue: end


def settings(slots: int, folder: str) -> ExperimentConfig:
    """BenchMARL's own, for a short run that logs nothing."""
    config = ExperimentConfig.get_from_yaml()
    config.gamma, config.lr, config.max_n_frames = 0.0, 1e-3, slots
    config.off_policy_collected_frames_per_batch = CHUNK
    config.off_policy_n_envs_per_worker = 2
    config.off_policy_n_optimizer_steps = 50
    config.off_policy_train_batch_size = 128
    config.off_policy_memory_size = 20_000
    config.exploration_anneal_frames = slots // 2
    config.evaluation, config.render, config.loggers, config.create_json = False, False, [], False
    config.save_folder = folder
    return config


def main(given: Arguments) -> None:
    """Train and measure."""
    task = EdgeTask("EDGE", {"scenario": given.scenario})
    model = MlpConfig(
        num_cells=[64, 64], layer_class=torch.nn.Linear, activation_class=torch.nn.ReLU
    )
    with tempfile.TemporaryDirectory() as folder:
        config = settings(given.slots, folder)
        experiment = Experiment(task, VdnConfig.get_from_yaml(), model, seed=0, config=config)
        experiment.run()
        report("benchmarl", GroupPolicy(experiment), given, __file__, env_id=ENV)


if __name__ == "__main__":
    main(arguments(slots=1000))
