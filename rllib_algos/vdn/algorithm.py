"""VDN's config and algorithm."""

from typing import Any

from rllib_algos.idqn.algorithm import IDQNConfig
from rllib_algos.joint.algorithm import JointOffPolicy
from rllib_algos.vdn.learner import VDNLearner


class VDNConfig(IDQNConfig):
    """Settings of VDN; all of them are described in `IDQNConfig.training`."""

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class or VDN)

    def get_default_learner_class(self) -> type[VDNLearner]:
        """Returns the learner that adds the agents' values."""
        return VDNLearner


class VDN(JointOffPolicy):
    """Value decomposition networks on RLlib's new API stack."""

    @classmethod
    def get_default_config(cls) -> VDNConfig:
        """Returns the default settings."""
        return VDNConfig()
