"""The training loop of joint off-policy algorithms: sample, store, update, sync."""

from typing import Any

import gymnasium as gym
import numpy as np
import torch
from ray.rllib.algorithms.algorithm import Algorithm
from ray.rllib.algorithms.algorithm_config import NotProvided
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.execution.rollout_ops import synchronous_parallel_sample
from ray.rllib.policy.sample_batch import MultiAgentBatch, SampleBatch
from ray.rllib.utils.metrics import (
    ENV_RUNNER_RESULTS,
    ENV_RUNNER_SAMPLING_TIMER,
    LEARNER_RESULTS,
    LEARNER_UPDATE_TIMER,
    NUM_ENV_STEPS_SAMPLED_LIFETIME,
    SYNCH_WORKER_WEIGHTS_TIMER,
    TIMERS,
)

from rllib_algos.joint.config import JointOffPolicyConfig, assign_provided
from rllib_algos.joint.env_runner import JOINT_SPACES
from rllib_algos.joint.exploration import Exploration
from rllib_algos.joint.replay import JointReplay
from rllib_algos.joint.rl_modules import ACTORS, CENTRAL, ActorsModule, CentralModule
from rllib_algos.joint.rows import make_layout
from rllib_algos.joint.spaces import CategoricalAction, JointSpaces

UPDATES_PER_CALL = 16  # updates whose batches travel to the learner together
JOINT_STATE = "joint"  # key of this class's own state in a checkpoint


class ActorCriticConfig(JointOffPolicyConfig):
    """Settings of algorithms with centralised critics and decentralised actors."""

    gaussian_policies = False  # whether Box policies are tanh-Gaussian

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class)
        self.actor_lr = 1e-4
        self.critic_lr = 1e-4
        self.actor_hiddens = (256, 256, 256)
        self.critic_hiddens = (256, 256, 256)
        self.twin_critics = True
        self.shared_critic = False
        self.actor_delay = 15
        self.other_actions = "policy"
        self.action_relaxation = "auto"
        self.exploration_epsilon = 0.0
        self.gumbel_noise = 1.0
        self.gaussian_noise = 0.1

    def training(
        self,
        *,
        actor_lr: Any = NotProvided,
        critic_lr: Any = NotProvided,
        actor_hiddens: Any = NotProvided,
        critic_hiddens: Any = NotProvided,
        twin_critics: Any = NotProvided,
        shared_critic: Any = NotProvided,
        actor_delay: Any = NotProvided,
        other_actions: Any = NotProvided,
        action_relaxation: Any = NotProvided,
        exploration_epsilon: Any = NotProvided,
        gumbel_noise: Any = NotProvided,
        gaussian_noise: Any = NotProvided,
        **kwargs: Any,
    ) -> "ActorCriticConfig":
        """Sets training parameters.

        Args:
            actor_lr: learning rate of the actors; a number or a schedule.
            critic_lr: learning rate of the critics; a number or a schedule.
            actor_hiddens: widths of the actors' hidden layers.
            critic_hiddens: widths of the critics' hidden layers.
            twin_critics: whether every critic exists twice and the minimum counts.
            shared_critic: whether one critic serves all agents instead of one per agent.
            actor_delay: updates between updates of actors and targets, lambda of the paper.
            other_actions: "policy": an actor's loss lets the other agents act by their current
                policies (the paper); "replay": it takes their stored actions (Lowe et al. 2017).
            action_relaxation: how critics see categorical actions. "softmax": as probabilities,
                whose argmax is executed (the paper); "sampled": as the one-hot action that was
                sampled and executed; "auto": "softmax" where the environment itself takes
                probabilities, "sampled" elsewhere.
            exploration_epsilon: see `Exploration.epsilon`.
            gumbel_noise: see `Exploration.gumbel_noise`.
            gaussian_noise: see `Exploration.gaussian_noise`.
            kwargs: those of `JointOffPolicyConfig.training`.
        """
        assign_provided(self, locals(), ActorCriticConfig.training)
        super().training(**kwargs)
        return self

    def is_soft(self, spaces: JointSpaces) -> bool:
        """Returns whether categorical actions are kept as probabilities."""
        if self.action_relaxation == "auto":
            actions = [group.action for group in spaces.groups]
            return any(isinstance(a, CategoricalAction) and a.probabilities for a in actions)
        return self.action_relaxation == "softmax"

    def module_specs(self, spaces: JointSpaces) -> dict[str, RLModuleSpec]:
        """Returns the specs of the actors and of the critics."""
        soft = self.is_soft(spaces)
        layout = make_layout(spaces, soft=soft)
        exploration = Exploration(
            epsilon=self.exploration_epsilon,
            gumbel_noise=self.gumbel_noise,
            gaussian_noise=self.gaussian_noise,
        )
        actors = {
            "spaces": spaces,
            "soft": soft,
            "hiddens": tuple(self.actor_hiddens),
            "gaussian": self.gaussian_policies,
            "exploration": exploration,
        }
        central = {
            "num_critics": 1 if self.shared_critic else spaces.num_agents,
            "copies": 2 if self.twin_critics else 1,
            "in_size": layout.state_size + layout.action_size,
            "hiddens": tuple(self.critic_hiddens),
            "num_agents": spaces.num_agents,
            "initial_omega": getattr(self, "initial_omega", None),
        }
        state = gym.spaces.Box(-np.inf, np.inf, (layout.state_size,))
        action = gym.spaces.Box(-1.0, 1.0, (layout.action_size,))
        return {
            ACTORS: RLModuleSpec(ActorsModule, state, action, model_config=actors),
            CENTRAL: RLModuleSpec(
                CentralModule, state, action, learner_only=True, model_config=central
            ),
        }


