"""The joint env runner that notes what every choice was worth."""

import numpy as np

from rllib_algos.joint.env_runner import JointEnvRunner
from rllib_algos.joint.layout import Arrays
from rllib_algos.joint.rl_modules import ACTORS
from rllib_algos.joint.stepper import CopyStepper
from rllib_algos.shadow_price.credit import CREDITS, read_credits


class CreditEnvRunner(JointEnvRunner):
    """Keeps beside every step the credits that the environment reports under `credit_key`."""

    def note_outcome(self, stepper: CopyStepper, fields: Arrays) -> dict[str, np.ndarray]:
        """Returns the credits of the step that was taken; evaluation needs none."""
        key = self.config.credit_key
        if key is None or self.config.in_evaluation:
            return {}
        layout = self.module[ACTORS].actors.layout
        return {CREDITS: read_credits(stepper.episode.get_infos(), key, layout, fields)}
