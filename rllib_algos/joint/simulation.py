"""The simulating half of the joint EnvRunner: its copies, episodes, seeds and checkpoints."""

import logging
import pickle
from typing import Any

import numpy as np
import torch
from ray.rllib.env.env_runner import NUM_ENV_STEP_FAILURES_LIFETIME
from ray.rllib.env.multi_agent_env_runner import MultiAgentEnvRunner
from ray.rllib.utils.metrics import NUM_ENV_STEPS_SAMPLED_LIFETIME

from rllib_algos.joint.callbacks import fire, has_episode_callbacks
from rllib_algos.joint.errors import JointEnvError
from rllib_algos.joint.layout import Arrays
from rllib_algos.joint.rl_modules import ACTORS
from rllib_algos.joint.stepper import CopyStepper
from rllib_algos.joint.vector_env import JointVectorEnv, env_maker

SIMULATION = "simulation"  # component of a runner's state: environments and random streams

logger = logging.getLogger("ray.rllib")


class SimulatingRunner(MultiAgentEnvRunner):
    """Makes copies of a ParallelEnv, resets and steps them, and puts them into checkpoints.

    What they are stepped with, and when, is `JointEnvRunner`'s.
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
            self.check_env(self.env.envs[0])
        except (JointEnvError, TypeError, ValueError) as error:
            if not self.worker_index:
                raise
            self._env_error = JointEnvError(str(error))  # a dead actor would only say IndexError
            return
        self.num_envs = self.env.num_envs
        self._needs_initial_reset = True
        fire(self, "on_environment_created", env=self.env, env_context=self.config.env_config)

    def check_env(self, env: Any) -> None:
        """Raises ValueError where an environment lacks what a subclass needs; nothing by default.

        Args:
            env: a new ParallelEnv.
        """

    def note(self, stepper: CopyStepper, stored: list[np.ndarray]) -> dict[str, np.ndarray]:
        """Returns what a fragment's `notes` keep of the step to come; nothing by default.

        Args:
            stepper: of the copy that is about to be stepped.
            stored: joint actions of all copies, (E, ...) per group.
        """
        return {}

    def note_outcome(self, stepper: CopyStepper, fields: Arrays) -> dict[str, np.ndarray]:
        """Returns what `notes` keep of the step that was taken; nothing by default.

        Args:
            stepper: of the copy, with the infos of the step.
            fields: the joint observation that was acted on.
        """
        return {}

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

    def _step(self, stepper: CopyStepper, stored: list[np.ndarray]) -> bool:
        """Steps one copy; returns False if it failed and was replaced, as RLlib's config allows."""
        try:
            notes, fields = self.note(stepper, stored), stepper.current
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
        stepper.keep_notes({**notes, **self.note_outcome(stepper, fields)})
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
