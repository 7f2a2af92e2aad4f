"""What a unit of each right-hand side is worth at a point."""

import numpy as np
from scipy.optimize import lsq_linear

from edgemarl.solvers.general.scaled import UnitProgram

_ACTIVE = 1e-6  # room, in the search's units, below which a row or a variable's end is active


def shadow_prices(program: UnitProgram, y: np.ndarray | None) -> np.ndarray:
    """(m + k,) multipliers that explain the slopes at a point best, nan where there is no point.

    At an optimum, f_i'(x_i) = (A'mu + C'nu)_i for every variable strictly inside its interval,
    with mu non-negative, and 0 for inequalities with room. The least squares solution is taken
    where several multipliers satisfy that, or none does.

    Args:
        program: The program in the search's units.
        y: (n,) point in these units.
    """
    m, k = len(program.rows.b), len(program.rows.d)
    prices = np.zeros(m + k)
    if y is None:
        return np.full(m + k, np.nan)
    inside = (y > program.low + _ACTIVE) & (y < program.high - _ACTIVE)
    active = np.append(program.rows.excess(y) >= -_ACTIVE, np.ones(k, dtype=bool))
    if inside.any() and active.any():
        matrix = np.vstack([program.rows.A.toarray(), program.rows.C.toarray()])
        slopes = program.family.derivative(y)
        least = np.where(np.arange(m + k) < m, 0.0, -np.inf)[active]
        found = lsq_linear(matrix[np.ix_(active, inside)].T, slopes[inside], (least, np.inf))
        prices[active] = found.x
    return program.multipliers(prices[:m], prices[m:])
