"""MADDPG's config and algorithm."""

from typing import Any

from rllib_algos.joint.actor_critic_config import ActorCriticConfig
from rllib_algos.joint.algorithm import JointOffPolicy
from rllib_algos.maddpg.learner import MADDPGLearner


class MADDPGConfig(ActorCriticConfig):
    """Settings of MADDPG; all of them are described in `ActorCriticConfig.training`."""

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class or MADDPG)
        self.critic_lr = 2e-3
        self.exploration_epsilon = 0.1

    def get_default_learner_class(self) -> type[MADDPGLearner]:
        """Returns the learner with MADDPG's losses."""
        return MADDPGLearner


class MADDPG(JointOffPolicy):
    """MADDPG on RLlib's new API stack."""

    @classmethod
    def get_default_config(cls) -> MADDPGConfig:
        """Returns the default settings."""
        return MADDPGConfig()
