"""The shadow-price learner's config and algorithm."""

from typing import Any, Self

from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.utils.from_config import NotProvided

from rllib_algos.idqn.algorithm import IDQNConfig
from rllib_algos.joint.algorithm import JointOffPolicy
from rllib_algos.joint.config import assign_provided
from rllib_algos.joint.exploration import Exploration
from rllib_algos.joint.layout import Field, GroupLayout
from rllib_algos.joint.rl_modules import ACTORS, CENTRAL
from rllib_algos.joint.spaces import JointSpaces
from rllib_algos.joint.validation import check_temperature
from rllib_algos.shadow_price.credit import CREDITS, credit_field
from rllib_algos.shadow_price.env_runner import CreditEnvRunner
from rllib_algos.shadow_price.learner import ShadowPriceLearner
from rllib_algos.shadow_price.rl_module import ValuesModule

HALF = 200  # slots after which learning rates are half of what they start with
POINTS = (0, 50, 100, 200, 400, 1000, 2000, 4000, 10_000)  # between which they fall linearly


def _falling(rate: float) -> list[list[float]]:
    """Returns the schedule rate / (1 + slots / 200), piece by piece."""
    return [[slots, rate / (1 + slots / HALF)] for slots in POINTS]


class ShadowPriceConfig(IDQNConfig):
    """Settings of the shadow-price learner, for agents with Discrete or MultiDiscrete actions."""

    paper: Any = None  # no paper's settings are known for it

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class or ShadowPrice)
        self.env_runner_cls = CreditEnvRunner
        self.credit_key = "priced_qoe"
        self.gamma = 0.0
        self.q_lr = _falling(2e-3)
        self.q_hiddens = (128, 128)
        self.policy_network = "rows"
        self.row_pairwise = True
        self.embedding_lr = _falling(1e-2)
        self.exploration_epsilon = [[0, 1.0], [20, 0.1]]
        self.exploration_temperature = 0.0
        self.replay_capacity = 1_000
        self.train_batch_size_per_learner = 24
        self.learning_starts = 10
        self.updates_per_slot = 2.0
        self.tau = 0.01

    def training(
        self,
        *,
        credit_key: Any = NotProvided,
        exploration_temperature: Any = NotProvided,
        **kwargs: Any,
    ) -> Self:
        """Sets training parameters.

        Args:
            credit_key: key of the infos under which agents find what their choices were worth: an
                array with a credit for each row of an environment with `row_owner()`, else a
                number. None: their own reward is their credit.
            exploration_temperature: T > 0: while experience is collected, choices are drawn with
                probabilities in proportion to exp(value / T), before epsilon replaces some, Eq.
                (8); or a schedule [[environment step, T], ...]. 0: the best choice.
            kwargs: those of `IDQNConfig.training`; `tau` is the fraction by which the actors move
                towards the networks that are trained.
        """
        assign_provided(self, locals(), ShadowPriceConfig.training)
        super().training(**kwargs)
        return self

    def validate(self) -> None:
        """Checks all settings."""
        super().validate()
        check_temperature("exploration_temperature", self.exploration_temperature)
        if self.credit_key is not None and (
            not isinstance(self.credit_key, str) or not self.credit_key
        ):
            raise ValueError(
                f"credit_key must be a key of infos, or None for own rewards, got "
                f"{self.credit_key!r}"
            )

    def get_default_learner_class(self) -> type[ShadowPriceLearner]:
        """Returns the learner that regresses values on credits."""
        return ShadowPriceLearner

    @property
    def wanted_infos(self) -> tuple[str, ...]:
        """The key of the credits."""
        return () if self.credit_key is None else (self.credit_key,)

    def note_fields(self, layout: GroupLayout) -> dict[str, Field]:
        """Returns the credits, which replay keeps."""
        return {} if self.credit_key is None else {CREDITS: credit_field(layout)}

    def make_exploration(self) -> Exploration:
        """Returns how experience is collected."""
        return Exploration.of(self.exploration_epsilon, self.exploration_temperature)

    def module_specs(self, spaces: JointSpaces) -> dict[str, RLModuleSpec]:
        """Returns the specs of the actors and of the equal networks that are trained."""
        specs = super().module_specs(spaces)
        specs[CENTRAL].module_class = ValuesModule
        specs[CENTRAL].model_config = specs[ACTORS].model_config
        return specs


class ShadowPrice(JointOffPolicy):
    """Learns values of own choices from priced credits, on RLlib's new API stack."""

    @classmethod
    def get_default_config(cls) -> ShadowPriceConfig:
        """Returns the default settings."""
        return ShadowPriceConfig()
