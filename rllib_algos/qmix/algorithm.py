"""QMIX's config and algorithm."""

from typing import Any, Self

from ray.rllib.utils.from_config import NotProvided

from rllib_algos.idqn.algorithm import IDQNConfig
from rllib_algos.joint.algorithm import JointOffPolicy
from rllib_algos.joint.config import assign_provided
from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.validation import check_at_least
from rllib_algos.qmix.learner import QMIXLearner
from rllib_algos.qmix.mixer import MonotonicMixer


class QMIXConfig(IDQNConfig):
    """Settings of QMIX: those of `IDQNConfig.training` and the mixing network's."""

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class or QMIX)
        self.mixer_width = 32
        self.hyper_width = 64

    def training(
        self,
        *,
        mixer_width: Any = NotProvided,
        hyper_width: Any = NotProvided,
        **kwargs: Any,
    ) -> Self:
        """Sets training parameters.

        Args:
            mixer_width: width of the mixing network's hidden layer.
            hyper_width: width of the hidden layer of the networks that put out its weights.
            kwargs: those of `IDQNConfig.training`.
        """
        assign_provided(self, locals(), QMIXConfig.training)
        super().training(**kwargs)
        return self

    def validate(self) -> None:
        """Checks all settings."""
        super().validate()
        check_at_least("mixer_width", self.mixer_width, 1)
        check_at_least("hyper_width", self.hyper_width, 1)

    def get_default_learner_class(self) -> type[QMIXLearner]:
        """Returns the learner with the mixing network."""
        return QMIXLearner

    def mixer_config(self, layout: GroupLayout) -> dict[str, Any]:
        """Returns the mixing network's class and arguments."""
        arguments = {
            "num_agents": layout.spaces.num_agents,
            "state_size": layout.state_size,
            "width": self.mixer_width,
            "hyper_width": self.hyper_width,
        }
        return {"mixer": MonotonicMixer, "arguments": arguments}


class QMIX(JointOffPolicy):
    """QMIX on RLlib's new API stack."""

    @classmethod
    def get_default_config(cls) -> QMIXConfig:
        """Returns the default settings."""
        return QMIXConfig()
