"""Settings of algorithms with centralised critics and decentralised actors."""

import math
from typing import Any, Self

from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.utils.from_config import NotProvided

from rllib_algos.joint.config import assign_provided
from rllib_algos.joint.exploration import Exploration
from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.layouts import make_layout
from rllib_algos.joint.rl_modules import CentralModule
from rllib_algos.joint.row_config import NETWORKS, RowNetworkConfig, table_of
from rllib_algos.joint.spaces import CategoricalAction, JointSpaces
from rllib_algos.joint.specs import joint_specs
from rllib_algos.joint.validation import (
    check_at_least,
    check_choice,
    check_epsilon,
    check_interval,
    check_learning_rate,
    check_switch,
    check_widths,
)


class ActorCriticConfig(RowNetworkConfig):
    """What MADDPG, MAMaxEnt and DDPG can all be told."""

    scales_rewards = True
    central_policy = False  # whether one network acts for all agents
    gaussian_policies = False  # whether Box policies are tanh-Gaussian instead of deterministic

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class)
        self.actor_lr = 5e-4
        self.critic_lr = 1e-3
        self.actor_hiddens = (256, 256, 256)
        self.critic_hiddens = (256, 256, 256)
        self.critic_network = "mlp"
        self.twin_critics = True
        self.shared_critic = True
        self.actor_delay = 2
        self.other_actions = "policy"
        self.action_relaxation = "auto"
        self.exploration_epsilon = 0.0
        self.gumbel_noise = 1.0
        self.gaussian_noise = 0.1

    def training(
        self,
        *,
        actor_lr: Any = NotProvided,
        critic_lr: Any = NotProvided,
        actor_hiddens: Any = NotProvided,
        critic_hiddens: Any = NotProvided,
        critic_network: Any = NotProvided,
        twin_critics: Any = NotProvided,
        shared_critic: Any = NotProvided,
        actor_delay: Any = NotProvided,
        other_actions: Any = NotProvided,
        action_relaxation: Any = NotProvided,
        exploration_epsilon: Any = NotProvided,
        gumbel_noise: Any = NotProvided,
        gaussian_noise: Any = NotProvided,
        **kwargs: Any,
    ) -> Self:
        """Sets training parameters.

        Args:
            actor_lr: learning rate of the actors; a number or a schedule.
            critic_lr: learning rate of the critics; a number or a schedule.
            actor_hiddens: widths of the actors' hidden layers.
            critic_hiddens: widths of the critics' hidden layers.
            twin_critics: whether every critic exists twice and the minimum counts.
            shared_critic: whether one critic serves all agents, who must then get equal rewards,
                instead of one per agent (the paper). Equal rewards make all critics estimate
                the same value, so that sharing saves their work and nothing else.
            actor_delay: updates between updates of actors and targets, lambda of the paper.
            other_actions: "policy": an actor's loss lets the other agents act by their current
                policies (the paper); "replay": it takes their stored actions (Lowe et al. 2017).
            action_relaxation: how critics see categorical actions. "softmax": as probabilities,
                whose argmax is executed (the paper); "sampled": as the one-hot action that was
                sampled and executed; "auto": "softmax" where the environment itself takes
                probabilities, "sampled" elsewhere.
            exploration_epsilon: see `Exploration.epsilon`.
            gumbel_noise: see `Exploration.gumbel_noise`.
            gaussian_noise: see `Exploration.gaussian_noise`.
            critic_network: "mlp": critics see all rows side by side; "rows": they see them one by
                one, with hidden layers and embeddings as networks for rows have them, see
                `row_critics.RowCritics`.
            kwargs: those of `RowNetworkConfig.training`.
        """
        assign_provided(self, locals(), ActorCriticConfig.training)
        super().training(**kwargs)
        return self

    def paper(self) -> Self:
        """Sets what Chen et al. print: tables III and IV and Algorithm 1."""
        return self.training(
            actor_lr=1e-4,
            critic_lr=1e-4,
            actor_delay=15,
            shared_critic=False,
            action_relaxation="softmax",
        )

    def validate(self) -> None:
        """Checks all settings."""
        super().validate()
        for name in ("actor_lr", "critic_lr"):
            check_learning_rate(name, getattr(self, name))
        check_widths("actor_hiddens", self.actor_hiddens)
        check_widths("critic_hiddens", self.critic_hiddens)
        check_choice("critic_network", self.critic_network, NETWORKS)
        check_at_least("actor_delay", self.actor_delay, 1)
        check_choice("other_actions", self.other_actions, ("policy", "replay"))
        relaxations = ("auto", "softmax", "sampled")
        check_choice("action_relaxation", self.action_relaxation, relaxations)
        check_epsilon("exploration_epsilon", self.exploration_epsilon)
        for name in ("gumbel_noise", "gaussian_noise"):
            check_interval(name, getattr(self, name), 0, math.inf, closed="low")
        for name in ("twin_critics", "shared_critic"):
            check_switch(name, getattr(self, name))

    def make_layout(self, spaces: JointSpaces) -> GroupLayout:
        """Returns how joint observations and actions are stored."""
        soft = self.action_relaxation == "softmax"
        if self.action_relaxation == "auto":
            actions = [group.action for group in spaces.groups]
            soft = any(isinstance(a, CategoricalAction) and a.probabilities for a in actions)
        return make_layout(spaces, soft=soft, central=self.central_policy)

    def module_specs(self, spaces: JointSpaces) -> dict[str, RLModuleSpec]:
        """Returns the specs of the actors and of the critics."""
        layout = self.make_layout(spaces)
        exploration = Exploration.of(
            self.exploration_epsilon,
            gumbel_noise=self.gumbel_noise,
            gaussian_noise=self.gaussian_noise,
        )
        actors = self.network_arguments(layout, self.actor_hiddens)
        actors["gaussian"] = self.gaussian_policies
        rows = self.critic_network == "rows"
        central = {
            "num_critics": 1 if self.shared_critic else spaces.num_agents,
            "copies": 2 if self.twin_critics else 1,
            "in_size": layout.state_size + layout.action_size,
            "hiddens": tuple(self.row_hiddens if rows else self.critic_hiddens),
            "table": table_of(layout, "critic_network") if rows else None,
            "embedding": self.row_embedding,
            "num_agents": spaces.num_agents,
            "scale_rewards": self.reward_scale == "auto",
            "initial_omega": getattr(self, "initial_omega", None),
        }
        return joint_specs(layout, exploration, actors, CentralModule, central)
