"""An RLlib EnvRunner that steps ParallelEnvs directly and returns joint fragments."""

import time
from collections import defaultdict
from typing import Any

import numpy as np
import torch
from ray.rllib.callbacks.callbacks import RLlibCallback
from ray.rllib.callbacks.utils import make_callback
from ray.rllib.core.columns import Columns
from ray.rllib.env.multi_agent_env_runner import MultiAgentEnvRunner
from ray.rllib.utils import force_list
from ray.rllib.utils.metrics import SAMPLE_TIMER, TIME_BETWEEN_SAMPLING, WEIGHTS_SEQ_NO

from rllib_algos.joint.discovery import joint_spaces
from rllib_algos.joint.fragment import JointFragment
from rllib_algos.joint.metrics import log_episode, log_infos, log_steps
from rllib_algos.joint.rl_modules import ACTORS
from rllib_algos.joint.stepper import CopyStepper
from rllib_algos.joint.vector_env import JointEnvError, JointVectorEnv, env_maker

JOINT_SPACES = (
    "__joint_spaces__"  # key under which runners report JointSpaces, or why there is none
)


class JointEnvRunner(MultiAgentEnvRunner):
    """Steps several copies of a ParallelEnv; one forward pass of all actors serves all copies.

    It replaces the stock runner's episodes and connectors (which cost several times the actors
    themselves) by arrays; callbacks, metrics, weights and checkpoints work as usual.
    """

    def __init__(self, config: Any, **kwargs: Any) -> None:
        self._env_error: JointEnvError | None = None
        self._steppers: list[CopyStepper] = []
        super().__init__(config=config, **kwargs)
        if self.worker_index and self.config.num_torch_threads:
            torch.set_num_threads(self.config.num_torch_threads)
        self._generator = torch.Generator(device=self._device)
        self._generator.manual_seed(self._stream(0))
        self._finished: list[Any] = []
        self._watched = _has_episode_callbacks(self.config)

    def make_env(self) -> None:
        """Makes the environment copies; on a remote runner a failure is kept for the driver."""
        if self.env is not None:
            self.env.close()
            self.env = None
        self._steppers = []
        maker = env_maker(self.config, self.worker_index or 0)
        try:
            self.env = JointVectorEnv(maker, self.config.num_envs_per_env_runner)
        except JointEnvError as error:
            if not self.worker_index:
                raise
            self._env_error = error  # an actor that fails to start would only say IndexError
            return
        self.num_envs = self.env.num_envs
        self._needs_initial_reset = True
        make_callback(
            "on_environment_created",
            callbacks_objects=self._callbacks,
            callbacks_functions=self.config.callbacks_on_environment_created,
            kwargs={
                "env_runner": self,
                "metrics_logger": self.metrics,
                "env": self.env,
                "env_context": self.config.env_config,
            },
        )

    def make_module(self) -> None:
        """Builds the actors, unless there is no environment to build them for."""
        if self._env_error is None:
            super().make_module()

    def get_spaces(self) -> dict[str, Any]:
        """Returns the joint spaces, or the error that kept the environment from being made."""
        if self._env_error is not None:
            return {JOINT_SPACES: self._env_error}
        if self.env is None:
            return self.spaces
        spaces = joint_spaces(self.env.envs[0])
        return {JOINT_SPACES: spaces}

    def sample(
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
            raise ValueError(f"{self} has no environment to sample from")
        if self._time_after_sampling is not None:
            waited = time.perf_counter() - self._time_after_sampling
            self.metrics.log_value(TIME_BETWEEN_SAMPLING, waited)
        if num_timesteps is None and num_episodes is None:
            if self.config.batch_mode == "truncate_episodes":
                fragment = self.config.get_rollout_fragment_length(self.worker_index)
                num_timesteps = fragment * self.num_envs
            else:
                num_episodes = self.num_envs
        explore = self.config.explore if explore is None else explore
        self.metrics.log_value(WEIGHTS_SEQ_NO, self._weights_seq_no, window=1)
        with self.metrics.log_time(SAMPLE_TIMER):
            if force_reset or num_episodes is not None or self._needs_initial_reset:
                self._reset_all()
            fragments = self._collect(num_timesteps, num_episodes, explore, random_actions)
        make_callback(
            "on_sample_end",
            callbacks_objects=self._callbacks,
            callbacks_functions=self.config.callbacks_on_sample_end,
            kwargs={
                "env_runner": self,
                "metrics_logger": self.metrics,
                "samples": fragments,
            },
        )
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
        fragments: list[JointFragment | None] = []
        infos: dict[str, list[float]] = defaultdict(list)
        steps = episodes = 0
        while episodes < num_episodes if num_steps is None else steps < num_steps:
            stored = self._random_actions() if random else self._act(explore)
            for stepper in self._steppers:
                self._step(stepper, stored)
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

    def _act(self, explore: bool) -> list[np.ndarray]:
        names = self._steppers[0].current
        fields = {
            name: torch.from_numpy(np.stack([s.current[name] for s in self._steppers])).to(
                self._device
            )
            for name in names
        }
        module = self.module[ACTORS]
        if explore:
            out = module.forward_exploration({Columns.OBS: fields}, generator=self._generator)
        else:
            out = module.forward_inference({Columns.OBS: fields})
        return [actions.cpu().numpy() for actions in out[Columns.ACTIONS]]

    def _step(self, stepper: CopyStepper, stored: list[np.ndarray]) -> None:
        stepper.step(stored)
        self._callback("on_episode_step", stepper)

    def _end_episode(self, stepper: CopyStepper) -> None:
        self._callback("on_episode_end", stepper, prev_episode_chunks=[])
        self._finished.append(stepper.episode)
        self._start_episode(stepper, seed=None)

    def _start_episode(self, stepper: CopyStepper, seed: int | None) -> None:
        stepper.new_episode()
        self._callback("on_episode_created", stepper)
        stepper.reset(seed)
        self._callback("on_episode_start", stepper)

    def _reset_all(self) -> None:
        # Evaluation repeats the same episodes every time; training must not.
        first = not self._steppers
        if first:
            layout = self.module[ACTORS].actors.layout
            self._steppers = [CopyStepper(env, layout, i) for i, env in enumerate(self.env.envs)]
        seeded = self.config.seed is not None and (first or self.config.in_evaluation)
        if seeded and not first:
            self._generator.manual_seed(self._stream(0))
        for stepper in self._steppers:
            seed = self._stream(1 + stepper.index) if seeded else None
            self._start_episode(stepper, seed)
        self._needs_initial_reset = False

    def _stream(self, stream: int) -> int:
        """Returns the seed of one of this runner's random streams; no two runners share any."""
        if self.config.seed is None:
            return int(np.random.SeedSequence().generate_state(1)[0])
        key = (self.config.seed, self.worker_index or 0, int(self.config.in_evaluation), stream)
        return int(np.random.SeedSequence(key).generate_state(1)[0])

    def _callback(self, which: str, stepper: CopyStepper, **kwargs: Any) -> None:
        if not self._watched:
            return
        make_callback(
            which,
            callbacks_objects=self._callbacks,
            callbacks_functions=getattr(self.config, f"callbacks_{which}"),
            kwargs={
                "episode": stepper.episode,
                "env_runner": self,
                "metrics_logger": self.metrics,
                "env": self.env,
                "rl_module": self.module,
                "env_index": stepper.index,
                **kwargs,
            },
        )


def _has_episode_callbacks(config: Any) -> bool:
    """Whether any callback would fire; without one, the calls per step can be saved."""
    names = ("on_episode_created", "on_episode_start", "on_episode_step", "on_episode_end")
    if any(getattr(config, f"callbacks_{name}") is not None for name in names):
        return True
    classes = force_list(config.callbacks_class)
    return any(getattr(c, n) is not getattr(RLlibCallback, n) for c in classes for n in names)
