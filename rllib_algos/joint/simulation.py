"""What the joint EnvRunner simulates: its copies, their seeds and their checkpoints."""

import logging
import pickle
from typing import Any

import numpy as np
import torch
from ray.rllib.env.multi_agent_env_runner import MultiAgentEnvRunner
from ray.rllib.utils.metrics import NUM_ENV_STEPS_SAMPLED_LIFETIME

from rllib_algos.joint.batch_stepper import BatchStepper
from rllib_algos.joint.callbacks import fire
from rllib_algos.joint.errors import JointEnvError
from rllib_algos.joint.stepper import CopyStepper
from rllib_algos.joint.vector_env import JointVectorEnv, env_maker

SIMULATION = "simulation"  # component of a runner's state: environments and random streams

logger = logging.getLogger("ray.rllib")


class SimulatingRunner(MultiAgentEnvRunner):
    """Makes copies of a ParallelEnv, seeds them, and puts them into checkpoints."""

    config: Any  # a JointOffPolicyConfig; RLlib declares AlgorithmConfig
    env: Any
    module: Any

    def __init__(self, config: Any, **kwargs: Any) -> None:
        self._env_error: JointEnvError | None = None
        self._steppers: list[CopyStepper] = []  # of the copies, where they move one by one
        self._batch: BatchStepper | None = None  # of all of them, where they move together
        self._steps_at_sync = 0
        super().__init__(config=config, **kwargs)
        if self.worker_index and self.config.num_torch_threads:
            torch.set_num_threads(self.config.num_torch_threads)
        self._generator = torch.Generator(device=self._device)
        self._generator.manual_seed(self._stream(0))

    def make_env(self) -> None:
        """Makes the environment copies; on a remote runner a failure is kept for the driver."""
        if self.env is not None:
            self.env.close()
            self.env = None
        self._steppers, self._batch = [], None
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

    def get_state(
        self, components: Any = None, *, not_components: Any = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Returns RLlib's state, the environments (if they pickle) and the random stream."""
        state = super().get_state(components, not_components=not_components, **kwargs)
        wanted = self._check_component(SIMULATION, components, not_components)
        if wanted and self.config.checkpoint_environments and self.env is not None:
            state[SIMULATION] = {
                "runner": self._identity,
                "steppers": _pickled(self._batch or self._steppers),
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
            self._restore_copies(simulation["steppers"])

    @property
    def _identity(self) -> tuple[bool, int]:
        return bool(self.config.in_evaluation), self.worker_index or 0

    def _restore_copies(self, pickled: bytes | None) -> None:
        copies = [] if pickled is None else pickle.loads(pickled)
        together = isinstance(copies, BatchStepper)
        if (copies.num_envs if together else len(copies)) != self.num_envs:
            self._steppers, self._batch = [], None  # not pickled, or another number: start anew
            self._needs_initial_reset = True
            return
        self._steppers, self._batch = ([], copies) if together else (copies, None)
        self.env.take(copies.batch if together else [stepper.env for stepper in copies])
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


def _pickled(copies: list[CopyStepper] | BatchStepper) -> bytes | None:
    try:
        return pickle.dumps(copies)
    except Exception as error:  # what an environment raises when it does not pickle is up to it
        logger.warning("The environments are left out of the checkpoint: %s", error)
        return None
