"""What functions demand at a price once they take part: the smooth side of the conjugate.

The conjugate of a function that may also stay out is max(0, gain(price)). Here is the gain alone,
continued past the price at which staying out is better: from there on the amount stays that of the
tangent point, so that the gain remains convex, with the amount as its negative slope.
"""

from copy import copy
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgemarl.solvers._compile import entry, inner, sources_digest
from edgemarl.solvers.closed_forms import log_slope, logistic_pair, step_to, tangent, value
from edgemarl.solvers.envelope import bisect, tangent_point
from edgemarl.solvers.sigmoid import LatencySigmoids, SigmoidFamily
from edgemarl.solvers.workspace import log_ratio

Array = NDArray[np.float64]
_SETTLED = 1e-5  # relative step of w after which a third-order iteration is exact for our purpose
_MOST_ROUNDS = 100
_NUDGE = 1e-5  # relative distance of the points of a difference quotient


class Curves(Protocol):
    """Gains of n functions at prices."""

    @property
    def full(self) -> Array:
        """(n,) each function at its upper limit."""
        ...

    def at(self, price: Array) -> tuple[Array, Array, Array]:
        """Gain, amount, and how fast the amount falls with the price, each (n,).

        Args:
            price: (n,) positive.
        """
        ...

    def take(self, index: NDArray[np.int64]) -> "Curves":
        """The gains of some of the functions, (k,)."""
        ...


def curves_of(family: SigmoidFamily, upper: Array) -> Curves:
    """The gains of n functions of amounts up to `upper` (n,), compiled where there is a form."""
    if isinstance(family, LatencySigmoids):
        return LatencyCurves(family, upper)
    return NumericCurves(family, upper)


@inner
def _curve_point(offset, scale, least_w, tangent_w, target, w):
    """`w` of the best amount, started at the last one, and how fast `w` rises with ln(price)."""
    for _ in range(_MOST_ROUNDS):
        level, first, second = log_slope(w, offset)
        step, ahead = step_to(target - level, first, second)
        w = min(max(w + step, 0.1 * w), tangent_w)
        if abs(step) <= _SETTLED * w:
            return w, 1.0 / ahead
    return w, 0.0


def _build(digest: int) -> Any:
    @entry
    def prepare(peak, offset, scale, upper, constants):
        """What does not change with prices: tangents, limits, and values at the limits."""
        _ = digest
        for i in range(peak.size):
            w, constants[1, i] = tangent(peak[i], offset[i], scale[i], 0.0)
            constants[0, i], constants[2, i] = w, scale[i] / upper[i]
            constants[3, i] = log_ratio(scale[i], peak[i]) if peak[i] > 0.0 else 0.0
            constants[4, i] = value(peak[i], offset[i], scale[i], upper[i])

    @entry
    def answers(peak, offset, scale, constants, price, last, gain, amount, decline):
        """Each function's best point at its price, found from the last one; see `Curves.at`."""
        _ = digest
        for i in range(peak.size):
            tangent_w, slope, least_w = constants[0, i], constants[1, i], constants[2, i]
            decline[i] = 0.0
            if least_w >= tangent_w:
                w = least_w
            elif price[i] >= slope:
                w = tangent_w
            else:
                target = np.log(price[i]) + constants[3, i]
                w, rise = _curve_point(offset[i], scale[i], least_w, tangent_w, target, last[i])
                last[i] = w
                if w > least_w:
                    decline[i] = scale[i] / (w * w) * rise / price[i]
                w = max(w, least_w)
            amount[i] = scale[i] / w
            gain[i] = peak[i] * logistic_pair(offset[i] - w)[0] - price[i] * amount[i]

    return prepare, answers


_prepare, _answers = _build(sources_digest())


class LatencyCurves:
    """The gains of latency sigmoids; every call starts from the points of the last one."""

    def __init__(self, family: LatencySigmoids, upper: Array):
        """Find the tangent points; `upper` is (n,) and positive."""
        self._parts = tuple(np.ravel(x) for x in (family.peak, family.offset, family.scale))
        self._constants = np.empty((5, self._parts[0].size))
        _prepare(*self._parts, np.array(upper, dtype=float), self._constants)
        self._last = self._constants[0].copy()

    @property
    def full(self) -> Array:
        """(n,) each function at its upper limit."""
        return self._constants[4]

    def at(self, price: Array) -> tuple[Array, Array, Array]:
        """Gain, amount and decline; see :class:`Curves`."""
        out = np.empty((3, self._last.size))
        price = np.ascontiguousarray(price)
        _answers(*self._parts, self._constants, price, self._last, out[0], out[1], out[2])
        return out[0], out[1], out[2]

    def take(self, index: NDArray[np.int64]) -> "LatencyCurves":
        """Those of some functions, started from the points where they are now."""
        taken = copy(self)
        taken._parts = tuple(part[index] for part in self._parts)
        taken._constants, taken._last = self._constants[:, index].copy(), self._last[index]
        return taken


class NumericCurves:
    """The gains of any family, by bisection of all functions at once."""

    def __init__(self, family: SigmoidFamily, upper: Array):
        """Find the tangent points; `upper` is (n,) and positive."""
        self._family, self._upper = family, np.array(upper, dtype=float)
        start = np.minimum(family.inflection, self._upper)
        self._tangent = tangent_point(family, np.zeros_like(start), start, self._upper)
        self.full = family.value(self._upper)

    def at(self, price: Array) -> tuple[Array, Array, Array]:
        """Gain, amount and decline; see :class:`Curves`."""
        slope = self._family.derivative
        amount = bisect(lambda p: slope(p) > price, self._tangent, self._upper)
        width = _NUDGE * amount
        bend = (slope(amount - width) - slope(amount + width)) / (2 * width)
        inside = (amount > self._tangent * (1 + _NUDGE)) & (amount < self._upper * (1 - _NUDGE))
        decline = np.divide(1.0, bend, out=np.zeros_like(bend), where=inside & (bend > 0.0))
        return self._family.value(amount) - price * amount, amount, decline

    def take(self, index: NDArray[np.int64]) -> "NumericCurves":
        """Those of some functions."""
        taken = copy(self)
        taken._family, taken.full = self._family.take(index), self.full[index]
        taken._upper, taken._tangent = self._upper[index], self._tangent[index]
        return taken
