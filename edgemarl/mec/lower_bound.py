"""A lower bound of a slot's objective, whatever the assignment; certified by its evaluation.

The load y of a server, the sum of the roots of its tasks' cycles, costs c y^2 with c = phi_T /
F^max, and c y^2 >= 2 c t y - c t^2 for every t. If every server anticipates a load t_j, then a
task with the root s costs at least its share of the tangent, 2 c_j t_j s, wherever it goes:

    D(t) = - sum_j c_j t_j^2 + sum_i min(local_i, min_j (offload_ij + 2 c_j t_j s_i))

bounds the objective of every assignment from below, for any t. It is concave in M variables, with
a kink wherever a device changes its mind. The search maximises the smoothed form in which devices
choose with weights proportional to exp(-cost / temperature), by Newton's method, and cools down as
fast as Newton's method can follow.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.compiled import compiled
from edgemarl.mec.costs import SlotCosts

Array = NDArray[np.float64]
HEAT, COOLING = 0.1, 0.5  # first temperature, relative to the mean least cost; factor of a step
CALM = 0.3  # Newton decrement, in temperatures, below which the search cools down
SUFFICIENT = 1e-4  # share of the promised increase that a step must bring
SHORTEST = 1e-3  # step length that is taken whatever it brings
TOLERANCE = 1e-5  # estimated distance to the greatest D, relative, at which to stop
DAMPING = 1e-12  # relative, of the Hessian's diagonal, by which it is never singular
COLDEST = 0.01  # least of that mean, relative to the same with the first loads' charges
MOST_STEPS = 200  # of Newton's method, and of cooling


@dataclass(frozen=True, kw_only=True)
class Dual:
    """The dual function at one anticipated load, and its smoothed form there."""

    load: Array  # (M,) [cycles^(1/2)] t
    value: float  # D(t)
    smoothed: float  # at most D(t)
    slope: Array  # (M,) of the smoothed form
    hessian: Array  # (M, M) of the smoothed form, negated


def dual_at(costs: SlotCosts, table: Array, load: Array, temperature: float) -> Dual:
    """D and its smoothed form.

    Args:
        costs: the slot.
        table: (N, M + 1) costs as `costs.table`, infinite where a device must not go.
        load: (M,) t.
        temperature: positive [1].
    """
    slope, hessian = np.empty(len(load)), np.empty((len(load), len(load)))
    value, smoothed = smoothed_dual(
        table, costs.root_cycles, costs.load_cost, load, temperature, slope, hessian
    )
    return Dual(load=load, value=value, smoothed=smoothed, slope=slope, hessian=hessian)


def priced(costs: SlotCosts, table: Array, load: Array) -> Array:
    """What every device pays everywhere, (N, M + 1), if servers charge by anticipated loads (M,).

    Its sum of least entries by device, less the sum of c_j t_j^2, is D.
    """
    charge = np.append(2.0 * costs.load_cost * load, 0.0)
    return table + costs.root_cycles[:, None] * charge


def maximise(
    costs: SlotCosts,
    table: Array,
    load: Array,
    *,
    heat: float = HEAT,
    enough: float = np.inf,
) -> Dual:
    """The greatest D found, which is within about 1e-5 of its maximum.

    Args:
        costs: the slot.
        table: (N, M + 1) costs as `costs.table`, infinite where a device must not go.
        load: (M,) where to begin.
        heat: first temperature, relative to the mean over devices of the least cost, loads apart.
        enough: value of D at which to stop early.
    """
    load = _start(costs, table, load)
    least, charged = (x.min(axis=1).mean() for x in (table, priced(costs, table, load)))
    temperature = heat * float(max(least, COLDEST * charged))
    best = now = dual_at(costs, table, load, temperature)
    for _ in range(MOST_STEPS):
        step = _newton_step(now)
        decrement = float(now.slope @ step)
        distance = now.value - now.smoothed + decrement
        if distance <= TOLERANCE * abs(now.value) or best.value >= enough:
            break
        if decrement < CALM * temperature:
            temperature *= COOLING
            now = dual_at(costs, table, now.load, temperature)
        else:
            now = _step(costs, table, now, step, temperature)
        best = max(best, now, key=lambda dual: dual.value)
    return best


def _start(costs: SlotCosts, table: Array, load: Array) -> Array:
    """The loads (M,), cut to the prohibitive ones where they bound less than no loads at all."""
    charged = priced(costs, table, load).min(axis=1).sum() - costs.load_cost @ load**2
    if charged >= table.min(axis=1).sum():
        return load
    return np.minimum(load, _prohibitive(costs, table))


def _prohibitive(costs: SlotCosts, table: Array) -> Array:
    """The loads (M,) from which on every device that may compute itself does so.

    Servers charge 2 c_j t_j s_i = local_i - offload_ij there; more never raises D. Infinite where
    a device must not compute itself.
    """
    own, allowed = table[:, -1:], np.isfinite(table[:, :-1])
    saved = np.where(allowed, np.maximum(own - np.where(allowed, table[:, :-1], 0.0), 0.0), 0.0)
    return (saved / costs.root_cycles[:, None]).max(axis=0) / (2.0 * costs.load_cost)


def _newton_step(dual: Dual) -> NDArray[np.floating]:
    """Newton's step (M,), of a Hessian scaled to a diagonal of one and damped."""
    scale = np.sqrt(np.diag(dual.hessian))
    scaled = dual.hessian / scale / scale[:, None] + DAMPING * np.eye(len(scale))
    return np.linalg.solve(scaled, dual.slope / scale) / scale


