"""The training loop of joint off-policy algorithms: sample, store, update, sync."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ray.rllib.algorithms.algorithm import Algorithm
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

from rllib_algos.joint.actors import Actors
from rllib_algos.joint.config import JointOffPolicyConfig
from rllib_algos.joint.env_runner import JOINT_SPACES
from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.policy_file import check_fits, policy_content, write_policy
from rllib_algos.joint.replay import JointReplay
from rllib_algos.joint.rl_modules import ACTORS, CENTRAL
from rllib_algos.joint.sampling import RunnerWatch, sample_in_parallel

UPDATES_PER_CALL = 16  # updates whose batches travel to the learner together
JOINT_STATE = "joint_off_policy"  # key of this class's own state in a checkpoint


class JointOffPolicy(Algorithm):
    """Samples in parallel, stores joint transitions, updates, and syncs the actors."""

    config: Any  # a JointOffPolicyConfig; RLlib declares AlgorithmConfig | None
    env_runner_group: Any
    evaluation_config: Any
    learner_group: Any
    spaces: Any

    @classmethod
    def get_default_config(cls) -> JointOffPolicyConfig:
        """Returns the default settings."""
        return JointOffPolicyConfig(cls)

    def setup(self, config: Any) -> None:
        """Builds runners, learner and replay."""
        super().setup(config)
        layout = self.config.make_layout(self.spaces[JOINT_SPACES])
        self.replay = self.make_replay(layout, np.random.default_rng(self.config.seed))
        self._updates_due = 0.0
        self._watch = RunnerWatch(
            self.env_runner_group, self.config.num_consecutive_env_runner_failures_tolerance
        )

    def make_replay(self, layout: GroupLayout, rng: np.random.Generator) -> Any:
        """Returns an empty replay, with what `JointReplay` has; a subclass may have its own.

        Args:
            layout: how joint observations and actions are stored.
            rng: draws the samples.
        """
        return JointReplay(
            self.config.replay_capacity,
            layout.observation_fields,
            layout.action_fields,
            layout.spaces.num_agents,
            rng,
            self.config.note_fields(layout),
        )

    def training_step(self) -> None:
        """Collects one round of fragments, then updates as often as `updates_per_slot` says."""
        collected = self._sample()
        self.metrics.log_value("replay_size", len(self.replay), window=1)
        if len(self.replay) <= min(self.config.learning_starts, self.config.replay_capacity // 2):
            return
        self._updates_due += collected * self.config.updates_per_slot
        with self.metrics.log_time((TIMERS, LEARNER_UPDATE_TIMER)):
            while self._updates_due >= 1:
                count = min(int(self._updates_due), UPDATES_PER_CALL)
                self._update(count)
                self._updates_due -= count
        with self.metrics.log_time((TIMERS, SYNCH_WORKER_WEIGHTS_TIMER)):
            self._sync_actors()

    def get_state(
        self, components: Any = None, *, not_components: Any = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Returns RLlib's state plus the replay (if `checkpoint_replay`) and what is due."""
        state = super().get_state(components, not_components=not_components, **kwargs)
        if self._check_component(JOINT_STATE, components, not_components):
            replay = self.replay.get_state() if self.config.checkpoint_replay else None
            state[JOINT_STATE] = {"replay": replay, "updates_due": self._updates_due}
        return state

    def set_state(self, state: dict[str, Any]) -> None:
        """Restores `get_state`."""
        super().set_state(state)
        own = state.get(JOINT_STATE)
        if own is not None:
            self._updates_due = own["updates_due"]
            if own["replay"] is not None:
                self.replay.set_state(own["replay"])
        self._sync_actors()  # RLlib's own transfer may be dropped, see there

    def restore_env_runners(self, env_runner_group: Any) -> list[int]:
        """Brings back env runners that died, with the newest actors and the run's step count."""
        local = env_runner_group.local_env_runner
        if local is not None and env_runner_group.num_remote_env_runners():
            local.num_env_steps_sampled_lifetime = (
                self._steps_sampled
            )  # they get the local one's state
        return super().restore_env_runners(env_runner_group)

    @property
    def actors(self) -> Actors:
        """The policies, as they act."""
        module: Any = self.get_module(ACTORS)
        return module.actors

    def restore_from_path(self, path: Any, *args: Any, **kwargs: Any) -> None:
        """Restores a checkpoint, after checking that this algorithm can take it.

        Raises:
            ValueError: it was written by another algorithm, for other spaces or networks, or not by
                an algorithm of this package.
        """
        path = _absolute(path)
        if "component" not in kwargs and Path(path).exists():
            check_fits(Path(path), type(self).__name__, self.actors)
        super().restore_from_path(path, *args, **kwargs)

    def evaluate(self, parallel_train_future: Any = None) -> Any:
        """Evaluates with evaluation's settings: greedy, unless they say `explore=True`."""
        if self.eval_env_runner_group is not None or self.env_runner is None:
            return super().evaluate(parallel_train_future)
        runner: Any = self.env_runner  # evaluation has no runner of its own and borrows training's
        explore, runner.config.explore = runner.config.explore, self.evaluation_config.explore
        try:
            return super().evaluate(parallel_train_future)
        finally:
            runner.config.explore = explore

    def save_to_path(self, path: Any = None, **kwargs: Any) -> str:
        """Writes a checkpoint, and in it the policies for `rllib_algos.load_policy`."""
        saved = super().save_to_path(_absolute(path), **kwargs)
        weights = self.learner_group.get_weights([ACTORS])[ACTORS]
        module: Any = self.get_module(ACTORS)
        noise = module.exploration.at(self._steps_sampled)
        content = policy_content(type(self).__name__, module.actors, weights, noise)
        write_policy(Path(saved), content, kwargs.get("filesystem"))
        return saved

    @staticmethod
    def _get_env_id_and_creator(env_specifier: Any, config: Any) -> tuple[Any, Any]:
        # RLlib refuses plain callables; the runners make the environments by themselves.
        if callable(env_specifier):
            return getattr(env_specifier, "__name__", "environment"), env_specifier
        return Algorithm._get_env_id_and_creator(env_specifier, config)

    def _sample(self) -> int:
        with self.metrics.log_time((TIMERS, ENV_RUNNER_SAMPLING_TIMER)):
            fragments, results = sample_in_parallel(
                self.env_runner_group, self.config.sample_timeout_s
            )
        self._watch.check(len(results))
        self.metrics.aggregate(results, key=ENV_RUNNER_RESULTS)
        for fragment in fragments:
            self.replay.add(fragment)
        return sum(len(fragment) for fragment in fragments)

    def _update(self, count: int) -> None:
        rows = count * self.config.train_batch_size_per_learner
        self._learn(self.replay.sample(rows), rows)

    def _learn(self, sample: Mapping[str, np.ndarray], rows: int) -> None:
        tensors = {k: torch.from_numpy(v) for k, v in sample.items()}
        batch = MultiAgentBatch({CENTRAL: SampleBatch(tensors)}, env_steps=rows)
        results = self.learner_group.update(
            batch=batch, timesteps={NUM_ENV_STEPS_SAMPLED_LIFETIME: self._steps_sampled}
        )
        self.metrics.aggregate(results, key=LEARNER_RESULTS)

    @property
    def _steps_sampled(self) -> int:
        key = (ENV_RUNNER_RESULTS, NUM_ENV_STEPS_SAMPLED_LIFETIME)
        return int(self.metrics.peek(key, default=0))

    def _sync_actors(self) -> None:
        # RLlib sends nothing to a runner that has not answered yet that it took what came before.
        self.env_runner_group.fetch_ready_async_reqs(tags="set_state", timeout_seconds=None)
        # Without policies= the critics would travel to every runner as well.
        self.env_runner_group.sync_weights(
            from_worker_or_learner_group=self.learner_group,
            policies=[ACTORS],
            inference_only=True,
        )


def _absolute(path: Any) -> Any:
    """Returns local paths as absolute ones, which RLlib insists on, and others as they are."""
    if path is None or "://" in str(path):
        return path
    return str(Path(path).absolute())
