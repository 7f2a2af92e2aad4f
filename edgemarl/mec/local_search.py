"""Moves and swaps of devices, as long as they lower a slot's objective."""

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.compiled import compiled
from edgemarl.mec.costs import SlotCosts

Servers = NDArray[np.int64]
LEAST_GAIN = 1e-12  # of the objective: what a change must gain, above all rounding errors


def improve(costs: SlotCosts, start: Servers) -> Servers:
    """An assignment (N,) that no single move and no swap of two devices makes cheaper.

    A move gives one device another server or its own computation; a swap lets two devices take
    each other's place. Changes are made as they are found, in the order of the devices.

    Args:
        costs: the slot.
        start: (N,) where to begin.
    """
    assignment = np.array(start, dtype=np.int64)
    least = LEAST_GAIN * float(costs.objective(assignment[None])[0])
    load_cost = np.append(costs.load_cost, 0.0)
    moves_and_swaps(assignment, costs.table, costs.root_cycles, load_cost, least)
    return assignment


@compiled
def moves_and_swaps(assignment, table, roots, load_cost, least):
    """Change the assignment (N,) in place until no move and no swap gains more than `least`.

    The last column of `table` (N, M + 1) and entry of `load_cost` (M + 1,) are those of the own
    device. A server with load y, the sum of its roots, costs load_cost * y^2; adding r to it costs
    load_cost * r (2 y + r) more.
    """
    devices, places = table.shape
    load = np.zeros(places)
    for i in range(devices):
        load[assignment[i]] += roots[i]
    changed = True
    while changed:
        changed = False
        for i in range(devices):
            for b in range(places):
                a, r = assignment[i] % places, roots[i]
                gain = table[i, a] - table[i, b] + load_cost[a] * r * (2 * load[a] - r)
                gain -= load_cost[b] * r * (2 * load[b] + r)
                if a != b and gain > least:
                    load[a] -= r
                    load[b] += r
                    assignment[i] = b if b < places - 1 else -1
                    changed = True
        for i in range(devices):
            for k in range(i):
                a, b, r = assignment[i] % places, assignment[k] % places, roots[k] - roots[i]
                gain = table[i, a] + table[k, b] - table[i, b] - table[k, a]
                gain += load_cost[b] * r * (2 * load[b] - r) - load_cost[a] * r * (2 * load[a] + r)
                if a != b and gain > least:
                    load[a] += r
                    load[b] -= r
                    assignment[i], assignment[k] = assignment[k], assignment[i]
                    changed = True
