"""DDPG's config and algorithm."""

from typing import Any, Self

from rllib_algos.ddpg.learner import DDPGLearner
from rllib_algos.joint.actor_critic_config import ActorCriticConfig
from rllib_algos.joint.algorithm import JointOffPolicy


class DDPGConfig(ActorCriticConfig):
    """Settings of DDPG; all of them are described in `ActorCriticConfig.training`."""

    central_policy = True

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class or DDPG)
        self.actor_lr = 1e-4
        self.reward_scale = "auto"
        self.twin_critics = False
        self.actor_delay = 1
        self.exploration_epsilon = 0.2
        self.gaussian_noise = 0.3  # one actor of many actions has to try much

    def paper(self) -> Self:
        """Sets what Lillicrap et al. print in their supplement."""
        return self.training(
            actor_lr=1e-4,
            critic_lr=1e-3,
            actor_hiddens=(400, 300),
            critic_hiddens=(400, 300),
            tau=0.001,
            gamma=0.99,
            reward_scale=1.0,
            replay_capacity=1_000_000,
            train_batch_size_per_learner=64,
        )

    def validate(self) -> None:
        """Checks all settings."""
        super().validate()
        if not self.shared_critic:
            raise ValueError("shared_critic must be True for ddpg, which has one actor and critic")
        if self.other_actions != "policy":
            raise ValueError(
                f"other_actions must be 'policy' for ddpg, got {self.other_actions!r}: one actor "
                "acts for all agents; use maddpg"
            )

    def get_default_learner_class(self) -> type[DDPGLearner]:
        """Returns the learner with DDPG's losses."""
        return DDPGLearner


class DDPG(JointOffPolicy):
    """Centralised DDPG on RLlib's new API stack."""

    @classmethod
    def get_default_config(cls) -> DDPGConfig:
        """Returns the default settings."""
        return DDPGConfig()
