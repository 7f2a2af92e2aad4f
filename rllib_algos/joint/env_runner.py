"""An RLlib EnvRunner that steps ParallelEnvs directly and returns joint fragments."""

import time
from typing import Any

import numpy as np
import torch
from ray.rllib.core.columns import Columns
from ray.rllib.utils.metrics import SAMPLE_TIMER, TIME_BETWEEN_SAMPLING, WEIGHTS_SEQ_NO

from rllib_algos.joint.callbacks import fire
from rllib_algos.joint.discovery import joint_spaces
from rllib_algos.joint.fragment import JointFragment
from rllib_algos.joint.metrics import InfoMeans, log_episode, log_steps
from rllib_algos.joint.rl_modules import ACTORS
from rllib_algos.joint.stepping import SteppingRunner

JOINT_SPACES = "__joint_spaces__"  # key of what runners report: JointSpaces, or an error


class JointEnvRunner(SteppingRunner):
    """Steps several copies of a ParallelEnv; one forward pass of all actors serves all copies.

    It replaces the stock runner's episodes and connectors, which cost several times what the
    actors do, by arrays; callbacks, metrics, weights and checkpoints work as usual.
    """

    def make_module(self) -> None:
        """Builds the actors, unless there is no environment to build them for."""
        if self._env_error is None:
            super().make_module()

    def assert_healthy(self) -> None:
        """Passes although an environment is missing: the driver reports that with its cause."""

    def get_spaces(self) -> dict[str, Any]:
        """Returns the joint spaces, or the error that kept the environment from being made."""
        if self._env_error is not None:
            return {JOINT_SPACES: self._env_error}
        if self.env is None:
            return self.spaces
        return {JOINT_SPACES: joint_spaces(self.env.envs[0])}

    def sample(  # pyright: ignore[reportIncompatibleMethodOverride] -- fragments, not episodes
        self,
        *,
        num_timesteps: int | None = None,
        num_episodes: int | None = None,
        explore: bool | None = None,
        random_actions: bool = False,
        force_reset: bool = False,
    ) -> list[JointFragment]:
        """Returns fragments of at least `num_timesteps` steps or `num_episodes` episodes.

        Without either, `rollout_fragment_length` steps of every copy, or (with batch_mode
        "complete_episodes") one episode per copy.
        """
        if self._env_error is not None:
            raise self._env_error
        if self.env is None:
            raise ValueError(
                "the local env runner has no environment, the remote ones have; to evaluate, set "
                "evaluation(evaluation_interval=...)"
            )
        if self._time_after_sampling is not None:
            waited = time.perf_counter() - self._time_after_sampling
            self.metrics.log_value(TIME_BETWEEN_SAMPLING, waited)
        if num_timesteps is None and num_episodes is None:
            if self.config.batch_mode == "truncate_episodes":
                fragment = self.config.get_rollout_fragment_length(self.worker_index)
                num_timesteps = fragment * self.num_envs
            else:
                num_episodes = self.num_envs
        self.metrics.log_value(WEIGHTS_SEQ_NO, self._weights_seq_no, window=1)
        with self.metrics.log_time(SAMPLE_TIMER):
            if force_reset or num_episodes is not None or self._needs_initial_reset:
                self._reset_all()
            explore = self.config.explore if explore is None else explore
            fragments = self._collect(num_timesteps, num_episodes, bool(explore), random_actions)
        fire(self, "on_sample_end", samples=fragments)
        self._time_after_sampling = time.perf_counter()
        return fragments

    def get_metrics(self) -> Any:
        """Returns the metrics since the last call, finished episodes included."""
        for episode in self._finished:
            log_episode(self, episode)
        self._finished.clear()
        return self.metrics.reduce()

    def _collect(
        self, num_steps: int | None, num_episodes: int | None, explore: bool, random: bool
    ) -> list[JointFragment]:
        self._collected, means = [], InfoMeans()
        steps = episodes = 0
        while steps < num_steps if num_steps is not None else episodes < (num_episodes or 1):
            counted = self._step(self._act(explore, random))
            over = self._ended().nonzero()[0]
            if num_episodes is not None and episodes + len(over) >= num_episodes:
                over = over[: num_episodes - episodes]
                counted[over[-1] + 1 :] = False  # what others did meanwhile is not asked for
            steps += int(np.count_nonzero(counted))
            episodes += len(over)
            for numbers, count in self._numeric_infos(counted):
                means.add(numbers, count)
            if len(over):
                self._end_episodes(over)
        if num_steps is None:
            self._needs_initial_reset = True
        else:
            self._flush(np.arange(self.num_envs))
        log_steps(self.metrics, steps, self.module[ACTORS].actors.layout.spaces.agents)
        means.log(self.metrics)
        self.num_env_steps_sampled_lifetime += steps
        fragments, self._collected = self._collected, []
        return fragments

    def _act(self, explore: bool, random: bool) -> list[np.ndarray]:
        """Returns joint actions of all copies, (E, ...) per group."""
        module = self.module[ACTORS]
        if random:
            actions = module.actors.random(self.num_envs, self._generator)
            return [a.cpu().numpy() for a in actions]
        fields = {
            name: torch.from_numpy(values).to(self._device)
            for name, values in self._current().items()
        }
        if explore:
            out = module.forward_exploration(
                {Columns.OBS: fields}, generator=self._generator, step=self._steps_of_all_runners
            )
        else:
            out = module.forward_inference({Columns.OBS: fields})
        return [actions.cpu().numpy() for actions in out[Columns.ACTIONS]]

    @property
    def _steps_of_all_runners(self) -> int:
        """Returns about how many environment steps have been taken in total, for schedules.

        The algorithm tells runners the total now and then; from there on, all are as fast.
        """
        since = self.num_env_steps_sampled_lifetime - self._steps_at_sync
        return int(self._steps_at_sync + since * max(self.config.num_env_runners, 1))
