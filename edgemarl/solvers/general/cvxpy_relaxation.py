"""The relaxation as a parametrised cvxpy problem, for any LP solver that cvxpy knows.

Compiled by cvxpy once per number of slots: boxes and cuts are parameters, entered so that the
problem follows the rules of disciplined parametrised programming (DPP). cvxpy is imported on use.
"""

import warnings

import numpy as np

from edgemarl.solvers.general.envelope import Cuts
from edgemarl.solvers.general.relaxation import LinearSolution, LinearStatus, RelaxationError
from edgemarl.solvers.general.rows import LinearRows

_FIRST_SLOTS = 8  # cuts per function
_STATUS = {
    "optimal": LinearStatus.SOLVED,
    "optimal_inaccurate": LinearStatus.SOLVED,  # bounds are certified, points repaired
    "infeasible": LinearStatus.INFEASIBLE,
    "infeasible_inaccurate": LinearStatus.INFEASIBLE,
}


class CvxpyRelaxation:
    """Solves the relaxation with a solver that cvxpy calls.

    Args:
        rows: Constraints.
        solver: Name of an installed solver for linear programs that returns multipliers, such as
            HIGHS, CLARABEL or SCIPY.

    Raises:
        ValueError: The solver is not installed.
    """

    def __init__(self, rows: LinearRows, solver: str = "HIGHS"):
        import cvxpy as cp

        installed = cp.installed_solvers()
        if solver not in installed:
            raise ValueError(
                f"solver must be one that cvxpy finds installed ({', '.join(installed)}), "
                f"got {solver!r}"
            )
        self._rows, self._solver = rows, solver
        self._slots = 0
        self._grow(_FIRST_SLOTS)

    def solve(self, cuts: Cuts, low: np.ndarray, high: np.ndarray) -> LinearSolution:
        """Maximise the sum of t under the cuts; see :class:`Relaxation`."""
        order = np.argsort(cuts.owner, kind="stable")
        owner = cuts.owner[order]
        slot = np.arange(len(owner)) - np.searchsorted(owner, owner)
        if slot.max() >= self._slots:
            self._grow(2 ** int(slot.max()).bit_length())
        scale = 1.0 / np.maximum(1.0, np.abs(cuts.slope))
        for parameter, entries in (
            (self._weight, scale),
            (self._slope, cuts.slope * scale),
            (self._level, cuts.level * scale),
        ):
            first = entries[order][slot == 0]  # unused slots repeat the first cut
            table = np.repeat(first[:, None], self._slots, axis=1)
            table[owner, slot] = entries[order]
            parameter.value = table
        self._low.value, self._high.value = low, high
        return self._answer()

    def _answer(self) -> LinearSolution:
        """Solve with the present parameters, and translate what comes back."""
        from cvxpy.error import SolverError

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of inaccuracy, which the status says as well
            try:
                self.problem.solve(solver=self._solver)
            except (SolverError, ArithmeticError, ValueError) as error:
                raise RelaxationError(f"{self._solver}: {error}") from error
        said = str(self.problem.status)
        status = _STATUS.get(said, LinearStatus.FAILED)
        if status != LinearStatus.SOLVED:
            return LinearSolution(status=status, detail=f"{self._solver}: {said}")
        inequality, equality = (
            np.zeros(0) if constraint is None else constraint.dual_value
            for constraint in (self._inequalities, self._equalities)
        )
        y = self._y.value
        if y is None or inequality is None or equality is None:
            return LinearSolution.failed(f"{self._solver}: no point or no multipliers")
        return LinearSolution(
            status=status, y=y, inequality=inequality, equality=equality, detail=said
        )

    def _grow(self, slots: int) -> None:
        """Build the problem with room for so many cuts per function."""
        import cvxpy as cp

        n = self._rows.size
        self._slots = slots
        self._weight, self._slope, self._level = (cp.Parameter((n, slots)) for _ in range(3))
        self._low, self._high = cp.Parameter(n), cp.Parameter(n)
        self._y, t = cp.Variable(n), cp.Variable(n)
        each = np.ones((1, slots))
        y_slots, t_slots = (cp.reshape(v, (n, 1), order="C") @ each for v in (self._y, t))
        lines = cp.multiply(self._weight, t_slots) - cp.multiply(self._slope, y_slots)
        rows = self._rows
        self._inequalities = rows.A @ self._y <= rows.b if len(rows.b) else None
        self._equalities = rows.C @ self._y == rows.d if len(rows.d) else None
        constraints: list[cp.Constraint] = [
            lines <= self._level,
            self._low <= self._y,
            self._y <= self._high,
        ]
        constraints += [c for c in (self._inequalities, self._equalities) if c is not None]
        self.problem = cp.Problem(cp.Maximize(cp.sum(t)), constraints)
