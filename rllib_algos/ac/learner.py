"""The losses of advantage actor-critic (Mnih et al. 2016, algorithm S3, without the threads)."""

import torch
from torch import Tensor

from rllib_algos.ac.store import DISCOUNT
from rllib_algos.joint.actor_critic import ActorCriticLearner
from rllib_algos.joint.losses import critic_loss, rewards_of, td_target
from rllib_algos.joint.replay import NEXT
from rllib_algos.joint.rl_modules import ACTORS, CENTRAL


class ACLearner(ActorCriticLearner):
    """One update of the critic V and one of the policy on every batch."""

    def update_networks(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Performs one update; the advantage is what the critic said before it learned."""
        self.settle_scale(batch, batch[DISCOUNT])
        values = self._values(batch)
        next_fields = {n: batch[NEXT + n] for n in self.layout.observation_fields}
        with torch.no_grad():
            reward = self.rewards(batch["rewards"]) * self.reward_scale
            following = self._values(next_fields)
            target = td_target(reward, batch["terminated"], following, batch[DISCOUNT])
        advantage = (target - values.detach())[0]
        loss = critic_loss(values[None], target)
        self.minimize(CENTRAL, "critic", loss, ["all agents"])
        self.metrics.log_value((CENTRAL, "value_mean"), values.detach().mean(), window=1)
        return {CENTRAL: loss.detach().sum(), ACTORS: self._update_actors_by(advantage, batch)}

    def rewards(self, reward: Tensor) -> Tensor:
        """Returns the team's reward, (1, B): the mean over agents, whose rewards may differ."""
        return rewards_of(reward, 1)

    def _update_actors_by(self, advantage: Tensor, batch: dict[str, Tensor]) -> Tensor:
        """Ascends log pi(a) A + weight * entropy."""
        if self.config.normalize_advantages and len(advantage) > 1:
            advantage = normalized(advantage)
        layout = self.layout
        log_probs, entropies = self.actors_module.actors.judge(batch, self.generator)
        log_prob = layout.per_agent(log_probs, batch).sum(-1)
        entropy = layout.per_agent(entropies, batch).sum(-1)
        weight = self.config.entropy_weight
        loss = -(log_prob * advantage + weight * entropy).mean()[None]
        self.minimize(ACTORS, "actor", loss, ["all agents"])
        self.metrics.log_value((ACTORS, "entropy_mean"), entropy.detach().mean(), window=1)
        return loss.detach().sum()

    def _values(self, fields: dict[str, Tensor]) -> Tensor:
        """Returns V of joint observations, (1, B)."""
        state = self.seen(fields)
        return self.central_module.critics(state, state[:, :0])[0]


def normalized(advantage: Tensor) -> Tensor:
    """Returns advantages (B,) moved and scaled to mean 0 and standard deviation 1."""
    return (advantage - advantage.mean()) / (advantage.std() + 1e-8)
