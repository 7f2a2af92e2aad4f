"""Regression of the value of every choice on the choice's own credit."""

from typing import Any, cast

import torch
from torch import Tensor

from rllib_algos.idqn.learner import IDQNLearner
from rllib_algos.joint.actors import Actors
from rllib_algos.joint.losses import polyak
from rllib_algos.joint.replay import NEXT
from rllib_algos.joint.rl_modules import CENTRAL
from rllib_algos.joint.rows import RowLayout
from rllib_algos.shadow_price.credit import CREDITS
from rllib_algos.shadow_price.losses import credit_loss
from rllib_algos.shadow_price.rl_module import ValuesModule


class ShadowPriceLearner(IDQNLearner):
    """Minimises the squared error of the values of own choices; the actors follow.

    What is trained is the learner's own networks. The actors are their moving average: they act,
    and they judge what comes next where gamma > 0.
    """

    def configure_optimizers_for_module(self, module_id: str, config: Any = None) -> None:
        """Registers the optimizers of all networks."""
        if module_id == CENTRAL:
            self.add_network_optimizers(CENTRAL, "q", self.trained_networks(), self.config.q_lr)

    def make_targets(self) -> None:
        """Makes none: the actors are the targets."""

    def trained_networks(self) -> list[torch.nn.Module]:
        """Returns over whose parameters the loss is minimised."""
        return [self.values]

    @property
    def values(self) -> Actors:
        """The networks that are trained."""
        return cast(ValuesModule, self.module[CENTRAL].unwrapped()).values

    def update_networks(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Performs one update of all networks, and moves the actors, Eqs. (5) to (7)."""
        chosen = [batch[name].long() for name in self.layout.action_fields]
        values = self._parts(self.values.of_choices(batch, chosen), batch)
        loss = credit_loss(values, self._credit_target(batch), self._present(batch))
        self.minimize(CENTRAL, "q", loss[None], ["all agents"])
        self.update_targets()
        self.metrics.log_value((CENTRAL, "value_mean"), values.detach().mean(), window=1)
        return {CENTRAL: loss.detach()}

    def update_targets(self) -> None:
        """Moves the actors by `tau`; at first by more, so that they are the mean of all updates."""
        polyak(self.values, self.actors_module.actors, max(self.config.tau, 1 / self.num_updates))

    @torch.no_grad()
    def _credit_target(self, batch: dict[str, Tensor]) -> Tensor:
        """Returns credits and, discounted, the best values of the next observation, Eq. (6)."""
        credits = batch[CREDITS] if self.config.credit_key else batch["rewards"]
        credits = credits * self.reward_scale
        if not self.config.gamma:
            return credits
        fields = {name: batch[NEXT + name] for name in self.layout.observation_fields}
        judge = self.values if self.config.double_q else self.actors_module.actors
        best = [head.argmax(-1) for head in judge(fields)]
        value = self._parts(self.actors_module.actors.of_choices(fields, best), fields)
        going_on = self.config.gamma * (1 - batch["terminated"])[:, None]
        return credits + going_on * value * self._present(fields)

    def _parts(self, values: list[Tensor], fields: dict[str, Tensor]) -> Tensor:
        """Returns the values that have a credit each: (B, R) of rows, else (B, N) of agents.

        Args:
            values: per group, (B, n, M) of choices.
            fields: joint observations.
        """
        return values[0] if self._by_row else self.layout.per_agent(values, fields)

    def _present(self, fields: dict[str, Tensor]) -> Tensor:
        """Returns 1 for every credit that somebody has earned, (B, R) or (1, 1); 0 for others."""
        if self._by_row:
            return (fields["owner"] >= 0).float()
        return torch.ones(1, 1, device=self._device)

    @property
    def _by_row(self) -> bool:
        return self.config.credit_key is not None and isinstance(self.layout, RowLayout)
