"""The best transmission powers and shares of computing power, given who offloads where.

Both have a closed form, so that an assignment alone says what it costs. See docs/mec_optimum.md.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edgemarl.core.compiled import compiled

Array = NDArray[np.float64]
SMALL = 1e-4  # of the balance below which the logarithm of 1 + SNR comes from its series
SERIES = (1.0, -1 / 3, 11 / 72, -43 / 540, 769 / 17280, -221 / 8505)  # of 1 + W at its branch point


def best_power(snr: ArrayLike, ratio: float, max_power: ArrayLike) -> Array:
    """Transmission power that minimises the weighted time and energy of sending a bit.

    With the SNR g per watt, the power p minimises (r + p) / log2(1 + p g), part of problem (13).
    That is quasi-convex in p, with its minimum where y = ln(1 + p g) solves

        exp(y) (y - 1) = g r - 1,   so   y = 1 + W((g r - 1) / e),   p = (exp(y) - 1) / g

    on the principal branch W of the Lambert function; power beyond the limit is cut to it.

    Args:
        snr: g, positive, any shape [1/W].
        ratio: r, weight of a second over weight of a joule [W]; positive, infinite where energy
            has no weight.
        max_power: most power [W], of a shape that fits.

    Returns:
        The power [W], of the common shape.

    >>> best_power([1.0, 1e-3], 1.0, 2.0)  # y = 1, so p = e - 1; and a power beyond the limit
    array([1.71828183, 2.        ])
    """
    gain = np.asarray(snr, dtype=float)
    return np.minimum(max_power, free_power(gain.reshape(-1), float(ratio)).reshape(gain.shape))


def log_snr(balance: ArrayLike) -> Array:
    """The y >= 0 that solves exp(y) (y - 1) = balance - 1, for balance >= 0.

    That is 1 + W((balance - 1) / e), from the approximation of W by Winitzki (2003), good to two
    percent, and two of Halley's steps, each of which triples the digits. Next to the branch point
    of W, at a balance of 0, the equation loses its digits; there the series in the root of twice
    the balance takes over.
    """
    values = np.asarray(balance, dtype=float)
    return log_snr_of_each(values.reshape(-1)).reshape(values.shape)


@compiled
def _log_snr(balance):
    """:func:`log_snr` of one number."""
    root = math.sqrt(2.0 * balance)
    if balance < SMALL:
        y = 0.0
        for factor in SERIES[::-1]:
            y = (y + factor) * root
        return y
    twice = 2.0 * math.log(1.0 + 0.8842 * root)
    inner = math.log(1.0 + 0.9294 * math.log(1.0 + 0.5106 * root))
    y = 1.0 + (twice - inner - 1.213) * (twice + 4.688) / (twice + 5.688)
    for _ in range(2):
        miss = y - 1.0 - (balance - 1.0) * math.exp(-y)
        y -= 2.0 * y * miss / (2.0 * y * y - miss * (y + 1.0))
    return y


@compiled
def log_snr_of_each(balance):
    """:func:`log_snr` of an array (K,)."""
    found = np.empty(balance.size)
    for i in range(balance.size):
        found[i] = _log_snr(balance[i])
    return found


@compiled
def free_power(gain, ratio):
    """:func:`best_power` without a limit, (K,); infinite where energy has no weight.

    Args:
        gain: (K,) g [1/W].
        ratio: r [W].
    """
    found = np.empty(gain.size)
    for i in range(gain.size):
        balance = gain[i] * ratio
        if math.isinf(balance):
            found[i] = math.inf
            continue
        y = _log_snr(balance)
        # Well above y = 1 the equation itself gives exp(y), in less time.
        received = (balance - 1.0) / (y - 1.0) - 1.0 if y > 2.0 else math.expm1(y)
        found[i] = received / gain[i]
    return found


def shares(assignment: NDArray[np.int64], root_cycles: Array, capacity: Array) -> Array:
    """Computing power that each task gets at its server, in proportion to the root of its cycles.

    The shares f_i minimise sum_i F_i / f_i subject to sum_i f_i <= F^max, Eq. (6); the least sum
    is (sum_i sqrt(F_i))^2 / F^max.

    Args:
        assignment: (N,) server of each task, negative where it has none.
        root_cycles: (N,) sqrt(F_i) [cycles^(1/2)].
        capacity: (M,) F^max of each server [cycles/s].

    Returns:
        (N,) [cycles/s], 0 for tasks without a server.

    >>> shares(np.array([0, 0, -1]), np.array([1.0, 2.0, 1.0]), np.array([6.0]))
    array([2., 4., 0.])
    """
    away = assignment >= 0
    server = assignment[away]
    total = np.bincount(server, weights=root_cycles[away], minlength=len(capacity))
    found = np.zeros(len(assignment))
    found[away] = capacity[server] * root_cycles[away] / total[server]
    return found
