"""The losses of MAMaxEnt: MADDPG's plus the entropy terms of Eqs. (31) to (34)."""

import math
from typing import Any

import torch
from torch import Tensor

from rllib_algos.joint.actor_critic import ActorCriticLearner
from rllib_algos.joint.losses import omega_loss, scale_entropy
from rllib_algos.joint.policies import Decision
from rllib_algos.joint.rl_modules import CENTRAL
from rllib_algos.joint.spaces import Action, CategoricalAction


class MAMaxEntLearner(ActorCriticLearner):
    """Adds omega * entropy to targets and actor losses, and trains omega."""

    def configure_optimizers_for_module(self, module_id: str, config: Any = None) -> None:
        """Adds an optimizer for the entropy coefficients."""
        super().configure_optimizers_for_module(module_id, config)
        if module_id == CENTRAL:
            params = [self.central_module.log_omega]
            self.add_optimizer(CENTRAL, "omega", params, self.config.entropy_lr)

    def soft_value(self, value: Tensor, decisions: list[Decision], fields: Any) -> Tensor:
        """Returns value + omega * entropy: Eq. (31) in targets, Eq. (33) in actor losses."""
        entropy = self.layout.per_agent([d.entropy for d in decisions], fields)
        omega = self.central_module.log_omega.detach().exp()
        return value + scale_entropy(entropy, omega, len(value))

    def update_networks(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Performs one update; entropy coefficients every `entropy_delay` updates (line 21)."""
        losses = super().update_networks(batch)
        if self.num_updates % self.config.entropy_delay == 0:
            self._update_omega(batch)
        return losses

    def _update_omega(self, batch: dict[str, Tensor]) -> None:
        """Lines 22 to 25, Eq. (34)."""
        log_omega = self.central_module.log_omega
        with torch.no_grad():
            entropies = self.actors_module.actors.entropy(batch, self.generator)
            entropy = self.layout.per_agent(entropies, batch)
            targets = [
                entropy_target(action, self.config.target_entropy).to(e.device).expand_as(e)
                for action, e in zip(self.layout.actions, entropies, strict=True)
            ]
            target = self.layout.per_agent(targets, batch)
        loss = omega_loss(log_omega, entropy, target)
        self.minimize(CENTRAL, "omega", loss, self.layout.spaces.agents)
        self.metrics.log_value((CENTRAL, "omega_mean"), log_omega.detach().exp().mean(), window=1)


def entropy_target(action: Action, target: float | None) -> Tensor:
    """Returns the target entropy of every row, (M,) for categorical actions, (1,) for others [nat].

    Args:
        action: the action.
        target: positive, a fraction of log H per row; negative, nat per row; None, 0.45 of log H.
            Continuous actions always aim at -D, as in soft actor-critic.
    """
    if not isinstance(action, CategoricalAction):
        return torch.tensor([-float(action.vector_size)])
    if target is not None and target <= 0:
        return torch.full((action.rows,), float(target))
    fraction = 0.45 if target is None else target
    return torch.tensor([fraction * math.log(size) for size in action.sizes])
