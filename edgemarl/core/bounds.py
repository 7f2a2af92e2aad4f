"""What a value is worth beside an upper bound of it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def relative_gap(bound: ArrayLike, value: ArrayLike) -> NDArray[np.float64]:
    """How far values lie below their upper bounds, as a share of the bounds; 0 at a bound of 0.

    Args:
        bound: non-negative upper bounds of any shape.
        value: what was reached, of the same shape.

    >>> relative_gap([4.0, 0.0], [3.0, 0.0])
    array([0.25, 0.  ])
    """
    upper = np.asarray(bound, dtype=float)
    difference = upper - np.asarray(value, dtype=float)
    return np.divide(difference, upper, out=np.zeros_like(upper), where=upper > 0)
