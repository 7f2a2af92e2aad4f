"""AC's config and algorithm."""

import math
from typing import Any, Self

import numpy as np
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.utils.from_config import NotProvided
from ray.rllib.utils.metrics import (
    LEARNER_UPDATE_TIMER,
    SYNCH_WORKER_WEIGHTS_TIMER,
    TIMERS,
)

from rllib_algos.ac.learner import ACLearner
from rllib_algos.ac.store import FragmentStore
from rllib_algos.joint.algorithm import JointOffPolicy
from rllib_algos.joint.config import JointOffPolicyConfig, assign_provided
from rllib_algos.joint.exploration import Exploration
from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.layouts import make_layout
from rllib_algos.joint.rl_modules import CentralModule
from rllib_algos.joint.row_config import RowNetworkConfig
from rllib_algos.joint.spaces import JointSpaces
from rllib_algos.joint.specs import joint_specs
from rllib_algos.joint.validation import (
    check_at_least,
    check_interval,
    check_learning_rate,
    check_switch,
    check_widths,
)

# Settings of a replay and of target networks, of which there are none.
_OFF_POLICY = ("replay_capacity", "learning_starts", "updates_per_slot", "tau")


class ACConfig(RowNetworkConfig):
    """Settings of AC."""

    scales_rewards = True

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class or AC)
        self.rollout_fragment_length = 32
        self.reward_scale = "auto"
        self.actor_lr = 1e-3
        self.critic_lr = 1e-3
        self.actor_hiddens = (256, 256)
        self.critic_hiddens = (256, 256)
        self.td_steps = 1
        self.entropy_weight = 0.01
        self.normalize_advantages = True

    def training(
        self,
        *,
        actor_lr: Any = NotProvided,
        critic_lr: Any = NotProvided,
        actor_hiddens: Any = NotProvided,
        critic_hiddens: Any = NotProvided,
        td_steps: Any = NotProvided,
        entropy_weight: Any = NotProvided,
        normalize_advantages: Any = NotProvided,
        **kwargs: Any,
    ) -> Self:
        """Sets training parameters.

        Args:
            actor_lr: learning rate of the policy; a number or a schedule.
            critic_lr: learning rate of the critic; a number or a schedule.
            actor_hiddens: widths of the policy's hidden layers.
            critic_hiddens: widths of the critic's hidden layers.
            td_steps: rewards that are counted before the critic's value is, n.
            entropy_weight: what a nat of the policy's entropy, summed over agents, is worth.
            normalize_advantages: whether each batch's advantages are scaled to mean 0 and standard
                deviation 1, so that the policy does not feel the rewards' scale.
            kwargs: those of `RowNetworkConfig.training`. `train_batch_size_per_learner` is the
                most transitions of an update: a round of sampling is split into batches of that
                size. There is no replay and there are no target networks: `replay_capacity`,
                `learning_starts`, `updates_per_slot` and `tau` must be left alone.
        """
        assign_provided(self, locals(), ACConfig.training)
        super().training(**kwargs)
        return self

    def paper(self) -> Self:
        """Sets what Mnih et al. print, as far as it does not concern their networks and threads."""
        self.env_runners(rollout_fragment_length=5)
        return self.training(
            td_steps=5,
            entropy_weight=0.01,
            normalize_advantages=False,
            gamma=0.99,
            reward_scale=1.0,
        )

    def validate(self) -> None:
        """Checks all settings."""
        super().validate()
        check_widths("actor_hiddens", self.actor_hiddens)
        check_widths("critic_hiddens", self.critic_hiddens)
        check_at_least("td_steps", self.td_steps, 1)
        for name in ("actor_lr", "critic_lr"):
            check_learning_rate(name, getattr(self, name))
        check_interval("entropy_weight", self.entropy_weight, 0, math.inf, closed="low")
        check_switch("normalize_advantages", self.normalize_advantages)
        defaults = JointOffPolicyConfig()
        for name in _OFF_POLICY:
            if getattr(self, name) != getattr(defaults, name):
                raise ValueError(
                    f"{name} must be {getattr(defaults, name)} for ac, got {getattr(self, name)}: "
                    "it has no effect, ac uses what it samples once; set rollout_fragment_length "
                    "and train_batch_size_per_learner"
                )

    def get_default_learner_class(self) -> type[ACLearner]:
        """Returns the learner with AC's losses."""
        return ACLearner

    def make_layout(self, spaces: JointSpaces) -> GroupLayout:
        """Returns how joint observations and actions are stored."""
        return make_layout(spaces, soft=False, central=True)

    def module_specs(self, spaces: JointSpaces) -> dict[str, RLModuleSpec]:
        """Returns the specs of the policy and of the critic."""
        layout = self.make_layout(spaces)
        actors = {**self.network_arguments(layout, self.actor_hiddens), "gaussian": True}
        central = {
            "num_critics": 1,
            "copies": 1,
            "in_size": layout.state_size,
            "hiddens": tuple(self.critic_hiddens),
            "num_agents": spaces.num_agents,
            "initial_omega": None,
            "scale_rewards": self.reward_scale == "auto",
        }
        return joint_specs(layout, Exploration(), actors, CentralModule, central)


class AC(JointOffPolicy):
    """Advantage actor-critic on RLlib's new API stack."""

    @classmethod
    def get_default_config(cls) -> ACConfig:
        """Returns the default settings."""
        return ACConfig()

    def make_replay(self, layout: GroupLayout, rng: np.random.Generator) -> FragmentStore:
        """Returns a store that hands out every transition once; it draws nothing."""
        return FragmentStore(self.config.td_steps, self.config.gamma)

    def training_step(self) -> None:
        """Collects one round of fragments, and learns from each of them once."""
        self._sample()
        with self.metrics.log_time((TIMERS, LEARNER_UPDATE_TIMER)):
            while len(self.replay):
                self._update(1)
        with self.metrics.log_time((TIMERS, SYNCH_WORKER_WEIGHTS_TIMER)):
            self._sync_actors()
