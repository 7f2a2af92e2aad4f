"""What the search asks of a linear programming solver, and how it names one."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

import numpy as np

from edgemarl.solvers.general.envelope import Cuts
from edgemarl.solvers.general.rows import LinearRows

BACKENDS = ("linprog", "cvxpy")


class LinearStatus(Enum):
    """What an LP solver said, whatever it called that."""

    SOLVED = "solved"
    INFEASIBLE = "infeasible"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class LinearSolution:
    """An LP's answer; the arrays are empty unless it is SOLVED.

    Multipliers are derivatives of the optimal value by the right-hand sides, so those of the
    inequalities are non-negative up to the solver's tolerance.
    """

    status: LinearStatus
    y: np.ndarray = field(default_factory=lambda: np.empty(0))  # (n,)
    inequality: np.ndarray = field(default_factory=lambda: np.empty(0))  # (m,)
    equality: np.ndarray = field(default_factory=lambda: np.empty(0))  # (k,)
    detail: str = ""  # the solver's own words

    @classmethod
    def failed(cls, detail: str) -> "LinearSolution":
        """No answer."""
        return cls(status=LinearStatus.FAILED, detail=detail)


class RelaxationError(RuntimeError):
    """An LP solver gave up; the search goes on with what it knows."""


class Relaxation(Protocol):
    """Maximises sum_i t_i under cuts over the linear constraints of one program and a box."""

    def solve(self, cuts: Cuts, low: np.ndarray, high: np.ndarray) -> LinearSolution:
        """Solve with the given cuts, low <= y <= high, (n,) each.

        Raises:
            RelaxationError: Instead of an answer with the status FAILED.
        """
        ...


def make_relaxation(backend: str, rows: LinearRows, *, solver: str | None = None) -> Relaxation:
    """The subroutine of a backend for given constraints.

    Args:
        backend: `"linprog"` or `"cvxpy"`.
        rows: Constraints.
        solver: For cvxpy, the name of an installed LP solver; `"HIGHS"` if None.

    Raises:
        ValueError: Unknown backend, a solver that is not installed, or a solver for linprog.
    """
    if backend == "linprog":
        if solver is not None:
            raise ValueError(
                f'backend="linprog" always uses HiGHS, got solver={solver!r}; '
                'use backend="cvxpy" to choose one'
            )
        from edgemarl.solvers.general.linprog_relaxation import LinprogRelaxation

        return LinprogRelaxation(rows)
    if backend == "cvxpy":
        from edgemarl.solvers.general.cvxpy_relaxation import CvxpyRelaxation

        return CvxpyRelaxation(rows, "HIGHS" if solver is None else solver)
    raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, got {backend!r}")
