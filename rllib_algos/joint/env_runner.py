"""An RLlib EnvRunner that steps ParallelEnvs directly and returns joint fragments."""

import logging
import pickle
import time
from collections import defaultdict
from typing import Any

import numpy as np
import torch
from ray.rllib.core.columns import Columns
from ray.rllib.env.env_runner import NUM_ENV_STEP_FAILURES_LIFETIME
from ray.rllib.env.multi_agent_env_runner import MultiAgentEnvRunner
from ray.rllib.utils.metrics import (
    NUM_ENV_STEPS_SAMPLED_LIFETIME,
    SAMPLE_TIMER,
    TIME_BETWEEN_SAMPLING,
    WEIGHTS_SEQ_NO,
)

from rllib_algos.joint.callbacks import fire, has_episode_callbacks
from rllib_algos.joint.discovery import joint_spaces
from rllib_algos.joint.errors import JointEnvError
from rllib_algos.joint.fragment import JointFragment
from rllib_algos.joint.metrics import log_episode, log_infos, log_steps
from rllib_algos.joint.rl_modules import ACTORS
from rllib_algos.joint.stepper import CopyStepper
from rllib_algos.joint.vector_env import JointVectorEnv, env_maker

JOINT_SPACES = "__joint_spaces__"  # key of what runners report: JointSpaces, or an error
SIMULATION = "simulation"  # component of a runner's state: environments and random streams

logger = logging.getLogger("ray.rllib")


