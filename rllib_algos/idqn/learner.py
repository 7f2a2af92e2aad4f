"""Q-learning of many agents at once; how their values are put together is one method."""

from typing import Any, cast

import torch
from torch import Tensor

from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.learner import JointLearner
from rllib_algos.joint.losses import critic_loss, rewards_of, td_target
from rllib_algos.joint.replay import NEXT
from rllib_algos.joint.rl_modules import ACTORS, ActorsModule


class IDQNLearner(JointLearner):
    """Minimises the Bellman residual of the agents' values as `mix` puts them together.

    An agent with several rows of choices is a team of its rows: its value is their sum.
    """

    def configure_optimizers_for_module(self, module_id: str, config: Any = None) -> None:
        """Registers one optimizer for all networks."""
        if module_id == ACTORS:
            self.add_network_optimizers(ACTORS, "q", self.trained_networks(), self.config.q_lr)

    def trained_networks(self) -> list[torch.nn.Module]:
        """Returns over whose parameters the loss is minimised."""
        return [self.actors_module.actors]

    @property
    def actors_module(self) -> ActorsModule:
        """The module of all agents' networks."""
        return cast(ActorsModule, self.module[ACTORS].unwrapped())

    @property
    def layout(self) -> GroupLayout:
        """How joint observations and actions are laid out."""
        return self.actors_module.actors.layout

    def mix(self, values: Tensor, fields: dict[str, Tensor], *, target: bool) -> Tensor:
        """Returns what is learned, (B, C), from the agents' values of their actions.

        Args:
            values: (B, N).
            fields: joint observations.
            target: whether target networks are to be used.
        """
        return values

    def update_networks(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Performs one update of Q-learning on all agents, and moves the targets."""
        loss, values = self.losses(batch)
        self.minimize(ACTORS, "q", loss, self._names(len(loss)))
        self.update_targets()
        self.metrics.log_value((ACTORS, "q_mean"), values.detach().mean(), window=1)
        return {ACTORS: loss.detach().sum()}

    def losses(self, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Returns the squared Bellman residuals, (C,), and the values that are learned, (B, C)."""
        layout, actors = self.layout, self.actors_module.actors
        chosen = [batch[name].long() for name in layout.action_fields]
        values = self.mix(self._values(actors(batch), chosen, batch), batch, target=False)
        target = self._target(batch, values.shape[1])
        return critic_loss(values.transpose(0, 1)[None], target), values

    @torch.no_grad()
    def _target(self, batch: dict[str, Tensor], count: int) -> Tensor:
        """Returns R + gamma * value of the best next actions, (C, B)."""
        fields = {name: batch[NEXT + name] for name in self.layout.observation_fields}
        module = self.actors_module
        heads = module.target_actors(fields)
        judged = module.actors(fields) if self.config.double_q else heads
        best = [head.argmax(-1) for head in judged]
        value = self.mix(self._values(heads, best, fields), fields, target=True).transpose(0, 1)
        reward = rewards_of(batch["rewards"], count) * self.reward_scale
        return td_target(reward, batch["terminated"], value, self.config.gamma)

    def _values(
        self, heads: list[Tensor], choices: list[Tensor], fields: dict[str, Tensor]
    ) -> Tensor:
        """Returns the agents' values of their choices, (B, N)."""
        rows = [
            head.gather(-1, choice[..., None])[..., 0]
            for head, choice in zip(heads, choices, strict=True)
        ]
        return self.layout.per_agent(rows, fields)

    def _names(self, count: int) -> list[str]:
        agents = self.layout.spaces.agents
        return list(agents) if count == len(agents) else ["the team"]

    @property
    def reward_scale(self) -> float:
        """What rewards are multiplied by."""
        return 1.0 if self.config.reward_scale is None else self.config.reward_scale
