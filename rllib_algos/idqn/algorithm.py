"""IDQN's config and algorithm; other value-based algorithms start from them."""

from typing import Any, Self

from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.utils.from_config import NotProvided

from rllib_algos.idqn.learner import IDQNLearner
from rllib_algos.joint.algorithm import JointOffPolicy
from rllib_algos.joint.config import assign_provided
from rllib_algos.joint.exploration import Exploration
from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.layouts import make_layout
from rllib_algos.joint.rl_modules import MixerModule
from rllib_algos.joint.row_config import RowNetworkConfig
from rllib_algos.joint.spaces import CategoricalAction, JointSpaces
from rllib_algos.joint.specs import joint_specs
from rllib_algos.joint.validation import (
    check_epsilon,
    check_learning_rate,
    check_switch,
    check_widths,
)


class IDQNConfig(RowNetworkConfig):
    """Settings of IDQN, for agents with Discrete or MultiDiscrete actions."""

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class or IDQN)
        self.q_lr = 5e-4
        self.q_hiddens = (64, 64)
        self.double_q = True
        self.dueling = False
        self.shared_networks = False
        self.exploration_epsilon = 0.15

    def training(
        self,
        *,
        q_lr: Any = NotProvided,
        q_hiddens: Any = NotProvided,
        double_q: Any = NotProvided,
        dueling: Any = NotProvided,
        shared_networks: Any = NotProvided,
        exploration_epsilon: Any = NotProvided,
        **kwargs: Any,
    ) -> Self:
        """Sets training parameters.

        Args:
            q_lr: learning rate; a number or a schedule.
            q_hiddens: widths of the networks' hidden layers.
            double_q: whether the networks choose the next actions that their targets judge
                (van Hasselt et al. 2016), instead of the targets alone.
            dueling: whether networks put out values and advantages (Wang et al. 2016).
            shared_networks: whether agents with equal spaces share a network that sees their index.
            exploration_epsilon: probability of a random action while experience is collected; or a
                schedule [[environment step, probability], ...].
            kwargs: those of `RowNetworkConfig.training`.
        """
        assign_provided(self, locals(), IDQNConfig.training)
        super().training(**kwargs)
        return self

    def paper(self) -> Self:
        """Sets what Chen et al. print for VDN and IDQN: table IV and section VI."""
        return self.training(
            q_lr=1e-4, q_hiddens=(256, 256, 256), double_q=False, exploration_epsilon=0.15
        )

    def validate(self) -> None:
        """Checks all settings."""
        super().validate()
        check_widths("q_hiddens", self.q_hiddens)
        check_epsilon("exploration_epsilon", self.exploration_epsilon)
        check_learning_rate("q_lr", self.q_lr)
        for name in ("double_q", "dueling", "shared_networks"):
            check_switch(name, getattr(self, name))
        for name in ("dueling", "shared_networks"):
            if self.policy_network == "rows" and getattr(self, name):
                raise ValueError(
                    f"{name} must be False with policy_network='rows', where one network serves "
                    "all agents and puts out the values of all choices, got True"
                )

    def get_default_learner_class(self) -> type[IDQNLearner]:
        """Returns the learner with IDQN's loss."""
        return IDQNLearner

    def make_layout(self, spaces: JointSpaces) -> GroupLayout:
        """Returns how joint observations and actions are stored; ValueError for Box actions."""
        for group in spaces.groups:
            if not isinstance(group.action, CategoricalAction):
                raise ValueError(
                    f"actions must be Discrete or MultiDiscrete for value-based algorithms, agent "
                    f"{spaces.agents[group.agents[0]]!r} has a Box; use maddpg or ma_maxent"
                )
        return make_layout(spaces, soft=False)

    def module_specs(self, spaces: JointSpaces) -> dict[str, RLModuleSpec]:
        """Returns the specs of the agents' networks and of what mixes them."""
        layout = self.make_layout(spaces)
        actors = {
            **self.network_arguments(layout, self.q_hiddens),
            "shared": self.shared_networks,
            "dueling": self.dueling,
        }
        mixer = self.mixer_config(layout)
        return joint_specs(layout, self.make_exploration(), actors, MixerModule, mixer)

    def make_exploration(self) -> Exploration:
        """Returns how experience is collected."""
        return Exploration.of(self.exploration_epsilon, gumbel_noise=0.0)

    def mixer_config(self, layout: GroupLayout) -> dict[str, Any]:
        """Returns the `model_config` of the mixer; empty where values are only added."""
        return {}


class IDQN(JointOffPolicy):
    """Independent deep Q-learning on RLlib's new API stack."""

    @classmethod
    def get_default_config(cls) -> IDQNConfig:
        """Returns the default settings."""
        return IDQNConfig()
