"""MAMaxEnt's config and algorithm."""

import math
from typing import Any, Self

from ray.rllib.utils.from_config import NotProvided

from rllib_algos.joint.actor_critic_config import ActorCriticConfig
from rllib_algos.joint.algorithm import JointOffPolicy
from rllib_algos.joint.config import assign_provided
from rllib_algos.joint.validation import (
    check_at_least,
    check_interval,
    check_learning_rate,
    is_number,
)
from rllib_algos.ma_maxent.learner import MAMaxEntLearner


class MAMaxEntConfig(ActorCriticConfig):
    """Settings of MAMaxEnt: those of `ActorCriticConfig.training` and the entropy's."""

    gaussian_policies = True

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class or MAMaxEnt)
        self.actor_lr = 1e-3
        self.entropy_lr = 3e-3
        self.entropy_delay = 1
        self.initial_omega = 1e-3
        self.target_entropy = None

    def training(
        self,
        *,
        entropy_lr: Any = NotProvided,
        entropy_delay: Any = NotProvided,
        initial_omega: Any = NotProvided,
        target_entropy: Any = NotProvided,
        **kwargs: Any,
    ) -> Self:
        """Sets training parameters.

        Args:
            entropy_lr: learning rate of the entropy coefficients.
            entropy_delay: updates between updates of the entropy coefficients, lambda_S.
            initial_omega: first value of every entropy coefficient.
            target_entropy: see `rllib_algos.ma_maxent.learner.entropy_target`.
            kwargs: those of `ActorCriticConfig.training`.
        """
        assign_provided(self, locals(), MAMaxEntConfig.training)
        super().training(**kwargs)
        return self

    def validate(self) -> None:
        """Checks all settings."""
        super().validate()
        check_at_least("entropy_delay", self.entropy_delay, 1)
        check_interval("initial_omega", self.initial_omega, 0, math.inf)
        check_learning_rate("entropy_lr", self.entropy_lr)
        target = self.target_entropy
        if target is not None and not (is_number(target) and target <= 1):
            raise ValueError(
                "target_entropy must be at most 1 (a fraction of log H; negative values are nat), "
                f"got {target!r}"
            )

    def paper(self) -> Self:
        """Adds to `ActorCriticConfig.paper` the entropy's settings: omega only falls, Eq. (34)."""
        return super().paper().training(entropy_lr=1e-3, entropy_delay=5, target_entropy=-1.0)

    def get_default_learner_class(self) -> type[MAMaxEntLearner]:
        """Returns the learner with MAMaxEnt's losses."""
        return MAMaxEntLearner


class MAMaxEnt(JointOffPolicy):
    """MAMaxEnt on RLlib's new API stack."""

    @classmethod
    def get_default_config(cls) -> MAMaxEntConfig:
        """Returns the default settings."""
        return MAMaxEntConfig()
