"""The two RLModules of a joint algorithm.

`actors` holds the policies of all agents and is what env runners get; `central` holds what only
the learner needs and is never built elsewhere. Target networks are attributes that only the
learner creates, so that they reach neither env runners nor optimizers.
"""

import copy
import math
from typing import Any

import torch
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.apis import InferenceOnlyAPI, TargetNetworkAPI
from ray.rllib.core.rl_module.torch.torch_rl_module import TorchRLModule
from torch import Tensor, nn

from rllib_algos.joint.actors import Actors
from rllib_algos.joint.critics import Critics
from rllib_algos.joint.exploration import Exploration
from rllib_algos.joint.layouts import make_layout
from rllib_algos.joint.row_critics import RowCritics
from rllib_algos.joint.spaces import JointSpaces

ACTORS = "actors"
CENTRAL = "central"


class ActorsModule(TorchRLModule, InferenceOnlyAPI, TargetNetworkAPI):
    """Policies of all agents.

    `model_config`: spaces, soft, central (no if absent), exploration, and the arguments of `Actors`
    by name.
    """

    def setup(self) -> None:
        """Builds the policy networks."""
        config = self.model_config
        spaces: JointSpaces = config["spaces"]
        layout = make_layout(spaces, soft=config["soft"], central=config.get("central", False))
        self.exploration: Exploration = config["exploration"]
        self.actors = Actors(layout, **config["actors"])

    def make_target_networks(self) -> None:
        """Copies the policies; called by the learner after its optimizers exist."""
        self.target_actors = _frozen_copy(self.actors)

    def get_target_network_pairs(self) -> list[tuple[nn.Module, nn.Module]]:
        """Returns the policies and their targets."""
        return [(self.actors, self.target_actors)]

    def get_non_inference_attributes(self) -> list[str]:
        """Returns what env runners are not sent."""
        return ["target_actors"]

    def forward_target(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Returns the greedy actions of the target policies."""
        return {Columns.ACTIONS: self.target_actors.greedy(batch[Columns.OBS])}

    def forward_inference(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Returns greedy actions; skips RLlib's train/eval switch, which these networks ignore."""
        return self._forward_inference(batch)

    def forward_exploration(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Returns exploring actions."""
        return self._forward_exploration(batch, **kwargs)

    def _forward_inference(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        with torch.inference_mode():
            return {Columns.ACTIONS: self.actors.greedy(batch[Columns.OBS])}

    def _forward_exploration(
        self, batch: dict[str, Any], *, generator: torch.Generator, step: int = 0, **kwargs: Any
    ) -> dict[str, Any]:
        noise = self.exploration.at(step)
        with torch.inference_mode():
            actions = self.actors.explore(batch[Columns.OBS], noise, generator)
            return {Columns.ACTIONS: actions}

    def _forward_train(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {Columns.ACTIONS: self.actors.decide(batch[Columns.OBS], None)}


class CentralModule(TorchRLModule, TargetNetworkAPI):
    """Critics and entropy coefficients.

    `model_config`: num_critics, copies, in_size, hiddens, num_agents, initial_omega (None: there
    are no entropy coefficients), scale_rewards (whether rewards are scaled by what is measured);
    table and embedding for critics that see rows (table is absent or None for others).
    """

    def setup(self) -> None:
        """Builds the critics and, where an algorithm has them, the entropy coefficients."""
        config = self.model_config
        sizes = config["num_critics"], config["copies"]
        if config.get("table") is None:
            self.critics = Critics(*sizes, config["in_size"], config["hiddens"])
        else:
            rows = config["table"], config["hiddens"], config["embedding"]
            self.critics = RowCritics(*sizes, *rows)
        if config["initial_omega"] is not None:
            # A parameter of a module, because RLlib checkpoints nothing that a Learner holds.
            value = torch.full((config["num_agents"],), float(config["initial_omega"]))
            self.log_omega = nn.Parameter(value.log())
        if config.get("scale_rewards", False):
            self.register_buffer("reward_scale", torch.tensor(math.nan))  # until it is measured

    def make_target_networks(self) -> None:
        """Copies the critics; called by the learner after its optimizers exist."""
        self.target_critics = _frozen_copy(self.critics)

    def get_target_network_pairs(self) -> list[tuple[nn.Module, nn.Module]]:
        """Returns the critics and their targets."""
        return [(self.critics, self.target_critics)]

    def forward_target(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Returns the values of the target critics."""
        return {"values": self.target_critics(batch["state"], batch["action"])}

    def _forward(self, batch: dict[str, Tensor], **kwargs: Any) -> dict[str, Tensor]:
        return {"values": self.critics(batch["state"], batch["action"])}


class MixerModule(TorchRLModule, TargetNetworkAPI):
    """What puts the agents' values together. `model_config`: mixer (a class) and its arguments.

    Without a mixer the module is empty: the learner has no parameters beside the agents'.
    """

    def setup(self) -> None:
        """Builds the mixing network, if there is one."""
        config = self.model_config
        self.mixer = config["mixer"](**config["arguments"]) if config else None

    def make_target_networks(self) -> None:
        """Copies the mixing network; called by the learner after its optimizers exist."""
        self.target_mixer = None if self.mixer is None else _frozen_copy(self.mixer)

    def get_target_network_pairs(self) -> list[tuple[Any, Any]]:
        """Returns the mixing network and its target."""
        return [] if self.mixer is None else [(self.mixer, self.target_mixer)]

    def forward_target(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Returns the team's value by the target network."""
        assert self.target_mixer is not None
        return {"values": self.target_mixer(batch["values"], batch["state"])}

    def _forward(self, batch: dict[str, Tensor], **kwargs: Any) -> dict[str, Tensor]:
        assert self.mixer is not None
        return {"values": self.mixer(batch["values"], batch["state"])}


def _frozen_copy(module: nn.Module) -> Any:
    return copy.deepcopy(module).requires_grad_(False)
