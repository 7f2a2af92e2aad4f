"""COMA's config and algorithm."""

from typing import Any

from coma_plugin.learner import COMALearner
from rllib_algos.joint.actor_critic_config import ActorCriticConfig
from rllib_algos.joint.algorithm import JointOffPolicy
from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.spaces import CategoricalAction, JointSpaces


class COMAConfig(ActorCriticConfig):
    """Settings of COMA; all of them are described in `ActorCriticConfig.training`."""

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class or COMA)
        self.action_relaxation = "sampled"  # the critic sees choices, not probabilities
        self.actor_delay = 1
        self.exploration_epsilon = 0.2  # others' surprises; a settled policy has no advantages

    def validate(self) -> None:
        """Checks all settings."""
        super().validate()
        if not self.shared_critic:
            raise ValueError("shared_critic must be True for coma, whose agents share one critic")
        if self.action_relaxation != "sampled":
            raise ValueError(
                f"action_relaxation must be 'sampled' for coma, got {self.action_relaxation!r}"
            )

    def make_layout(self, spaces: JointSpaces) -> GroupLayout:
        """Returns how joint observations and actions are stored; ValueError but for Discrete."""
        for group in spaces.groups:
            if not isinstance(group.action, CategoricalAction) or group.action.shape != ():
                raise ValueError(
                    f"actions must be Discrete for coma, those of agent "
                    f"{spaces.agents[group.agents[0]]!r} are not; use maddpg or ma_maxent"
                )
        return super().make_layout(spaces)

    def get_default_learner_class(self) -> type[COMALearner]:
        """Returns the learner with COMA's losses."""
        return COMALearner


class COMA(JointOffPolicy):
    """Counterfactual multi-agent policy gradients on RLlib's new API stack."""

    @classmethod
    def get_default_config(cls) -> COMAConfig:
        """Returns the default settings."""
        return COMAConfig()
