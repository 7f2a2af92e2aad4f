"""The exact assignment where all tasks need the same cycles.

With n tasks of F cycles each, a server costs phi_T (sum sqrt(F))^2 / F^max = phi_T n^2 F / F^max.
Since n^2 = 1 + 3 + .. + (2n - 1), that is a server with slots, the k-th of which costs
phi_T (2k - 1) F / F^max: tasks and slots make a linear assignment problem. The cheaper slots of a
server fill first, so that every optimal matching costs what its assignment costs.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from edgemarl.mec.costs import SlotCosts
from edgemarl.mec.votes import LOCAL

Array = NDArray[np.float64]


def equal_cycles(costs: SlotCosts) -> bool:
    """Whether all tasks need the same cycles, so that :func:`assign_equal` is exact."""
    return bool(np.all(costs.root_cycles == costs.root_cycles[0]))


def assign_equal(costs: SlotCosts) -> NDArray[np.int64]:
    """The assignment (N,) of least objective for tasks of equal cycles.

    Tasks are matched to slots by what they save against their own device. A slot where a task
    saves nothing counts as no slot, and whoever has none computes locally; the device's own
    computation therefore needs no columns.
    """
    server, price = slots(costs)
    saving = costs.local[:, None] - costs.offload[:, server] - price
    device, slot = linear_sum_assignment(np.maximum(saving, 0.0), maximize=True)
    useful = saving[device, slot] > 0
    assignment = np.full(len(costs.local), LOCAL)
    assignment[device[useful]] = server[slot[useful]]
    return assignment


def slots(costs: SlotCosts) -> tuple[NDArray[np.int64], Array]:
    """Servers and prices of all slots that some task would pay for, each (slots,).

    The k-th slot of a server costs phi_T (2k - 1) F / F^max; no task pays more than it saves by
    transmitting there for nothing.
    """
    count = np.arange(1, len(costs.local) + 1)
    price = costs.load_cost[:, None] * costs.root_cycles[0] ** 2 * (2 * count - 1)
    most = (costs.local[:, None] - costs.offload).max(axis=0)
    server, rank = np.nonzero(price < most[:, None])
    return server, price[server, rank]
