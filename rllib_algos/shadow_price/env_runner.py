"""The joint env runner that notes what every choice was worth."""

from rllib_algos.joint.env_runner import JointEnvRunner
from rllib_algos.joint.layout import Arrays
from rllib_algos.joint.protocols import Infos
from rllib_algos.joint.rl_modules import ACTORS
from rllib_algos.joint.stepper import CopyStepper
from rllib_algos.shadow_price.credit import CREDITS, read_all_credits, read_credits


class CreditEnvRunner(JointEnvRunner):
    """Keeps beside every step the credits that the environment reports under `credit_key`."""

    def note_outcome(self, stepper: CopyStepper, fields: Arrays) -> Arrays:
        """Returns the credits of the step that was taken; evaluation needs none."""
        if not self._credited:
            return {}
        infos, key = stepper.episode.get_infos(), self.config.credit_key
        return {CREDITS: read_credits(infos, key, self.module[ACTORS].actors.layout, fields)}

    def note_outcomes(self, infos: Infos, fields: Arrays) -> Arrays:
        """Returns the credits of the steps that were taken together."""
        if not self._credited:
            return {}
        layout, key = self.module[ACTORS].actors.layout, self.config.credit_key
        return {CREDITS: read_all_credits(infos, key, layout, fields)}

    @property
    def _credited(self) -> bool:
        return self.config.credit_key is not None and not self.config.in_evaluation
