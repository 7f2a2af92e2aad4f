"""DIRS's settings."""

import math
from typing import Any, Self

from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.utils.from_config import NotProvided

from rllib_algos.dirs.demonstrations import Expert, exact_expert, levy_expert
from rllib_algos.dirs.env_runner import DIRSEnvRunner
from rllib_algos.dirs.learner import DIRSLearner
from rllib_algos.dirs.refinement import REFINEMENTS, Effort
from rllib_algos.joint.config import JointOffPolicyConfig, assign_provided
from rllib_algos.joint.exploration import Exploration
from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.layouts import make_layout
from rllib_algos.joint.rl_modules import MixerModule
from rllib_algos.joint.spaces import ContinuousAction, JointSpaces
from rllib_algos.joint.specs import joint_specs
from rllib_algos.joint.validation import (
    check_at_least,
    check_choice,
    check_interval,
    check_learning_rate,
    check_widths,
)

_PRINTED_WIDTHS = {30: (80, 60), 180: (260, 200), 200: (300, 250)}  # section V


class DIRSSettings(JointOffPolicyConfig):
    """What can be set of DIRS; `DIRSConfig` adds the algorithm that it is for."""

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class)
        self.env_runner_cls = DIRSEnvRunner
        self.rollout_fragment_length = 10
        self.train_batch_size_per_learner = 256
        self.replay_capacity = 1024
        self.learning_starts = 0
        self.updates_per_slot = 0.2
        self.actor_lr = 1e-3
        self.actor_hiddens = "auto"
        self.l2_weight = 1e-4
        self.agent_weight = 0.5
        self.training_interval = 10
        self.refinement = "levy"
        self.particles = 5
        self.refinement_iterations = 10
        self.levy_exponent = 1.5
        self.crossover_threshold = 0.4
        self.exploration_epsilon = 0.1
        self.demonstrations = "levy"
        self.num_demonstrations = 256
        self.demonstration_iterations = 300
        self.demonstration_exponent = 1.2
        self.imitation_updates = 500
        self.priority_exponent = 1.0
        self.agent_epsilon = 0.08
        self.demonstration_epsilon = 0.02

    def training(
        self,
        *,
        actor_lr: Any = NotProvided,
        actor_hiddens: Any = NotProvided,
        l2_weight: Any = NotProvided,
        agent_weight: Any = NotProvided,
        training_interval: Any = NotProvided,
        refinement: Any = NotProvided,
        particles: Any = NotProvided,
        refinement_iterations: Any = NotProvided,
        levy_exponent: Any = NotProvided,
        crossover_threshold: Any = NotProvided,
        exploration_epsilon: Any = NotProvided,
        demonstrations: Any = NotProvided,
        num_demonstrations: Any = NotProvided,
        demonstration_iterations: Any = NotProvided,
        demonstration_exponent: Any = NotProvided,
        imitation_updates: Any = NotProvided,
        priority_exponent: Any = NotProvided,
        agent_epsilon: Any = NotProvided,
        demonstration_epsilon: Any = NotProvided,
        **kwargs: Any,
    ) -> Self:
        """Sets training parameters.

        Args:
            actor_lr: learning rate; a number or a schedule.
            actor_hiddens: widths of the hidden layers; "auto" takes them from the number of
                devices, see `auto_widths`.
            l2_weight: lambda_1, of the networks' squared norm.
            agent_weight: lambda_2, of refined slots beside demonstrations.
            training_interval: phi, slots of an environment copy from one refined slot to the next.
            refinement: how decisions are refined: "levy" (the paper), "levy_classic",
                "local_search", "epsilon_greedy"; None refines none.
            particles: P of the refinement, of demonstrations by "levy", too.
            refinement_iterations: Gmax of the refinement.
            levy_exponent: beta of the refinement, in (0, 2).
            crossover_threshold: th of both.
            exploration_epsilon: probability with which "epsilon_greedy" replaces a choice.
            demonstrations: whose assignments are imitated before the first slot: "levy" (the
                paper), "exact" (the environment's best()); None imitates none.
            num_demonstrations: slots drawn for that.
            demonstration_iterations: Gmax of demonstrations by "levy".
            demonstration_exponent: beta of demonstrations by "levy", in (0, 2).
            imitation_updates: T_D, updates on demonstrations alone.
            priority_exponent: tau of the replay.
            agent_epsilon: epsilon_A of the replay, for refined slots.
            demonstration_epsilon: epsilon_D of the replay, for demonstrations.
            kwargs: those of `JointOffPolicyConfig.training`; `updates_per_slot` is T_M / phi, and
                rewards, gamma and tau have no part in DIRS.
        """
        assign_provided(self, locals(), DIRSSettings.training)
        super().training(**kwargs)
        return self

    def paper(self) -> Self:
        """Sets what Jiang et al. print in section V."""
        return self.training(
            actor_hiddens="auto",
            replay_capacity=1024,
            train_batch_size_per_learner=256,
            updates_per_slot=0.2,
            l2_weight=1e-4,
            agent_weight=0.5,
            training_interval=10,
            refinement="levy",
            particles=5,
            refinement_iterations=10,
            levy_exponent=1.5,
            crossover_threshold=0.4,
            demonstrations="levy",
            num_demonstrations=256,
            imitation_updates=500,
            agent_epsilon=0.08,
            demonstration_epsilon=0.02,
        )

    def validate(self) -> None:
        """Checks all settings."""
        super().validate()
        check_learning_rate("actor_lr", self.actor_lr)
        if self.actor_hiddens != "auto":
            check_widths("actor_hiddens", self.actor_hiddens)
        check_choice("refinement", self.refinement, (*REFINEMENTS, None))
        check_choice("demonstrations", self.demonstrations, ("levy", "exact", None))
        if self.refinement is None and self.demonstrations is None:
            raise ValueError(
                "refinement and demonstrations must not both be None, there is nothing to learn "
                "from then; set one of them"
            )
        for name in _COUNTS:
            check_at_least(name, getattr(self, name), 1)
        for name in ("levy_exponent", "demonstration_exponent"):
            check_interval(name, getattr(self, name), 0, 2)
        for name in _WEIGHTS:
            check_interval(name, getattr(self, name), 0, math.inf)
        check_interval("exploration_epsilon", self.exploration_epsilon, 0, 1, closed="high")
        for name in ("l2_weight", "crossover_threshold", "priority_exponent"):
            check_interval(name, getattr(self, name), 0, math.inf, closed="low")

    def get_default_learner_class(self) -> type[DIRSLearner]:
        """Returns the learner with DIRS's losses."""
        return DIRSLearner

    def refinement_effort(self) -> Effort:
        """Returns how long decisions are refined."""
        return Effort(
            particles=self.particles,
            iterations=self.refinement_iterations,
            exponent=self.levy_exponent,
            threshold=self.crossover_threshold,
            epsilon=self.exploration_epsilon,
        )

    def expert(self) -> Expert:
        """Returns whom the agents imitate first."""
        if self.demonstrations == "exact":
            return exact_expert
        effort = Effort(
            particles=self.particles,
            iterations=self.demonstration_iterations,
            exponent=self.demonstration_exponent,
            threshold=self.crossover_threshold,
        )
        return levy_expert(effort)

    def make_layout(self, spaces: JointSpaces) -> GroupLayout:
        """Returns how joint observations and scores are stored; ValueError for other actions."""
        sizes = {g.action.vector_size for g in spaces.groups}
        for group in spaces.groups:
            if not isinstance(group.action, ContinuousAction) or len(sizes) > 1:
                raise ValueError(
                    "actions must be Box(0, 1, (N,)) with the same N for dirs, one score per "
                    f"device, agent {spaces.agents[group.agents[0]]!r} has {group.action}; use "
                    "maddpg or ma_maxent"
                )
        return make_layout(spaces, soft=False)

    def module_specs(self, spaces: JointSpaces) -> dict[str, RLModuleSpec]:
        """Returns the specs of the agents' networks; the learner has no others."""
        layout = self.make_layout(spaces)
        widths = self.actor_hiddens
        if widths == "auto":
            widths = auto_widths(layout.actions[0].vector_size)
        exploration = Exploration(gaussian_noise=0.0)  # the ensemble's decision is executed
        return joint_specs(layout, exploration, {"hiddens": tuple(widths)}, MixerModule, {})


_COUNTS = (
    "training_interval",
    "particles",
    "refinement_iterations",
    "num_demonstrations",
    "demonstration_iterations",
    "imitation_updates",
)
_WEIGHTS = ("agent_weight", "agent_epsilon", "demonstration_epsilon")


def auto_widths(num_devices: int) -> tuple[int, int]:
    """Returns the widths of the hidden layers that the paper prints, and the like for other sizes.

    Printed for 30, 180 and 200 devices; up to 100 devices 8 N / 3 and 2 N, above 3 N / 2 and
    5 N / 4.

    >>> auto_widths(30), auto_widths(180), auto_widths(60), auto_widths(400)
    ((80, 60), (260, 200), (160, 120), (600, 500))
    """
    n = num_devices
    default = (round(8 * n / 3), 2 * n) if n <= 100 else (round(3 * n / 2), round(5 * n / 4))
    return _PRINTED_WIDTHS.get(n, default)
