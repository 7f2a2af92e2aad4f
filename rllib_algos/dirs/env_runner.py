"""The joint env runner that also looks for better assignments than those it executes."""

from typing import Any

import numpy as np
import torch

from rllib_algos.dirs.protocols import check_scorer, problem_of
from rllib_algos.dirs.refinement import refine
from rllib_algos.dirs.replay import TARGET, UNREFINED
from rllib_algos.joint.env_runner import JointEnvRunner
from rllib_algos.joint.layout import Arrays
from rllib_algos.joint.rl_modules import ACTORS


class DIRSEnvRunner(JointEnvRunner):
    """Refines the ensemble's decision in every `training_interval`-th slot of every copy.

    The decision itself is executed; the refined one is noted as what should be learned, lines 1 to
    3 of Algorithm 3.
    """

    def check_env(self, env: Any) -> None:
        """Raises ValueError where an environment cannot score assignments."""
        check_scorer(env)

    def note(self, copy: int, steps: int, stored: list[np.ndarray]) -> Arrays:
        """Returns the refined assignment (N,) of the slot to come, or UNREFINED for each device."""
        if self.config.in_evaluation:
            return {}
        layout = self.module[ACTORS].actors.layout
        actions = layout.env_actions(stored, copy)
        scores = np.stack([np.ravel(actions[agent]) for agent in layout.spaces.agents])
        due = steps % self.config.training_interval == 0
        if self.config.refinement is None or not due:
            return {TARGET: np.full(scores.shape[1], UNREFINED)}
        problem = problem_of(self.env.envs[copy], len(scores))
        start = problem.vote(scores)
        # The seed comes from the stream of actions, which checkpoints hold.
        seed = int(torch.randint(2**62, (), generator=self._generator, device=self._device))
        rng = np.random.default_rng(seed)
        effort = self.config.refinement_effort()
        return {TARGET: refine(self.config.refinement, problem, start, effort, rng)}
