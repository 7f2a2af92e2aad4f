"""The relaxation through `scipy.optimize.linprog` with HiGHS: no modelling layer in between."""

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from edgemarl.solvers.general.envelope import Cuts
from edgemarl.solvers.general.relaxation import LinearSolution, LinearStatus
from edgemarl.solvers.general.rows import LinearRows

TOLERANCE = 1e-9  # of HiGHS, on rows of unit norm
_STATUS = {0: LinearStatus.SOLVED, 2: LinearStatus.INFEASIBLE}


class LinprogRelaxation:
    """Solves the relaxation with HiGHS."""

    def __init__(self, rows: LinearRows):
        self._rows = rows
        self._size = rows.size
        self._equalities = sp.hstack([rows.C, sp.csr_array(rows.C.shape)], format="csr")
        self._inequalities = sp.hstack([rows.A, sp.csr_array(rows.A.shape)], format="csr")

    def solve(self, cuts: Cuts, low: np.ndarray, high: np.ndarray) -> LinearSolution:
        """Maximise the sum of t under the cuts; see :class:`Relaxation`."""
        size, num_cuts = self._size, len(cuts.owner)
        scale = 1.0 / np.maximum(1.0, np.abs(cuts.slope))
        row = np.arange(num_cuts)
        lines = sp.csr_array(
            (
                np.concatenate([-cuts.slope * scale, scale]),
                (np.concatenate([row, row]), np.concatenate([cuts.owner, size + cuts.owner])),
            ),
            shape=(num_cuts, 2 * size),
        )
        free = np.full(size, np.inf)
        found = linprog(
            np.repeat([0.0, -1.0], size),
            A_ub=sp.vstack([self._inequalities, lines], format="csr"),
            b_ub=np.concatenate([self._rows.b, cuts.level * scale]),
            A_eq=self._equalities,
            b_eq=self._rows.d,
            bounds=np.stack([np.append(low, -free), np.append(high, free)], axis=1),
            options={
                "primal_feasibility_tolerance": TOLERANCE,
                "dual_feasibility_tolerance": TOLERANCE,
            },
        )
        status = _STATUS.get(found.status, LinearStatus.FAILED)
        if status != LinearStatus.SOLVED:
            return LinearSolution(status=status, detail=found.message)
        return LinearSolution(
            status=status,
            y=found.x[:size],
            inequality=-found.ineqlin.marginals[: len(self._rows.b)],
            equality=-found.eqlin.marginals,
            detail=found.message,
        )
