"""What a function is worth at a price: the largest of value minus cost."""

import math
from typing import Any

import numpy as np

from edgemarl.solvers._compile import entry, light, sources_digest
from edgemarl.solvers.closed_forms import log_slope, logistic_pair, step_to, tangent, value
from edgemarl.solvers.numeric_conjugate import numeric_conjugate
from edgemarl.solvers.sigmoid import LatencySigmoids, SigmoidFamily
from edgemarl.solvers.validation import check_values, plain

_MOST_ROUNDS = 200


@light
def maximizer(peak, offset, scale, floor, price, upper):
    """The p in [0, upper] that maximises max(f(p), floor) - price * p; 0 on ties."""
    w, slope = tangent(peak, offset, scale, floor)
    if w <= 0.0 or upper <= 0.0:
        return 0.0
    if scale >= w * upper:
        full = value(peak, offset, scale, upper)
        return upper if full - price * upper > floor else 0.0
    if price >= slope:
        return 0.0
    if price <= 0.0:
        return upper
    target = math.log(price) + math.log(scale) - math.log(peak)
    for _ in range(_MOST_ROUNDS):
        level, first, second = log_slope(w, offset)
        step, _ = step_to(target - level, first, second)
        w = max(w + step, 0.1 * w)
        if abs(step) <= 1e-6 * w:
            break
    return min(scale / w, upper)


def _build(digest: int) -> Any:
    @entry
    def conjugates(peak, offset, scale, floor, price, upper):
        _ = digest
        best, where = np.empty(peak.size), np.empty(peak.size)
        for i in range(peak.size):
            p = maximizer(peak[i], offset[i], scale[i], floor[i], price[i], upper[i])
            earned = 0.0
            if p > 0.0:
                earned = peak[i] * logistic_pair(offset[i] - scale[i] / p)[0]
            best[i], where[i] = max(earned, floor[i]) - price[i] * p, p
        return best, where

    return conjugates


_conjugates = _build(sources_digest())


def conjugate(
    family: SigmoidFamily,
    price: np.ndarray | float,
    *,
    upper: np.ndarray | float,
    floor: np.ndarray | float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The largest of max(f(p), floor) - price * p over p in [0, upper], and where it is.

    All arguments broadcast against each other, so that one call answers for users U by servers H:
    parameters of shape (U, H), prices (H,), floors (U, 1).

    Args:
        family: Latency sigmoids of any shape, by their closed form in compiled code; or any other
            family of n functions, by bisection.
        price: Non-negative, in value per unit of resource.
        upper: Most of the resource, non-negative.
        floor: What the function is worth without any resource; negative counts as 0.

    Returns:
        Value and maximiser, both of the broadcast shape. At price 0 the maximiser is `upper`
        unless the function never exceeds its floor.

    Raises:
        ValueError: A value is out of range, or shapes do not broadcast.
    """
    price, upper = plain(price), plain(upper)
    floor = plain(0.0 if floor is None else floor)
    check_values("price", price, least=0.0)
    check_values("upper", upper, least=0.0)
    check_values("floor", floor)
    floor = np.maximum(floor, 0.0)
    if not isinstance(family, LatencySigmoids):
        size = (len(family),)
        price, upper, floor = (np.broadcast_to(part, size) for part in (price, upper, floor))
        return numeric_conjugate(family, price, upper, floor)
    try:
        shape = np.broadcast_shapes(family.peak.shape, price.shape, upper.shape, floor.shape)
    except ValueError:
        raise ValueError(
            "family, price, upper and floor must have shapes that broadcast, got "
            f"{family.peak.shape}, {price.shape}, {upper.shape} and {floor.shape}"
        ) from None
    parts = (family.peak, family.offset, family.scale, floor, price, upper)
    best, where = _conjugates(*(_flat(part, shape) for part in parts))
    return best.reshape(shape), where.reshape(shape)


def _flat(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if array.shape != shape:
        array = np.ascontiguousarray(np.broadcast_to(array, shape))
    return array.reshape(-1)