class JointOffPolicy(Algorithm):
    """Samples in parallel, stores joint transitions, updates, and syncs the actors."""

    @classmethod
    def get_default_config(cls) -> JointOffPolicyConfig:
        """Returns the default settings."""
        return JointOffPolicyConfig(cls)

    def setup(self, config: Any) -> None:
        """Builds runners, learner and replay."""
        super().setup(config)
        spaces = self.spaces[JOINT_SPACES]
        layout = make_layout(spaces, soft=self.config.is_soft(spaces))
        self.replay = JointReplay(
            self.config.replay_capacity,
            layout.observation_fields,
            layout.action_fields,
            spaces.num_agents,
            np.random.default_rng(self.config.seed),
        )
        self._updates_due = 0.0

    def training_step(self) -> None:
        """Collects one round of fragments, then updates as often as `updates_per_slot` says."""
        collected = self._sample()
        if self._steps_sampled() <= self.config.learning_starts:
            return
        self._updates_due += collected * self.config.updates_per_slot
        with self.metrics.log_time((TIMERS, LEARNER_UPDATE_TIMER)):
            while self._updates_due >= 1:
                count = min(int(self._updates_due), UPDATES_PER_CALL)
                self._update(count)
                self._updates_due -= count
        with self.metrics.log_time((TIMERS, SYNCH_WORKER_WEIGHTS_TIMER)):
            self._sync_actors()

    @staticmethod
    def _get_env_id_and_creator(env_specifier: Any, config: Any) -> tuple[Any, Any]:
        # RLlib refuses plain callables; the runners make the environments by themselves.
        if callable(env_specifier):
            return getattr(env_specifier, "__name__", "environment"), env_specifier
        return Algorithm._get_env_id_and_creator(env_specifier, config)

    def _sample(self) -> int:
        with self.metrics.log_time((TIMERS, ENV_RUNNER_SAMPLING_TIMER)):
            fragments, results = synchronous_parallel_sample(
                worker_set=self.env_runner_group,
                concat=False,
                sample_timeout_s=self.config.sample_timeout_s,
                _uses_new_env_runners=True,
                _return_metrics=True,
            )
        self.metrics.aggregate(results, key=ENV_RUNNER_RESULTS)
        collected = 0
        for fragment in (f for runner in fragments for f in runner):
            self.replay.add(fragment)
            collected += len(fragment)
        return collected

    def _steps_sampled(self) -> int:
        key = (ENV_RUNNER_RESULTS, NUM_ENV_STEPS_SAMPLED_LIFETIME)
        return int(self.metrics.peek(key, default=0))

    def _update(self, count: int) -> None:
        rows = count * self.config.train_batch_size_per_learner
        sample = {k: torch.from_numpy(v) for k, v in self.replay.sample(rows).items()}
        batch = MultiAgentBatch({CENTRAL: SampleBatch(sample)}, env_steps=rows)
        results = self.learner_group.update(
            batch=batch, timesteps={NUM_ENV_STEPS_SAMPLED_LIFETIME: self._steps_sampled()}
        )
        self.metrics.aggregate(results, key=LEARNER_RESULTS)

    def _sync_actors(self) -> None:
        # Without policies= the critics would travel to every runner as well.
        self.env_runner_group.sync_weights(
            from_worker_or_learner_group=self.learner_group,
            policies=[ACTORS],
            inference_only=True,
        )
