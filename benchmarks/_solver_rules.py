"""Rules that divide a server's capacity without optimising."""

import numpy as np
from _solver_slots import Array, Slot

from edgemarl.solvers import LatencySigmoids


def equal_share(slot: Slot) -> Array:
    """Each server shares its capacity equally among its users."""
    share = slot.capacity / np.maximum(np.bincount(slot.server, minlength=len(slot.capacity)), 1)
    return share[slot.server]


def greedy(slot: Slot) -> Array:
    """Each server serves users at the best point of their envelope, steepest first, while it can.

    What is left over is shared in proportion.
    """
    steep, point = _best_points(slot.family)
    given, used = np.zeros(len(slot.family)), np.zeros(len(slot.capacity))
    for user in np.argsort(-steep):
        server = slot.server[user]
        if used[server] + point[user] <= slot.capacity[server]:
            given[user] = point[user]
            used[server] += point[user]
    return given * (slot.capacity / np.maximum(used, 1.0))[slot.server]


def _best_points(family: LatencySigmoids) -> tuple[Array, Array]:
    """The largest value per resource of each function, and where it is."""
    grid = family.scale / np.linspace(1.0, 12.0, 200)[:, None]  # scale / p between 1 and 12
    per_resource = family.value(grid) / grid
    best = per_resource.argmax(axis=0)
    users = np.arange(len(family))
    return per_resource[best, users], grid[best, users]
