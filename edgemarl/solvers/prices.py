"""Prices of several budgets when every function may choose the budget it draws from.

Functions u = 1 .. U, budgets h = 1 .. H. Let gain_uh(price) be the most that function u can have
left after paying for its resource from budget h, and outside_u what it is worth without any. Then

    D(prices) = sum_h price_h P_h + sum_u max(outside_u, max_h gain_uh(price_h))

bounds every choice of budgets and every allocation from above. D is convex, with a kink wherever a
function changes its mind. The search minimises the smoothed form in which u chooses with weights
proportional to exp(gain / temperature), by Newton's method in H variables, and cools down as fast
as Newton's method can follow. At a minimum of the smoothed form the weights are a fractional
choice that uses every budget exactly, so that the distance to the least D is known.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.solvers.curves import Curves
from edgemarl.solvers.validation import check_values

Array = NDArray[np.float64]
START = 2 / 3  # share of what everybody could earn that the first prices charge
HEAT, COOLING = 0.1, 0.5  # first temperature, relative to the dual per function; factor of a step
CALM = 0.3  # Newton decrement, in temperatures, below which the search cools down
MOST_FALL, MOST_RISE = 0.8, 3.0  # of a price in one step, relative
RIDGE = 1e-10  # relative, added to the Hessian
SUFFICIENT = 1e-4  # share of the promised decrease that a step must bring
SHORTEST = 1e-3  # step length that is taken whatever it brings


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices that nearly minimise the dual function."""

    prices: Array  # (H,) value per unit of each budget's resource
    dual_value: float  # D(prices), exact but for rounding
    distance: float  # estimate of how far above its minimum D is
    gain: Array  # (U, H) what is left to each function after paying, continued below 0
    num_calls: int  # evaluations of all gains


@dataclass(frozen=True)
class _Smoothed:
    """The smoothed dual at one point: value, slope, Newton step, loss by the weights."""

    value: float
    slope: Array  # (H,)
    step: Array  # (H,)
    spread: float  # D less the value of the weights

    @property
    def decrement(self) -> float:
        return -float(self.slope @ self.step)


@dataclass(frozen=True)
class _Point:
    """All gains at some charges, a charge being the price of a whole budget."""

    charges: Array  # (H,)
    gain: Array  # (U, H)
    share: Array  # (U, H) of the budget
    decline: Array  # (U, H) of the share with the charge
    outside: Array  # (U,)
    best: Array  # (U,) the larger of outside and the best gain
    value: float  # D

    @classmethod
    def of(cls, curves: Curves, budgets: Array, outside: Array, charges: Array) -> "_Point":
        shape = len(outside), len(budgets)
        price = np.broadcast_to(charges / budgets, shape).ravel()
        gain, amount, decline = (part.reshape(shape) for part in curves.at(price))
        best = np.maximum(gain.max(axis=1), outside)
        value = float(charges.sum() + best.sum())
        return cls(charges, gain, amount / budgets, decline / budgets**2, outside, best, value)

    def smoothed(self, temperature: float) -> _Smoothed:
        """The bound with the maximum over budgets softened, and its first two derivatives."""
        weights = np.exp((self.gain - self.best[:, None]) / temperature)
        out = np.exp((self.outside - self.best) / temperature)
        total = weights.sum(axis=1) + out
        weights /= total[:, None]
        out /= total
        value = self.value + temperature * float(np.log(total).sum())
        used = weights * self.share
        slope = 1.0 - used.sum(axis=0)
        kinks = np.diag((used * self.share).sum(axis=0)) - used.T @ used
        bends = (weights * self.decline).sum(axis=0)
        hessian = kinks / temperature + np.diag(bends)
        ridge = RIDGE * max(float(np.trace(hessian)), 1.0 / float(self.charges.max()))
        step = -np.linalg.solve(hessian + ridge * np.eye(len(slope)), slope)
        chosen = (weights * self.gain).sum() + (out * self.outside).sum()
        return _Smoothed(value, slope, step, float(self.best.sum() - chosen))


def minimize_prices(
    curves: Curves,
    budgets: Array,
    outside: Array,
    *,
    tolerance: float = 1e-5,
    max_calls: int = 60,
) -> Prices:
    """Prices at which D is within about `tolerance` (relative) of its minimum.

    Args:
        curves: gains of U * H functions, those of the first U function at all budgets first.
        budgets: (H,) positive.
        outside: (U,) what each function is worth without any resource, non-negative.
        tolerance: relative distance to the minimum at which to stop.
        max_calls: most evaluations of all gains.

    Raises:
        ValueError: A value is out of range.
    """
    check_values("budgets", budgets, least=0.0, exclusive=True)
    check_values("outside", outside, least=0.0)
    shape = len(outside), len(budgets)
    everything = np.maximum(curves.full.reshape(shape), outside[:, None]).max(axis=1, initial=0.0)
    total = float(everything.sum())
    if total <= 0.0:
        return Prices(
            prices=np.zeros(shape[1]),
            dual_value=0.0,
            distance=0.0,
            gain=np.zeros(shape),
            num_calls=0,
        )
    charges = START * total * budgets / budgets.sum()
    best = point = _Point.of(curves, budgets, outside, charges)
    temperature = HEAT * point.value / shape[0]
    now = point.smoothed(temperature)
    calls = 1
    while True:
        while now.decrement < CALM * temperature and not _settled(point, now, tolerance):
            temperature *= COOLING
            now = point.smoothed(temperature)
        if _settled(point, now, tolerance) or calls >= max_calls:
            break
        point, now, calls = _search(curves, budgets, point, now, temperature, calls)
        if point.value < best.value:
            best = point
    return Prices(
        prices=best.charges / budgets,
        dual_value=best.value,
        distance=max(now.spread + now.decrement, 0.0),
        gain=best.gain,
        num_calls=calls,
    )


def _settled(point: _Point, now: _Smoothed, tolerance: float) -> bool:
    return now.spread + now.decrement <= tolerance * point.value


def _search(
    curves: Curves, budgets: Array, start: _Point, now: _Smoothed, temperature: float, calls: int
) -> tuple[_Point, _Smoothed, int]:
    """The first point along the Newton step that lowers the smoothed dual enough.

    A step that went too far is cut to where the line between both slopes crosses zero.
    """
    step = np.clip(now.step, -MOST_FALL * start.charges, MOST_RISE * start.charges)
    promised, length = float(now.slope @ step), 1.0
    while True:
        point = _Point.of(curves, budgets, start.outside, start.charges + length * step)
        trial, calls = point.smoothed(temperature), calls + 1
        enough = now.value + SUFFICIENT * length * promised + 1e-14 * now.value
        if trial.value <= enough or length <= SHORTEST:
            return point, trial, calls
        rise = float(trial.slope @ step)
        cut = -promised / (rise - promised) if rise > promised else 0.0
        length *= min(max(cut, 0.1), 0.7)
