"""Concave envelopes and conjugates of any convex-then-concave family, found by bisection.

The readable counterpart of the closed forms: nothing here knows what the functions look like.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edgemarl.solvers.sigmoid import SigmoidFamily

_HALVINGS = 64
_SMALLEST = np.int64(np.float64(1e-280).view(np.int64))  # smaller numbers count as 0


def bisect(
    still_left: Callable[[np.ndarray], np.ndarray], low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Where a condition that holds up to some point stops holding, one point per entry.

    The search halves the floating-point numbers between `low` and `high`, not the distance, so that
    the answer is the first number where the condition fails, at any scale; `high` if it never does.
    """
    left, right = _to_order(low), _to_order(high)
    for _ in range(_HALVINGS):
        middle = (left >> 1) + (right >> 1) + (left & right & 1)  # cannot overflow
        is_left = still_left(_from_order(middle))
        left, right = np.where(is_left, middle, left), np.where(is_left, right, middle)
    return np.clip(np.where(still_left(low), _from_order(right), low), low, high)


def _to_order(x: np.ndarray) -> np.ndarray:
    """Integers in the order of the numbers, neighbours for neighbours; 0 for 0."""
    size = np.abs(np.asarray(x, dtype=np.float64)).view(np.int64)
    return np.sign(x).astype(np.int64) * np.maximum(size - _SMALLEST, 0)


def _from_order(order: np.ndarray) -> np.ndarray:
    """The numbers of integers from `_to_order`."""
    size = (np.abs(order) + _SMALLEST).view(np.float64)
    return np.where(order == 0, 0.0, np.copysign(size, order))


def tangent_point(
    functions: SigmoidFamily, low: np.ndarray, start: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """(n,) where the tangent from (low, f(low)) touches each function, between `start` and `high`.

    Args:
        functions: n functions.
        low: (n,) left of the inflection.
        start: (n,) the inflection, at least `low`.
        high: (n,) the answer where the tangent would touch later.
    """
    base = functions.value(low)

    def below_tangent(p: np.ndarray) -> np.ndarray:
        return functions.derivative(p) * (p - low) > functions.value(p) - base

    return bisect(below_tangent, start, high)


@dataclass(frozen=True)
class Floored:
    """max(f, floor) on an interval, for nondecreasing f: again convex, then concave.

    The inflection is where the function leaves its floor, if that comes later than f's own.
    """

    family: SigmoidFamily
    floor: np.ndarray  # (n,)
    upper: float
    inflection: np.ndarray  # (n,) within the interval

    @classmethod
    def of(
        cls, family: SigmoidFamily, floor: np.ndarray, upper: float, lower: float = 0.0
    ) -> "Floored":
        """Find the inflections of max(f, floor).

        Args:
            family: n nondecreasing functions.
            floor: (n,) the least values.
            upper: Right end of the interval.
            lower: Left end of the interval.
        """
        start = np.clip(family.inflection, lower, upper)
        leaves = bisect(lambda p: family.value(p) <= floor, start, np.full(len(family), upper))
        inflection = np.where(family.value(start) >= floor, start, leaves)
        return cls(family, floor, upper, inflection)

    def __len__(self) -> int:
        """Number of functions."""
        return len(self.floor)

    def take(self, index: np.ndarray) -> "Floored":
        """The functions at some indices."""
        family = self.family.take(index)
        return Floored(family, self.floor[index], self.upper, self.inflection[index])

    def value(self, p: np.ndarray) -> np.ndarray:
        """(n,) the larger of function and floor."""
        return np.maximum(self.family.value(p), self.floor)

    def derivative(self, p: np.ndarray) -> np.ndarray:
        """(n,) the derivative, 0 on the floor, one-sided where the function leaves it."""
        rises = (p >= self.inflection) | (self.family.value(p) > self.floor)
        return np.where(rises, self.family.derivative(p), 0.0)

    def tangent(self) -> np.ndarray:
        """(n,) where the tangent from (0, floor) touches, at most `upper`."""
        high = np.full_like(self.floor, self.upper)
        return tangent_point(self, np.zeros_like(self.floor), self.inflection, high)


@dataclass(frozen=True)
class Envelope:
    """Envelopes of all functions on their intervals [low, high].

    Straight from `low` to `corner`, then the function itself up to `high`: left of the inflection
    the corner is `high`, right of it `low`, and across it the tangent point.
    """

    functions: Floored
    low: np.ndarray  # (n,)
    high: np.ndarray  # (n,)
    corner: np.ndarray  # (n,)
    slope: np.ndarray  # (n,) of the straight part, infinite where there is none

    @classmethod
    def of(
        cls, functions: Floored, tangent: np.ndarray, low: np.ndarray, high: np.ndarray
    ) -> "Envelope":
        """Envelopes on intervals; those across the inflection are taken over [0, upper]."""
        convex, concave = high <= functions.inflection, low >= functions.inflection
        across = ~(convex | concave)
        low, high = np.where(across, 0.0, low), np.where(across, functions.upper, high)
        corner = np.where(convex, high, np.where(concave, low, tangent))
        rise = functions.value(corner) - functions.value(low)
        length = np.where(corner > low, corner - low, 1.0)
        slope = np.where(corner > low, rise / length, np.where(concave, np.inf, 0.0))
        return cls(functions, low, high, corner, slope)

    def response(self, price: float, on: np.ndarray) -> np.ndarray:
        """(n,) best allocation at a price, for functions told to be past their straight part."""
        slope = self.functions.family.derivative  # past the corner, functions are off their floors
        curve = bisect(lambda p: slope(p) > price, self.corner, self.high)
        curve = np.where(slope(self.corner) > price, curve, self.corner)
        curve = np.where(self.corner < self.high, curve, self.corner)
        return np.where(on, curve, self.low)

    def conjugate_bound(self, price: float, p: np.ndarray) -> np.ndarray:
        """(n,) at least the largest of function minus price times allocation on each interval.

        On the curved part, the tangent at the given point p bounds the function everywhere; on the
        straight part, the ends do. So the result is valid however exact p is.
        """
        value, low, corner = self.functions.value, self.low, self.corner
        ends = np.maximum(value(low) - price * low, value(corner) - price * corner)
        excess = self.functions.derivative(p) - price
        slack = np.maximum(excess * (self.high - p), excess * (low - p))
        past_corner = self.functions.derivative(corner) > price
        curved = (corner < self.high) & (self.slope > price) & past_corner
        return np.where(curved, np.maximum(ends, value(p) - price * p + slack), ends)
