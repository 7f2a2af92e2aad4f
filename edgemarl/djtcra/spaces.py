"""Spaces that both views share."""

from typing import Any

import numpy as np
from gymnasium.spaces import Box, MultiDiscrete
from numpy.typing import NDArray

from edgemarl.djtcra.scenario import Scenario


def global_space(scenario: Scenario) -> Box:
    """Space of all users' rows, (U, F) float32, from the space of one row."""
    row = scenario.observation.row_space(scenario)
    users = (scenario.num_users, 1)
    return Box(np.tile(row.low, users), np.tile(row.high, users), dtype=np.float32)


class MaskedChoices(MultiDiscrete):
    """A MultiDiscrete that samples by a mask in one flat array, as observations carry it."""

    def sample(self, mask: Any = None, probability: Any = None) -> NDArray[Any]:
        """A random choice in each row, among those that a mask of zeros and ones allows.

        Gymnasium wants a tuple with an array for each row. PettingZoo's tools hand on the mask of
        an observation, which they and TorchRL want flat, one row after the other.
        """
        return super().sample(self._by_row(mask), self._by_row(probability))

    def _by_row(self, given: Any) -> Any:
        if not isinstance(given, np.ndarray):
            return given
        return tuple(np.split(given, np.cumsum(self.nvec)[:-1]))
