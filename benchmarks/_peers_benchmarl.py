"""BenchMARL in the comparison: the two parts of `Experiment._collection_loop`, without its logs.

Collecting: the collector's next batch goes to the replay buffer, as there. Updating: its
`_optimizer_loop`. Runs in an environment of its own; see `_peers_venvs.py`.
"""

# What is imported is there, and not here.
# pyright: reportMissingImports=false

import copy
from collections.abc import Callable
from typing import Any

import torch
from _peers_cases import (
    BATCH,
    CAPACITY,
    CELLS,
    CHUNK,
    EPSILON,
    GAMMA,
    LEARNING_RATE,
    MIXER_WIDTH,
    STORED,
    TAU,
    Cell,
    TeamEnv,
)
from _peers_worker import Work, serve
from _prepared_env import LENGTH
from benchmarl.algorithms import IqlConfig, MaddpgConfig, QmixConfig, VdnConfig
from benchmarl.environments.common import TaskClass
from benchmarl.environments.pettingzoo.common import PettingZooClass
from benchmarl.experiment import Experiment, ExperimentConfig
from benchmarl.models.mlp import MlpConfig
from torchrl.envs import PettingZooWrapper

GROUP = "agent"  # TorchRL puts agent_0, agent_1, ... into one group of this name
NEVER = 10**9


class PreparedTask(PettingZooClass):
    """The environment as one of BenchMARL's tasks, which differ in how they are made alone."""

    def get_env_fun(self, *args: Any, device: Any = "cpu", **kwargs: Any) -> Callable[[], Any]:
        """Returns what makes a copy."""
        team = self.config["team"]
        return lambda: PettingZooWrapper(
            TeamEnv(team), categorical_actions=True, return_state=False, device=device
        )

    def supports_continuous_actions(self) -> bool:
        """Whether actions are numbers."""
        return bool(self.config["team"].numbers)

    def supports_discrete_actions(self) -> bool:
        """Whether actions are choices."""
        return not self.config["team"].numbers

    def has_state(self) -> bool:
        """Mixers and critics see all observations, as everybody's here."""
        return False

    def max_steps(self, env: Any) -> int:
        """Length of an episode."""
        return LENGTH


def algorithm_config(cell: Cell) -> Any:
    """The algorithm with BenchMARL's settings, but a critic per agent and our mixer's width."""
    kinds = {"idqn": IqlConfig, "vdn": VdnConfig, "qmix": QmixConfig, "maddpg": MaddpgConfig}
    config = kinds[cell.algorithm].get_from_yaml()
    if cell.algorithm == "qmix":
        config.mixing_embed_dim = MIXER_WIDTH
    if cell.algorithm == "maddpg":
        config.share_param_critic = False
    return config


def experiment_config(cell: Cell) -> ExperimentConfig:
    """Equal settings; nothing is evaluated, logged or clipped."""
    config = ExperimentConfig.get_from_yaml()
    values: dict[str, Any] = {
        "share_policy_params": False,
        "gamma": GAMMA,
        "lr": LEARNING_RATE,
        "clip_grad_val": None,
        "polyak_tau": TAU,
        "exploration_eps_init": EPSILON,
        "exploration_eps_end": EPSILON,
        "max_n_frames": NEVER,
        "off_policy_collected_frames_per_batch": CHUNK,
        "off_policy_n_envs_per_worker": cell.copies,
        "off_policy_train_batch_size": BATCH,
        "off_policy_memory_size": CAPACITY,
        "evaluation": False,
        "render": False,
        "loggers": [],
        "create_json": False,
    }
    for name, value in values.items():
        assert hasattr(config, name), name
        setattr(config, name, value)
    return config


def build(cell: Cell) -> Work:
    """Makes the experiment, and what a cell measures of it."""
    task: TaskClass = PreparedTask("PREPARED", {"team": cell.team})
    model = MlpConfig(
        num_cells=list(cell.team.widths),
        layer_class=torch.nn.Linear,
        activation_class=torch.nn.ReLU,
    )
    experiment = Experiment(
        task,
        algorithm_config(cell),
        model,
        seed=0,
        config=experiment_config(cell),
        critic_model_config=copy.deepcopy(model),
    )
    batches = iter(experiment.collector)
    buffer = experiment.replay_buffers[GROUP]

    def collect() -> int:
        batch = next(batches).detach()
        steps = batch.numel()
        batch = batch.exclude(*experiment._get_excluded_keys(GROUP))
        batch = experiment.algorithm.process_batch(GROUP, batch).reshape(-1)
        buffer.extend(batch.to(buffer.storage.device))
        return steps

    def update() -> int:
        experiment._optimizer_loop(GROUP)
        return 1

    if cell.kind == "sampling":
        return collect
    while len(buffer) < STORED:
        collect()
    return update


def _work(name: str) -> Work:
    return build(CELLS[name])


if __name__ == "__main__":
    torch.set_num_threads(1)
    serve(_work, ("benchmarl", "torchrl", "tensordict", "torch", "numpy", "pettingzoo"))
