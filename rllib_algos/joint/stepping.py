"""How the joint EnvRunner resets and steps its copies: all at once, or one by one."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from ray.rllib.env.env_runner import NUM_ENV_STEP_FAILURES_LIFETIME

from rllib_algos.joint.batch_stepper import BatchStepper
from rllib_algos.joint.callbacks import fire, has_episode_callbacks
from rllib_algos.joint.episode import JointEpisode
from rllib_algos.joint.errors import JointEnvError
from rllib_algos.joint.fragment import JointFragment
from rllib_algos.joint.layout import Arrays
from rllib_algos.joint.protocols import Infos
from rllib_algos.joint.rl_modules import ACTORS
from rllib_algos.joint.simulation import SimulatingRunner
from rllib_algos.joint.stepper import CopyStepper

logger = logging.getLogger("ray.rllib")


class SteppingRunner(SimulatingRunner):
    """Takes steps in all copies, notes what a subclass wants to know of them, and ends episodes.

    Copies move together where the environment offers that (see `Batchable`), else one by one. What
    they are stepped with, and when, is `JointEnvRunner`'s.
    """

    def __init__(self, config: Any, **kwargs: Any) -> None:
        self._finished: list[JointEpisode] = []
        self._collected: list[JointFragment] = []
        super().__init__(config=config, **kwargs)
        self._watched = has_episode_callbacks(self.config)

    def note(self, copy: int, steps: int, stored: list[np.ndarray]) -> Arrays:
        """Returns what a fragment's `notes` keep of the step to come; nothing by default.

        Args:
            copy: that is about to be stepped, an index into `env.envs`.
            steps: how many it has taken, over all episodes.
            stored: joint actions of all copies, (E, ...) per group.
        """
        return {}

    def note_outcome(self, stepper: CopyStepper, fields: Arrays) -> Arrays:
        """Returns what `notes` keep of the step that was taken; nothing by default.

        Args:
            stepper: of the copy, with the infos of the step.
            fields: the joint observation that was acted on.
        """
        return {}

    def note_outcomes(self, infos: Infos, fields: Arrays) -> Arrays:
        """Returns what `note_outcome` does, (E, ...), where copies were stepped together.

        Args:
            infos: of the step, (E, ...) each; see `BatchedEnv`.
            fields: the joint observations that were acted on, (E, ...).
        """
        return {}

    def _current(self) -> Arrays:
        """Returns the observations to act on, (E, ...)."""
        if self._batch is not None:
            return self._batch.current
        steppers = self._steppers
        return {name: np.stack([s.current[name] for s in steppers]) for name in steppers[0].current}

    def _step(self, stored: list[np.ndarray]) -> np.ndarray:
        """Steps all copies; returns which have made the step, (E,) bool.

        The others failed and were replaced, as RLlib's config allows.
        """
        if self._batch is not None:
            return self._step_together(self._batch, stored)
        return np.array([self._step_copy(stepper, stored) for stepper in self._steppers])

    def _ended(self) -> np.ndarray:
        """Returns whose episodes are over, (E,) bool."""
        if self._batch is not None:
            return self._batch.ended
        return np.array([stepper.episode.is_done for stepper in self._steppers])

    def _numeric_infos(self, which: np.ndarray) -> Iterable[tuple[Mapping[str, Any], int]]:
        """Returns numbers of the first agent's last infos with the number of copies they are of.

        Args:
            which: (E,) bool, the copies that count.
        """
        if self._batch is None:
            moved = zip(self._steppers, which.tolist(), strict=True)
            return [(stepper.numeric_infos(), 1) for stepper, counts in moved if counts]
        numbers, count = self._batch.numeric_infos(), int(np.count_nonzero(which))
        if count < len(which):
            numbers = {key: np.where(which, values, 0.0) for key, values in numbers.items()}
        return [(numbers, count)]

    def _flush(self, copies: np.ndarray) -> None:
        """Collects what some copies did since they were last flushed."""
        if self._batch is not None:
            self._collected += self._batch.flush(copies)
            return
        fragments = [self._steppers[copy].flush() for copy in copies]
        self._collected += [fragment for fragment in fragments if fragment is not None]

    def _end_episodes(self, copies: np.ndarray) -> None:
        """Ends the episodes of some copies, which are flushed, and starts the next."""
        self._flush(copies)
        if self._batch is not None:
            self._batch.record(copies.tolist())
        for copy in copies.tolist():
            self._episode_callback("on_episode_end", copy, prev_episode_chunks=[])
            self._finished.append(self._episode(copy))
        self._start_episodes(copies.tolist(), [None] * len(copies))

    def _start_episodes(self, copies: Sequence[int], seeds: Sequence[int | None]) -> None:
        if self._batch is None:
            for copy, seed in zip(copies, seeds, strict=True):
                self._steppers[copy].new_episode()
                self._episode_callback("on_episode_created", copy)
                self._steppers[copy].reset(seed)
                self._episode_callback("on_episode_start", copy)
            return
        self._batch.new_episodes(copies)
        for copy in copies:
            self._episode_callback("on_episode_created", copy)
        self._batch.reset(copies, seeds)
        if self._watched:
            self._batch.record(copies)
        for copy in copies:
            self._episode_callback("on_episode_start", copy)

    def _reset_all(self) -> None:
        # Evaluation repeats the same episodes every time; training must not.
        first = not self._steppers and self._batch is None
        if first:
            self._make_steppers()
        seeded = self.config.seed is not None and (first or self.config.in_evaluation)
        if seeded:
            self._generator.manual_seed(self._stream(0))
        copies = range(self.num_envs)
        seeds = [self._stream(1 + copy) if seeded else None for copy in copies]
        self._start_episodes(copies, seeds)
        self._needs_initial_reset = False

    def _make_steppers(self) -> None:
        layout = self.module[ACTORS].actors.layout
        alike = len(layout.spaces.groups) == 1
        batch = self.env.join() if alike else None
        if batch is None:
            self._move_one_by_one()
        else:
            self._batch = BatchStepper(batch, layout)

    def _move_one_by_one(self) -> None:
        layout = self.module[ACTORS].actors.layout
        self._steppers = [CopyStepper(env, layout, i) for i, env in enumerate(self.env.envs)]

    def _step_copy(self, stepper: CopyStepper, stored: list[np.ndarray]) -> bool:
        try:
            notes, fields = self.note(stepper.index, stepper.steps, stored), stepper.current
            stepper.step(stored)
        except JointEnvError as error:
            self._allow(error, f"Replacing environment copy {stepper.index}, which failed.")
            self.env.remake(stepper.index)
            stepper.env = self.env.envs[stepper.index]
            self._start_episodes([stepper.index], [None])
            return False
        stepper.keep_notes({**notes, **self.note_outcome(stepper, fields)})
        self._episode_callback("on_episode_step", stepper.index)
        return True

    def _step_together(self, batch: BatchStepper, stored: list[np.ndarray]) -> np.ndarray:
        copies, fields = range(self.num_envs), batch.current
        each = [self.note(copy, batch.steps, stored) for copy in copies]
        notes = {name: np.stack([own[name] for own in each]) for name in each[0]}
        try:
            batch.step(stored)
        except JointEnvError as error:
            self._allow(error, "Replacing all environment copies, one of which failed.")
            self._part()
            return np.zeros(self.num_envs, bool)
        batch.keep_notes({**notes, **self.note_outcomes(batch.infos, fields)})
        if self._watched:
            batch.record(copies)
            for copy in copies:
                self._episode_callback("on_episode_step", copy)
        return np.ones(self.num_envs, bool)

    def _part(self) -> None:
        """Has new copies move one by one, after a batch failed and nobody knows which of it.

        What the old ones did before is kept.
        """
        self._flush(np.arange(self.num_envs))
        self.env.take(self.env.envs)
        self._batch = None
        for copy in range(self.num_envs):
            self.env.remake(copy)
        self._move_one_by_one()
        self._start_episodes(range(self.num_envs), [None] * self.num_envs)

    def _allow(self, error: JointEnvError, message: str) -> None:
        """Logs an error that is being handled, or raises it again, as RLlib's config says."""
        if not self.config.restart_failed_sub_environments:
            raise error
        logger.exception(message)
        self.metrics.log_value(NUM_ENV_STEP_FAILURES_LIFETIME, 1, reduce="lifetime_sum")

    def _episode(self, copy: int) -> JointEpisode:
        return self._steppers[copy].episode if self._batch is None else self._batch.episodes[copy]

    def _episode_callback(self, which: str, copy: int, **kwargs: Any) -> None:
        if self._watched:
            fire(
                self,
                which,
                episode=self._episode(copy),
                env=self.env,
                rl_module=self.module,
                env_index=copy,
                **kwargs,
            )
