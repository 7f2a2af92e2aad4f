"""Prices of several budgets when every function may choose the budget it draws from.

Functions u = 1 .. U, budgets h = 1 .. H. Let gain_uh(price) be the most that function u can have
left after paying for its resource from budget h, and outside_u what it is worth without any. Then

    D(prices) = sum_h price_h P_h + sum_u max(outside_u, max_h gain_uh(price_h))

bounds every choice of budgets and every allocation from above. D is convex, with a kink wherever a
function changes its mind. The search minimises the smoothed form in which u chooses with weights
proportional to exp(gain / temperature), by Newton's method in H variables, and cools down as fast
as Newton's method can follow. At a minimum of the smoothed form the weights are a fractional
choice that uses every budget exactly, so that the distance to the least D is known.

With many budgets, each function at first looks only at those at which it gains most. What D is at
the prices found, with all budgets, says how much that has cost; if too much, it looks at more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.solvers.curves import Curves
from edgemarl.solvers.pairs import Pairs
from edgemarl.solvers.validation import check_values

Array = NDArray[np.float64]
START = 2 / 3  # share of what everybody could earn that the first prices charge
HEAT, COOLING = 0.1, 0.5  # first temperature, relative to the dual per function; factor of a step
CALM = 0.3  # Newton decrement, in temperatures, below which the search cools down
MOST_FALL, MOST_RISE = 0.8, 3.0  # of a price in one step, relative
RIDGE = 1e-10  # relative, added to the Hessian
SUFFICIENT = 1e-4  # share of the promised decrease that a step must bring
SHORTEST = 1e-3  # step length that is taken whatever it brings
SHORTLIST = 12  # budgets that a function looks at first; with twice as many, it looks at all


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices that nearly minimise the dual function."""

    prices: Array  # (H,) value per unit of each budget's resource
    dual_value: float  # D(prices), exact but for rounding
    distance: float  # estimate of how far above its minimum D is
    gain: Array  # (U, H) what is left to each function after paying, continued below 0
    num_calls: int  # evaluations of the gains, those of some budgets included


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
class _Market:
    """Functions, those of the budgets that each looks at, and what they are worth outside."""

    curves: Curves  # (U * K,)
    pairs: Pairs
    budgets: Array  # (H,)
    outside: Array  # (U,)

    def shortlisted(self, gain: Array, count: int) -> "_Market":
        """Where each function looks only at the `count` budgets of greatest gain (U, H)."""
        pairs = Pairs.best(gain, count)
        return _Market(self.curves.take(pairs.flat), pairs, self.budgets, self.outside)

    def at(self, charges: Array) -> "_Point":
        """All gains at some charges (H,), a charge being the price of a whole budget."""
        budgets = self.pairs.spread(self.budgets)
        price = self.pairs.spread(charges / self.budgets)
        parts = self.curves.at(price.ravel())
        gain, amount, decline = (part.reshape(price.shape) for part in parts)
        best = np.maximum(gain.max(axis=1), self.outside)
        value = float(charges.sum() + best.sum())
        return _Point(self, charges, gain, amount / budgets, decline / budgets**2, best, value)


@dataclass(frozen=True)
class _Point:
    """A market at some charges."""

    market: _Market
    charges: Array  # (H,)
    gain: Array  # (U, K)
    share: Array  # (U, K) of the budget
    decline: Array  # (U, K) of the share with the charge
    best: Array  # (U,) the larger of outside and the best gain
    value: float  # D

    def smoothed(self, temperature: float) -> _Smoothed:
        """The bound with the maximum over budgets softened, and its first two derivatives."""
        pairs, outside = self.market.pairs, self.market.outside
        weights = np.exp((self.gain - self.best[:, None]) / temperature)
        out = np.exp((outside - self.best) / temperature)
        total = weights.sum(axis=1) + out
        weights /= total[:, None]
        out /= total
        value = self.value + temperature * float(np.log(total).sum())
        used = weights * self.share
        slope = 1.0 - pairs.sums(used)
        kinks = np.diag(pairs.sums(used * self.share)) - pairs.products(used)
        bends = pairs.sums(weights * self.decline)
        hessian = kinks / temperature + np.diag(bends)
        ridge = RIDGE * max(float(np.trace(hessian)), 1.0 / float(self.charges.max()))
        solved = np.linalg.solve(hessian + ridge * np.eye(len(slope)), -slope)
        step = np.asarray(solved, dtype=np.float64)
        chosen = (weights * self.gain).sum() + (out * outside).sum()
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
        max_calls: most evaluations of the gains, for each choice of budgets to look at.

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
    market = _Market(curves, Pairs(shape), budgets, outside)
    charges = START * total * budgets / budgets.sum()
    point, distance, calls = _minimize_all(market, market.at(charges), tolerance, max_calls)
    return Prices(
        prices=point.charges / budgets,
        dual_value=point.value,
        distance=distance,
        gain=point.gain,
        num_calls=calls,
    )


def _minimize_all(
    market: _Market, start: _Point, tolerance: float, max_calls: int
) -> tuple[_Point, float, int]:
    """The best point of a market, its distance to the minimum, and evaluations of gains."""
    count, calls = SHORTLIST, 1
    while 2 * count < len(market.budgets):
        some = market.shortlisted(start.gain, count)
        found, distance, more = _minimize(some.at(start.charges), tolerance, max_calls)
        start = market.at(found.charges)
        calls += more + 2
        missed = start.value - found.value
        if missed <= tolerance * start.value:
            return start, distance + missed, calls
        count *= 2
    found, distance, more = _minimize(start, tolerance, max_calls)
    return found, distance, calls + more


def _minimize(point: _Point, tolerance: float, max_calls: int) -> tuple[_Point, float, int]:
    """As :func:`_minimize_all`, among the budgets that the point's market looks at."""
    best = point
    temperature = HEAT * point.value / len(point.best)
    now = point.smoothed(temperature)
    calls = 0
    while True:
        while now.decrement < CALM * temperature and not _settled(point, now, tolerance):
            temperature *= COOLING
            now = point.smoothed(temperature)
        if _settled(point, now, tolerance) or calls + 1 >= max_calls:
            break
        point, now, taken = _search(point, now, temperature)
        calls += taken
        if point.value < best.value:
            best = point
    return best, max(now.spread + now.decrement, 0.0), calls


def _settled(point: _Point, now: _Smoothed, tolerance: float) -> bool:
    return now.spread + now.decrement <= tolerance * point.value


def _search(start: _Point, now: _Smoothed, temperature: float) -> tuple[_Point, _Smoothed, int]:
    """The first point along the Newton step that lowers the smoothed dual enough.

    A step that went too far is cut to where the line between both slopes crosses zero.
    """
    step = np.clip(now.step, -MOST_FALL * start.charges, MOST_RISE * start.charges)
    promised, length, calls = float(now.slope @ step), 1.0, 0
    while True:
        point = start.market.at(start.charges + length * step)
        trial, calls = point.smoothed(temperature), calls + 1
        enough = now.value + SUFFICIENT * length * promised + 1e-14 * now.value
        if trial.value <= enough or length <= SHORTEST:
            return point, trial, calls
        rise = float(trial.slope @ step)
        cut = -promised / (rise - promised) if rise > promised else 0.0
        length *= min(max(cut, 0.1), 0.7)
