"""Spaces that both views share."""

import numpy as np
from gymnasium.spaces import Box

from edgemarl.djtcra.scenario import Scenario


def global_space(scenario: Scenario) -> Box:
    """Space of all users' rows, (U, F) float32, from the space of one row."""
    row = scenario.observation.row_space(scenario)
    users = (scenario.num_users, 1)
    return Box(np.tile(row.low, users), np.tile(row.high, users), dtype=np.float32)
