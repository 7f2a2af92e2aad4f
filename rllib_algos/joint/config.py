"""Settings of joint off-policy algorithms, on top of RLlib's `AlgorithmConfig`."""

import difflib
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.connectors.env_to_module import EnvToModulePipeline
from ray.rllib.connectors.learner import LearnerConnectorPipeline
from ray.rllib.connectors.module_to_env import ModuleToEnvPipeline
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModuleSpec
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.utils.from_config import NotProvided

from rllib_algos.joint.env_runner import JOINT_SPACES, JointEnvRunner
from rllib_algos.joint.layout import Field, GroupLayout
from rllib_algos.joint.rl_modules import ACTORS
from rllib_algos.joint.spaces import JointSpaces
from rllib_algos.joint.validation import check_numbers, check_supported


def assign_provided(config: Any, values: Mapping[str, Any], method: Callable[..., Any]) -> None:
    """Sets on `config` every keyword-only argument of `method` that the caller has given."""
    for name, parameter in inspect.signature(method).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY and values[name] is not NotProvided:
            setattr(config, name, values[name])


def all_agents_share_one_module(agent: Any, *args: Any, **kwargs: Any) -> str:
    """Maps every agent to the module that holds all policies."""
    return ACTORS


class JointOffPolicyConfig(AlgorithmConfig):
    """What every joint off-policy algorithm can be told.

    `environment(env, env_config=...)` takes a name registered with Ray or a callable from
    env_config to a PettingZoo ParallelEnv.
    """

    scales_rewards = False  # whether reward_scale may be "auto"

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class)
        self.env_runner_cls = JointEnvRunner
        self.policies = {}
        self.multi_agent(policies=[ACTORS], policy_mapping_fn=all_agents_share_one_module)
        self.normalize_actions = False  # actions leave the actors in the environment's space
        self.clip_actions = False
        self.disable_env_checking = True  # the runner checks what it needs
        self.merge_env_runner_states = False  # there are no connectors whose states could merge
        self.sample_timeout_s = None  # RLlib would drop what a slow runner has collected
        self.rollout_fragment_length = 10
        self.gamma = 0.1
        self.train_batch_size_per_learner = 64
        self.replay_capacity = 20_000
        self.checkpoint_replay = True
        self.checkpoint_environments = True
        self.learning_starts = 500
        self.updates_per_slot = 1.0
        self.tau = 0.005
        self.reward_scale = None
        self.num_torch_threads = 1
        self.bfloat16 = False

    def training(
        self,
        *,
        replay_capacity: Any = NotProvided,
        checkpoint_replay: Any = NotProvided,
        checkpoint_environments: Any = NotProvided,
        learning_starts: Any = NotProvided,
        updates_per_slot: Any = NotProvided,
        tau: Any = NotProvided,
        reward_scale: Any = NotProvided,
        num_torch_threads: Any = NotProvided,
        bfloat16: Any = NotProvided,
        **kwargs: Any,
    ) -> "JointOffPolicyConfig":
        """Sets training parameters.

        Args:
            replay_capacity: joint observations kept; a fragment of T steps takes T + 1.
            checkpoint_replay: whether checkpoints hold the replay.
            checkpoint_environments: whether checkpoints hold the local runner's environments and
                random streams (if they can be pickled), so that a resumed run continues exactly.
            learning_starts: transitions in the replay before the first update, T_c of Algorithm 1.
            updates_per_slot: updates per environment step, whatever the number of runners.
            tau: fraction by which targets move, 1 - mu of Algorithm 1.
            reward_scale: what rewards are multiplied by inside the learner. None: 1 / rows of an
                environment with `row_owner()`, 1 for others. "auto" (algorithms with a critic): 1 /
                standard deviation of the first batch's rewards, and critics begin at their mean
                value.
            num_torch_threads: torch threads of every runner and learner; None leaves torch's.
            bfloat16: whether learners evaluate and differentiate networks in bfloat16; parameters,
                optimizers and losses stay float32. Made for GPUs: processors without units for
                matrices (AMX) take longer for it.
            kwargs: those of `AlgorithmConfig.training`, e.g. gamma, train_batch_size_per_learner,
                grad_clip.

        Raises:
            TypeError: a key is unknown.
        """
        assign_provided(self, locals(), JointOffPolicyConfig.training)
        _check_known(kwargs, type(self))
        super().training(**kwargs)
        return self

    def validate(self) -> None:
        """Checks all settings; raises ValueError for what is wrong or would have no effect."""
        super().validate()
        check_supported(self)
        check_numbers(self)

    def make_layout(self, spaces: JointSpaces) -> GroupLayout:
        """Returns how joint observations and actions are stored; algorithms say."""
        raise NotImplementedError

    def note_fields(self, layout: GroupLayout) -> dict[str, Field]:
        """Returns what replay keeps of the runners' notes beside each step; nothing by default."""
        return {}

    @property
    def wanted_infos(self) -> tuple[str, ...]:
        """Keys that infos must hold for the algorithm to learn; none by default."""
        return ()

    def module_specs(self, spaces: JointSpaces) -> dict[str, RLModuleSpec]:
        """Returns the specs of the modules for an environment; algorithms say which."""
        raise NotImplementedError

    def get_multi_rl_module_spec(
        self,
        *,
        env: Any = None,
        spaces: Any = None,
        inference_only: bool = False,
        **kwargs: Any,
    ) -> MultiRLModuleSpec:
        """Returns the specs of `actors` and (unless `inference_only`) `central`.

        Args:
            env: not used; the spaces say all.
            spaces: what `JointEnvRunner.get_spaces` returned.
            inference_only: whether only what acts is built.
            kwargs: ignored.
        """
        joint = (spaces or {}).get(JOINT_SPACES)
        if isinstance(joint, Exception):
            raise joint
        if not isinstance(joint, JointSpaces):
            raise ValueError("the environment's joint spaces are unknown; build() asks a runner")
        specs = self.module_specs(joint)
        if inference_only:
            specs = {name: spec for name, spec in specs.items() if not spec.learner_only}
        for spec in specs.values():
            spec.inference_only = inference_only
        return MultiRLModuleSpec(rl_module_specs=specs, inference_only=inference_only)

    def build_env_to_module_connector(
        self, env: Any = None, spaces: Any = None, device: Any = None
    ) -> EnvToModulePipeline:
        """Returns an empty pipeline: the joint runner hands observations to actors directly."""
        return EnvToModulePipeline(connectors=[])

    def build_module_to_env_connector(
        self, env: Any = None, spaces: Any = None
    ) -> ModuleToEnvPipeline:
        """Returns an empty pipeline: actions leave the actors ready for the environment."""
        return ModuleToEnvPipeline(connectors=[])

    def build_learner_connector(
        self, input_observation_space: Any, input_action_space: Any, device: Any = None
    ) -> LearnerConnectorPipeline:
        """Returns an empty pipeline: the learner gets batches, not episodes."""
        return LearnerConnectorPipeline(connectors=[])

    def get_evaluation_config_object(self) -> AlgorithmConfig | None:
        """Returns the evaluation's config: greedy unless `explore` is set in it."""
        config = super().get_evaluation_config_object()
        given: Any = self.evaluation_config
        if config is not None and not (given and "explore" in given):
            config.explore = False
        return config


def _check_known(given: Mapping[str, Any], cls: type) -> None:
    known: set[str] = set()
    for base in cls.__mro__:
        if "training" in vars(base):
            known |= set(inspect.signature(vars(base)["training"]).parameters)
    for key in given:
        if key not in known:
            close = difflib.get_close_matches(key, known - {"self", "kwargs"}, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise TypeError(f"training() has no setting {key!r}{hint}")
