"""The conjugate of any convex-then-concave family, found by bisection; slow and readable."""

import numpy as np

from edgemarl.solvers.envelope import bisect
from edgemarl.solvers.sigmoid import SigmoidFamily


def numeric_conjugate(
    family: SigmoidFamily, price: np.ndarray, upper: np.ndarray, floor: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The largest of max(f(p), floor) - price * p over p in [0, upper], and where it is.

    Left of the inflection a function is convex, so that only the ends count there; right of it the
    best point is where the derivative falls to the price.

    Args:
        family: n functions.
        price: (n,) non-negative.
        upper: (n,) non-negative.
        floor: (n,) non-negative.
    """
    start = np.minimum(family.inflection, upper)
    inside = bisect(lambda p: family.derivative(p) > price, start, upper)
    candidates = np.stack([np.zeros_like(upper), start, np.minimum(inside, upper), upper])
    values = np.stack(
        [np.maximum(family.value(p) if p.any() else 0.0, floor) - price * p for p in candidates]
    )
    best = values.argmax(axis=0)
    rows = np.arange(len(best))
    return values[best, rows], candidates[best, rows]
