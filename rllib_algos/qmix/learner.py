"""The loss of QMIX: that of IDQN on the mixed value (Rashid et al. 2018)."""

from typing import Any, cast

import torch
from torch import Tensor

from rllib_algos.idqn.learner import IDQNLearner
from rllib_algos.joint.rl_modules import CENTRAL


class QMIXLearner(IDQNLearner):
    """Learns the team's value, a monotonic function of the agents' values and the state."""

    @property
    def mixers(self) -> Any:
        """The module that holds the mixing network and its target."""
        return cast(Any, self.module[CENTRAL].unwrapped())

    def trained_networks(self) -> list[torch.nn.Module]:
        """Returns the agents' networks and the mixing network."""
        return [*super().trained_networks(), self.mixers.mixer]

    def mix(self, values: Tensor, fields: dict[str, Tensor], *, target: bool) -> Tensor:
        """Returns the mixed value, (B, 1)."""
        mixer = self.mixers.target_mixer if target else self.mixers.mixer
        return mixer(values, self.layout.state_vector(fields))