def _step(
    costs: SlotCosts, table: Array, start: Dual, step: NDArray[np.floating], temperature: float
) -> Dual:
    """The first point along the Newton step that raises the smoothed dual enough.

    A step that went too far is cut to where the line between both slopes crosses zero.
    """
    promised, length = float(start.slope @ step), 1.0
    while True:
        now = dual_at(costs, table, start.load + length * step, temperature)
        if now.smoothed >= start.smoothed + SUFFICIENT * length * promised or length <= SHORTEST:
            return now
        fall = float(now.slope @ step)
        cut = promised / (promised - fall) if fall < promised else 0.0
        length *= min(max(cut, 0.1), 0.7)


@compiled
def smoothed_dual(table, roots, load_cost, load, temperature, slope, hessian):
    """D and its smoothed form, whose slope (M,) and negated Hessian (M, M) it fills in."""
    devices, servers = len(roots), len(load)
    cost, weight = np.empty(servers + 1), np.empty(servers + 1)
    slope[:], hessian[:] = 0.0, 0.0
    value = entropy = 0.0
    for i in range(devices):
        least = table[i, servers]
        for j in range(servers + 1):
            price = 2.0 * load_cost[j] * load[j] * roots[i] if j < servers else 0.0
            cost[j] = table[i, j] + price
            least = min(least, cost[j])
        total = 0.0
        for j in range(servers + 1):
            weight[j] = np.exp((least - cost[j]) / temperature)
            total += weight[j]
        value += least
        entropy += np.log(total)
        weight /= total
        for j in range(servers):
            if weight[j] == 0.0:
                continue
            slope[j] += weight[j] * roots[i]
            for k in range(servers):
                same = 1.0 if j == k else 0.0
                hessian[j, k] += roots[i] ** 2 * weight[j] * (same - weight[k])
    for j in range(servers):
        value -= load_cost[j] * load[j] ** 2
        slope[j] = 2.0 * load_cost[j] * (slope[j] - load[j])
        for k in range(servers):
            hessian[j, k] *= 4.0 * load_cost[j] * load_cost[k] / temperature
        hessian[j, j] += 2.0 * load_cost[j]
    return value, value - temperature * entropy