class JointEnvRunner(MultiAgentEnvRunner):
    """Steps several copies of a ParallelEnv; one forward pass of all actors serves all copies.

    It replaces the stock runner's episodes and connectors, which cost several times what the
    actors do, by arrays; callbacks, metrics, weights and checkpoints work as usual.
    """

    config: Any  # a JointOffPolicyConfig; RLlib declares AlgorithmConfig
    env: Any
    module: Any

    def __init__(self, config: Any, **kwargs: Any) -> None:
        self._env_error: JointEnvError | None = None
        self._steppers: list[CopyStepper] = []
        self._finished: list[Any] = []
        self._steps_at_sync = 0
        super().__init__(config=config, **kwargs)
        if self.worker_index and self.config.num_torch_threads:
            torch.set_num_threads(self.config.num_torch_threads)
        self._watched = has_episode_callbacks(self.config)
        self._generator = torch.Generator(device=self._device)
        self._generator.manual_seed(self._stream(0))

    def make_env(self) -> None:
        """Makes the environment copies; on a remote runner a failure is kept for the driver."""
        if self.env is not None:
            self.env.close()
            self.env = None
        self._steppers = []
        maker = env_maker(self.config, self.worker_index or 0)
        try:
            self.env = JointVectorEnv(maker, self.config.num_envs_per_env_runner or 1)
        except (JointEnvError, TypeError, ValueError) as error:
            if not self.worker_index:
                raise
            self._env_error = JointEnvError(str(error))  # a dead actor would only say IndexError
            return
        self.num_envs = self.env.num_envs
        self._needs_initial_reset = True
        fire(self, "on_environment_created", env=self.env, env_context=self.config.env_config)

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

    def get_state(
        self, components: Any = None, *, not_components: Any = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Returns RLlib's state, the environments (if they pickle) and the random stream."""
        state = super().get_state(components, not_components=not_components, **kwargs)
        wanted = self._check_component(SIMULATION, components, not_components)
        if wanted and self.config.checkpoint_environments and self.env is not None:
            state[SIMULATION] = {
                "runner": self._identity,
                "steppers": _pickled(self._steppers),
                "generator": self._generator.get_state().numpy(),
            }
        return state

    def set_state(self, state: dict[str, Any]) -> None:
        """Restores `get_state`; older weights than the current ones are taken, too."""
        # RLlib ignores weights with a number that is not larger than the current one, and so
        # would keep acting with newer actors after a roll-back.
        current, self._weights_seq_no = self._weights_seq_no, -1
        super().set_state(state)
        if self._weights_seq_no < 0:  # the state had no number
            self._weights_seq_no = current
        if NUM_ENV_STEPS_SAMPLED_LIFETIME in state:
            self._steps_at_sync = self.num_env_steps_sampled_lifetime
        simulation = state.get(SIMULATION)
        if simulation is None or self.env is None:
            return
        # RLlib hands the local training runner's state to evaluation's and restarted ones, too.
        if simulation["runner"] == self._identity:
            self._generator.set_state(torch.from_numpy(simulation["generator"].copy()))
            self._restore_steppers(simulation["steppers"])

    @property
    def _identity(self) -> tuple[bool, int]:
        return bool(self.config.in_evaluation), self.worker_index or 0

    def _restore_steppers(self, pickled: bytes | None) -> None:
        steppers = [] if pickled is None else pickle.loads(pickled)
        if len(steppers) != self.num_envs:  # not pickled, or another number of copies: start anew
            self._steppers = []
            self._needs_initial_reset = True
            return
        self._steppers = steppers
        self.env.envs = [stepper.env for stepper in steppers]
        self._needs_initial_reset = False

    def _collect(
        self, num_steps: int | None, num_episodes: int | None, explore: bool, random: bool
    ) -> list[JointFragment]:
        fragments: list[JointFragment | None] = []
        infos: dict[str, list[float]] = defaultdict(list)
        steps = episodes = 0
        while steps < num_steps if num_steps is not None else episodes < (num_episodes or 1):
            stored = self._act(explore, random)
            for stepper in self._steppers:
                if not self._step(stepper, stored):
                    continue
                steps += 1
                for key, value in stepper.numeric_infos().items():
                    infos[key].append(value)
                if stepper.episode.is_done:
                    episodes += 1
                    fragments.append(stepper.flush())
                    self._end_episode(stepper)
                    if num_episodes is not None and episodes >= num_episodes:
                        break
        if num_steps is None:
            self._needs_initial_reset = True
        else:
            fragments.extend(stepper.flush() for stepper in self._steppers)
        log_steps(self.metrics, steps, self._steppers[0].episode.agent_ids)
        log_infos(self.metrics, infos)
        self.num_env_steps_sampled_lifetime += steps
        return [f for f in fragments if f is not None]

    def _act(self, explore: bool, random: bool) -> list[np.ndarray]:
        """Returns joint actions of all copies, (E, ...) per group."""
        module = self.module[ACTORS]
        if random:
            actions = module.actors.random(len(self._steppers), self._generator)
            return [a.cpu().numpy() for a in actions]
        fields = {
            name: torch.from_numpy(np.stack([s.current[name] for s in self._steppers])).to(
                self._device
            )
            for name in self._steppers[0].current
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

    def _step(self, stepper: CopyStepper, stored: list[np.ndarray]) -> bool:
        """Steps one copy; returns False if it failed and was replaced, as RLlib's config allows."""
        try:
            stepper.step(stored)
        except JointEnvError:
            if not self.config.restart_failed_sub_environments:
                raise
            logger.exception("Replacing environment copy %d, which failed.", stepper.index)
            self.metrics.log_value(NUM_ENV_STEP_FAILURES_LIFETIME, 1, reduce="lifetime_sum")
            self.env.remake(stepper.index)
            stepper.env = self.env.envs[stepper.index]
            self._start_episode(stepper, seed=None)
            return False
        self._episode_callback("on_episode_step", stepper)
        return True

    def _end_episode(self, stepper: CopyStepper) -> None:
        self._episode_callback("on_episode_end", stepper, prev_episode_chunks=[])
        self._finished.append(stepper.episode)
        self._start_episode(stepper, seed=None)

    def _start_episode(self, stepper: CopyStepper, seed: int | None) -> None:
        stepper.new_episode()
        self._episode_callback("on_episode_created", stepper)
        stepper.reset(seed)
        self._episode_callback("on_episode_start", stepper)

    def _reset_all(self) -> None:
        # Evaluation repeats the same episodes every time; training must not.
        first = not self._steppers
        if first:
            layout = self.module[ACTORS].actors.layout
            self._steppers = [CopyStepper(env, layout, i) for i, env in enumerate(self.env.envs)]
        seeded = self.config.seed is not None and (first or self.config.in_evaluation)
        if seeded:
            self._generator.manual_seed(self._stream(0))
        for stepper in self._steppers:
            seed = self._stream(1 + stepper.index) if seeded else None
            self._start_episode(stepper, seed)
        self._needs_initial_reset = False

    def _stream(self, stream: int) -> int:
        """Returns the seed of one of this runner's random streams; no two runners share any.

        A runner that starts in the middle of a run (resumed, or in place of one that died) must
        not repeat its beginning, hence the number of steps; evaluation shall repeat itself.
        """
        if self.config.seed is None:
            return int(np.random.SeedSequence().generate_state(1)[0])
        evaluation = bool(self.config.in_evaluation)
        steps = 0 if evaluation else self.num_env_steps_sampled_lifetime
        key = (self.config.seed, self.worker_index or 0, int(evaluation), int(steps), stream)
        return int(np.random.SeedSequence(key).generate_state(1)[0])

    def _episode_callback(self, which: str, stepper: CopyStepper, **kwargs: Any) -> None:
        if self._watched:
            fire(
                self,
                which,
                episode=stepper.episode,
                env=self.env,
                rl_module=self.module,
                env_index=stepper.index,
                **kwargs,
            )


def _pickled(steppers: list[CopyStepper]) -> bytes | None:
    try:
        return pickle.dumps(steppers)
    except Exception as error:  # what an environment raises when it does not pickle is up to it
        logger.warning("The environments are left out of the checkpoint: %s", error)
        return None
