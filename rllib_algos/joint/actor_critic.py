"""Centralised critics and decentralised actors: what MADDPG and MAMaxEnt share.

Every update follows Algorithm 1 of the paper. An algorithm adds to it by `soft_value`: what counts
beside the critics' value; or says by `actor_value` what else its actors ascend.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch import Tensor, nn

from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.learner import JointLearner
from rllib_algos.joint.losses import (
    critic_inputs,
    critic_loss,
    pessimistic,
    reward_statistics,
    rewards_by_critic,
    td_target,
)
from rllib_algos.joint.policies import Decision
from rllib_algos.joint.replay import NEXT
from rllib_algos.joint.rl_modules import ACTORS, CENTRAL, ActorsModule, CentralModule


class ActorCriticLearner(JointLearner):
    """Critics every update; actors and targets every `actor_delay` updates."""

    def configure_optimizers_for_module(self, module_id: str, config: Any = None) -> None:
        """Registers one optimizer for all actors and one for all critics."""
        if module_id == ACTORS:
            networks = [self.actors_module.actors]
            self.add_network_optimizers(ACTORS, "actor", networks, self.config.actor_lr)
        else:
            networks = [self.central_module.critics]
            self.add_network_optimizers(CENTRAL, "critic", networks, self.config.critic_lr)

    @property
    def actors_module(self) -> ActorsModule:
        """The module of all policies."""
        return cast(ActorsModule, self.module[ACTORS].unwrapped())

    @property
    def central_module(self) -> CentralModule:
        """The module of critics and entropy coefficients."""
        return cast(CentralModule, self.module[CENTRAL].unwrapped())

    @property
    def layout(self) -> GroupLayout:
        """How joint observations and actions are laid out."""
        return self.actors_module.actors.layout

    def seen(self, fields: Any) -> Tensor:
        """Returns the joint observation as the critics see it."""
        return self.central_module.critics.seen(self.layout, fields)

    def rewards(self, reward: Tensor) -> Tensor:
        """Returns rewards as the critics estimate them, (C, B), from all agents', (B, N)."""
        return rewards_by_critic(reward, self.central_module.critics.num)

    def soft_value(self, value: Tensor, decisions: list[Decision], fields: Any) -> Tensor:
        """Returns what a policy is worth in total, (C, B); plain values by default."""
        return value

    def actor_value(self, batch: dict[str, Tensor], decisions: list[Decision]) -> Tensor:
        """Returns what the actors ascend, (C, B), or (N, B) with one row per agent."""
        return self.soft_value(self._policy_value(batch, decisions), decisions, batch)

    def update_networks(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Performs one update of Algorithm 1; see the module's docstring."""
        self.settle_scale(batch, self.config.gamma)
        losses = {CENTRAL: self._update_critics(batch)}
        if self.num_updates % self.config.actor_delay == 0:
            losses[ACTORS] = self._update_actors(batch)
            self.update_targets()
        return losses

    def _update_critics(self, batch: dict[str, Tensor]) -> Tensor:
        """Lines 6 to 12: Bellman residual of all critics against the target networks."""
        layout, central = self.layout, self.central_module
        with torch.no_grad():
            next_fields = {n: batch[NEXT + n] for n in layout.observation_fields}
            decisions = self.actors_module.target_actors.decide(next_fields, self.generator)
            action = layout.join([d.vector for d in decisions], next_fields)
            value = pessimistic(central.target_critics(self.seen(next_fields), action))
            value = self.soft_value(value, decisions, next_fields)
            reward = self.rewards(batch["rewards"]) * self.reward_scale
            target = td_target(reward, batch["terminated"], value, self.config.gamma)
        stored = layout.join(layout.stored_vectors(batch), batch)
        values = central.critics(self.seen(batch), stored)
        loss = critic_loss(values, target)
        self.minimize(CENTRAL, "critic", loss, self._critic_names())
        self.metrics.log_value((CENTRAL, "q_mean"), values.detach().mean(), window=1)
        return loss.detach().sum()

    def _update_actors(self, batch: dict[str, Tensor]) -> Tensor:
        """Lines 15 to 19: the value of the policies' joint action, ascended per agent."""
        decisions = self.actors_module.actors.decide(batch, self.generator)
        # The backward pass too, which evaluates critics once more where tables are large.
        with frozen(self.central_module.critics):
            loss = -self.actor_value(batch, decisions).mean(-1)
            self.minimize(ACTORS, "actor", loss, self._critic_names(len(loss)))
        entropy = self.layout.per_agent([d.entropy for d in decisions], batch)
        self.metrics.log_value((ACTORS, "entropy_mean"), entropy.detach().mean(), window=1)
        return loss.detach().sum()

    def _policy_value(self, batch: dict[str, Tensor], decisions: list[Decision]) -> Tensor:
        """Returns min Q of the policies' actions, (C, B), or (N, B) with one row per agent."""
        layout, critics = self.layout, self.central_module.critics
        state = self.seen(batch)
        action = layout.join([d.vector for d in decisions], batch)
        from_replay = self.config.other_actions == "replay"
        if critics.num == 1 and not from_replay:
            return pessimistic(critics(state, action))
        others = layout.join(layout.stored_vectors(batch), batch) if from_replay else action
        inputs = critic_inputs(action, layout.own_parts(batch), others)
        return _values_per_agent(critics, state, inputs)

    def _critic_names(self, count: int | None = None) -> list[str]:
        count = self.central_module.critics.num if count is None else count
        agents = self.layout.spaces.agents
        return list(agents) if count == len(agents) else ["all agents (shared critic)"]

    def settle_scale(self, batch: dict[str, Tensor], gamma: float | Tensor) -> None:
        """Under reward_scale="auto", measures the rewards of the first batch.

        From then on they are divided by their standard deviation, so that learning does not depend
        on their unit, and all critics begin at the rewards' mean value.
        """
        central = self.central_module
        if self.config.reward_scale != "auto" or central.reward_scale.isfinite():
            return
        reward = self.rewards(batch["rewards"])
        deviation, value = reward_statistics(reward, batch["terminated"], gamma)
        central.reward_scale.copy_(1 / deviation)
        for critics in (central.critics, central.target_critics):
            critics.shift(value / deviation)

    @property
    def reward_scale(self) -> float | Tensor:
        """What rewards are multiplied by: 1 / rows of a row-owning environment unless set."""
        if self.config.reward_scale == "auto":
            return self.central_module.reward_scale
        if self.config.reward_scale is not None:
            return self.config.reward_scale
        shape = self.layout.spaces.state_shape
        return 1.0 if shape is None else 1.0 / shape[0]


@contextmanager
def frozen(module: nn.Module) -> Iterator[None]:
    """Inside, nothing differentiates the module's parameters, so that no work is done for them."""
    module.requires_grad_(False)
    try:
        yield
    finally:
        module.requires_grad_(True)


def _values_per_agent(critics: Any, state: Tensor, inputs: Tensor) -> Tensor:
    """Returns min Q (N, B) of one joint action per agent, (N, B, A)."""
    if critics.num > 1 or len(inputs) == 1:
        return pessimistic(critics(state, inputs))
    flat = critics(torch.cat([state] * len(inputs)), inputs.flatten(0, 1))
    return pessimistic(flat)[0].unflatten(0, (len(inputs), -1))
