"""Which points are feasible: proofs that none is, and the repair of points that nearly are."""

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from edgemarl.solvers.general.bound import lagrangian_bound
from edgemarl.solvers.general.rows import LinearRows

FEASIBILITY = 1e-9  # violation of a row of unit norm, with variables in [0, 1], that is none
_MARGIN = 1e-14  # room that a repaired point leaves where it can
_ROUNDS = 5


class _Nothing:
    """Functions that are 0 everywhere."""

    def __init__(self, size: int):
        self.inflection = np.full(size, np.inf)

    def __len__(self) -> int:
        return len(self.inflection)

    def take(self, index: np.ndarray) -> "_Nothing":
        return _Nothing(len(index))

    def value(self, p: np.ndarray) -> np.ndarray:
        return np.zeros_like(p)

    derivative = value


def proves_infeasible(rows: LinearRows, low: np.ndarray, high: np.ndarray) -> bool:
    """Whether no point of a box meets the constraints, by a certificate that is checked here.

    The least total violation is an LP; its multipliers, whatever their quality, bound the value 0
    of any feasible point from above. A negative bound is a contradiction.
    """
    (m, n), k = rows.A.shape, len(rows.d)
    found = linprog(
        np.repeat([0.0, 1.0], [n, m + 2 * k]),
        A_ub=sp.hstack([rows.A, -sp.eye_array(m), sp.csr_array((m, 2 * k))], format="csr"),
        b_ub=rows.b,
        A_eq=sp.hstack(
            [rows.C, sp.csr_array((k, m)), sp.eye_array(k), -sp.eye_array(k)], format="csr"
        ),
        b_eq=rows.d,
        bounds=np.stack(
            [np.append(low, np.zeros(m + 2 * k)), np.append(high, np.full(m + 2 * k, np.inf))],
            axis=1,
        ),
    )
    if found.status != 0:
        return False
    inequality, equality = -found.ineqlin.marginals, -found.eqlin.marginals
    bound, _ = lagrangian_bound(_Nothing(n), rows, inequality, equality, low, high)
    return bound < -FEASIBILITY


class Repair:
    """Moves points that an LP solver calls feasible to points that are."""

    def __init__(self, rows: LinearRows, low: np.ndarray, high: np.ndarray):
        self._rows, self._low, self._high = rows, low, high
        self._equalities = rows.C.toarray()
        self.anchor = self._most_room()

    def __call__(self, y: np.ndarray) -> np.ndarray | None:
        """A feasible point near y (n,), None if none is found."""
        y = self._onto_equalities(np.clip(y, self._low, self._high))
        over = self._rows.excess(y) + _MARGIN
        if (over > 0.0).any() and self.anchor is not None:
            room = over - (self._rows.excess(self.anchor) + _MARGIN)
            usable = (over > 0.0) & (room > 0.0)
            share = min((over[usable] / room[usable]).max(initial=0.0) * (1.0 + 1e-9), 1.0)
            y = np.clip(y + share * (self.anchor - y), self._low, self._high)
        return y if self._rows.violation(y) <= FEASIBILITY else None

    def _onto_equalities(self, y: np.ndarray) -> np.ndarray:
        """Project onto the equalities along the variables that are strictly inside the box."""
        for _ in range(_ROUNDS if len(self._rows.d) else 0):
            missing = -self._rows.residual(y)
            if np.abs(missing).max() <= _MARGIN:
                break
            inside = (y > self._low) & (y < self._high)
            step = np.linalg.lstsq(self._equalities[:, inside], missing, rcond=None)[0]
            y = y.copy()
            y[inside] += step
            y = np.clip(y, self._low, self._high)
        return y

    def _most_room(self) -> np.ndarray | None:
        """The point with the most room to all inequalities, None if the LP fails."""
        rows, n = self._rows, len(self._low)
        m, k = len(rows.b), len(rows.d)
        found = linprog(
            np.append(np.zeros(n), -1.0),
            A_ub=sp.hstack([rows.A, sp.csr_array(np.ones((m, 1)))], format="csr"),
            b_ub=rows.b,
            A_eq=sp.hstack([rows.C, sp.csr_array((k, 1))], format="csr"),
            b_eq=rows.d,
            bounds=np.stack([np.append(self._low, -np.inf), np.append(self._high, 1.0)], axis=1),
        )
        return self._onto_equalities(found.x[:n]) if found.status == 0 else None
