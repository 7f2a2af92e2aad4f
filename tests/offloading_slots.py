"""Slots of all kinds for the tests of optimum and bound."""

import itertools

import numpy as np

from edgemarl.mec.costs import SlotCosts


def draw_costs(rng, devices, servers, *, equal=False):
    """Costs of a slot in which capacities, channels and, unless equal, tasks differ."""
    cycles = np.full(devices, 1e9) if equal else rng.uniform(0.5e9, 1.5e9, devices)
    return SlotCosts(
        local=rng.uniform(1.0, 3.0, devices),
        offload=10 ** rng.uniform(-2, 0.5, (devices, servers)),
        root_cycles=np.sqrt(cycles),
        capacity=rng.uniform(1e9, 8e9, servers),
        time_weight=rng.uniform(0.5, 1.5),
    )


def every_assignment(costs):
    """All (M + 1)^N assignments, (K, N)."""
    devices, servers = costs.offload.shape
    return np.array(list(itertools.product(range(-1, servers), repeat=devices)))


def least_objective(costs):
    """The optimum by brute force."""
    return costs.objective(every_assignment(costs)).min()
