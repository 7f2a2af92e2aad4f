"""The certificate: what any multipliers prove about every point of a box.

For mu >= 0 and any nu, weak duality says that no feasible y in [low, high] has a value above

    mu.b + nu.d + sum_i max over y_i of f_i(y_i) - (A'mu + C'nu)_i y_i.

The maxima are over the functions themselves. Neither an LP's optimum nor its cuts enter, so that a
solver's tolerance or failure can loosen a bound but never falsify it.
"""

import numpy as np

from edgemarl.solvers.envelope import bisect
from edgemarl.solvers.general.rows import LinearRows
from edgemarl.solvers.kernel import ROUNDING
from edgemarl.solvers.sigmoid import SigmoidFamily


def lagrangian_bound(
    family: SigmoidFamily,
    rows: LinearRows,
    inequality: np.ndarray,
    equality: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
) -> tuple[float, np.ndarray]:
    """An upper bound on the sum of all functions over the feasible points of a box.

    Args:
        family: n functions.
        rows: Constraints.
        inequality: (m,) multipliers of the inequalities; negative ones count as 0.
        equality: (k,) multipliers of the equalities.
        low: (n,) left ends of the box.
        high: (n,) right ends.

    Returns:
        The bound, and (n,) where the functions attain it, which need not be feasible.
    """
    inequality = np.maximum(inequality, 0.0)
    cost = rows.cost(inequality, equality)
    best, where = best_at_price(family, cost, low, high)
    terms = np.append(best, rows.income(inequality, equality))
    size = np.abs(terms).sum() + np.abs(inequality) @ np.abs(rows.b)
    size += np.abs(equality) @ np.abs(rows.d) + np.abs(cost).sum()
    return float(terms.sum() + ROUNDING * size), where


def best_at_price(
    family: SigmoidFamily, price: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """At least the largest of f(y) - price * y on each interval, exact but for rounding.

    On the convex part the ends count. On the concave part, the best point lies where the slope
    falls through the price, between two neighbouring numbers; by concavity no point left of the
    first exceeds it if the function still rises there, and likewise on the right. Should the slopes
    say otherwise, the tangents' rise across the interval is added.

    Returns:
        (n,) largest values, and (n,) where they are.
    """
    start = np.clip(family.inflection, low, high)
    after = bisect(lambda y: family.derivative(y) > price, start, high)
    before = np.maximum(np.nextafter(after, -np.inf), start)
    points = np.stack([low, start, before, after])
    worth = np.stack([family.value(y) - price * y for y in points])
    worth[2] += np.maximum(price - family.derivative(before), 0.0) * (before - start)
    worth[3] += np.maximum(family.derivative(after) - price, 0.0) * (high - after)
    best, everyone = worth.argmax(axis=0), np.arange(len(price))
    return worth[best, everyone], points[best, everyone]
