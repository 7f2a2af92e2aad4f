"""DIRS's updates: every agent imitates the best assignments that are known."""

from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from rllib_algos.dirs.losses import ensemble_loss, imitation_losses, squared_norms
from rllib_algos.dirs.replay import DEMONSTRATION, TARGET
from rllib_algos.joint.learner import JointLearner
from rllib_algos.joint.rl_modules import ACTORS, ActorsModule


class DIRSLearner(JointLearner):
    """Minimises Eq. (16) for all agents at once; rewards have no part in it."""

    def build(self) -> None:
        """Builds the networks."""
        super().build()
        self._slot_losses: list[Tensor] = []

    def configure_optimizers_for_module(self, module_id: str, config: Any = None) -> None:
        """Registers one optimizer for all actors."""
        if module_id == ACTORS:
            params = self.actors_module.actors.parameters()
            self.add_optimizer(ACTORS, "actor", params, self.config.actor_lr)

    @property
    def actors_module(self) -> ActorsModule:
        """The module of all policies."""
        return cast(ActorsModule, self.module[ACTORS].unwrapped())

    def update_networks(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Performs one update, line 5 of Algorithm 2 and line 9 of Algorithm 3."""
        actors = self.actors_module.actors
        groups = actors.layout.spaces.groups
        outputs = actors(batch)
        losses = torch.cat(
            [
                imitation_losses(z, batch[TARGET], group.agents)
                for z, group in zip(outputs, groups, strict=True)
            ],
            -1,
        )
        norms = torch.cat([squared_norms(list(net.parameters())) for net in actors.nets])
        weights = self.config.l2_weight, self.config.agent_weight
        total = ensemble_loss(losses, batch[DEMONSTRATION], norms, *weights)
        self.minimize(ACTORS, "actor", total, self._names)
        losses = losses.detach()
        self._slot_losses.append(losses.mean(-1))
        for name, loss in zip(self._names, total.detach(), strict=True):
            self.metrics.log_value((ACTORS, f"{name}_loss"), loss, window=1)
        self.metrics.log_value((ACTORS, "cross_entropy_mean"), losses.mean(), window=1)
        return {ACTORS: total.detach().sum()}

    def take_slot_losses(self) -> np.ndarray:
        """Returns the losses of all slots since the last call, the mean over agents and devices."""
        losses = torch.cat(self._slot_losses).cpu().numpy()
        self._slot_losses.clear()
        return losses

    @property
    def _names(self) -> list[str]:
        spaces = self.actors_module.actors.layout.spaces
        return [spaces.agents[agent] for group in spaces.groups for agent in group.agents]
