"""The problem that the general solver takes: a sum of sigmoids over linear constraints."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from edgemarl.solvers.envelope import Floored
from edgemarl.solvers.general.checks import check_sigmoidal
from edgemarl.solvers.general.rows import LinearRows
from edgemarl.solvers.sigmoid import SigmoidFamily
from edgemarl.solvers.validation import check_values, plain


@dataclass(frozen=True, eq=False)
class SigmoidalProgram:
    r"""Maximise a sum of sigmoids over linear constraints and a box.

    .. math:: \max_x \sum_i f_i(x_i) \quad\text{s.t.}\quad A x \le b,\ C x = d,\ l \le x \le u

    Each f_i is convex left of its inflection point and concave right of it. It need not be
    monotone, and x may be negative; a convex function has its inflection at +inf, a concave one at
    -inf. Constraints that contradict each other are no error: the solver says so.

    Attributes:
        family: n functions; see :class:`edgemarl.solvers.SigmoidFamily`.
        lower: (n,) or one number, l, finite.
        upper: (n,) or one number, u, finite and at least l.
        A: (m, n) dense or `scipy.sparse`, None for no inequalities.
        b: (m,).
        C: (k, n) dense or `scipy.sparse`, None for no equalities.
        d: (k,).

    Raises:
        ValueError: A shape does not fit, a number is not finite, a bound exceeds its counterpart,
            or a function is not what it says (see :func:`check_sigmoidal`).
    """

    family: SigmoidFamily
    _: KW_ONLY
    lower: np.ndarray | float
    upper: np.ndarray | float
    A: Any = None
    b: Any = None
    C: Any = None
    d: Any = None

    def __post_init__(self) -> None:
        size = len(self.family)
        lower, upper = _bound("lower", self.lower, size), _bound("upper", self.upper, size)
        crossed = np.flatnonzero(lower > upper)
        if crossed.size:
            i = int(crossed[0])
            raise ValueError(
                f"lower must be at most upper, got {lower[i]} and {upper[i]} at index {i}"
            )
        for matrix, side in (("A", "b"), ("C", "d")):
            rows, values = _side(matrix, getattr(self, matrix), side, getattr(self, side), size)
            object.__setattr__(self, matrix, rows)
            object.__setattr__(self, side, values)
        object.__setattr__(self, "lower", lower)
        object.__setattr__(self, "upper", upper)
        check_sigmoidal(self.family, lower, upper)

    @classmethod
    def single_budget(
        cls, family: SigmoidFamily, budget: float, floor: np.ndarray | None = None
    ) -> "SigmoidalProgram":
        """The problem of :func:`edgemarl.solvers.maximize`: one budget, nonnegative resources.

        Args:
            family: n functions, nondecreasing where a floor is given.
            budget: Non-negative and finite.
            floor: (n,) what each function is worth without any resource; negative counts as 0.
        """
        size = len(family)
        check_values("budget", plain(budget), least=0.0)
        functions: SigmoidFamily = family
        if floor is not None:
            floors = _bound("floor", floor, size)
            functions = Floored.of(family, np.maximum(floors, 0.0), float(budget))
        return cls(
            functions, lower=0.0, upper=float(budget), A=np.ones((1, size)), b=[float(budget)]
        )

    @property
    def rows(self) -> LinearRows:
        """The linear constraints."""
        return LinearRows(self.A, self.b, self.C, self.d)

    def value(self, x: np.ndarray) -> float:
        """The sum of all functions at a point (n,)."""
        return float(np.sum(self.family.value(np.asarray(x, dtype=np.float64))))


def _bound(name: str, bound: Any, size: int) -> np.ndarray:
    array = plain(bound)
    if array.shape not in ((), (1,), (size,)):
        raise ValueError(f"{name} must be one number or of shape ({size},), got {array.shape}")
    check_values(name, array)
    return np.broadcast_to(array, (size,)).copy()


def _side(
    matrix_name: str, matrix: Any, side_name: str, side: Any, size: int
) -> tuple[Any, np.ndarray]:
    """A constraint matrix and its right-hand side, checked."""
    if (matrix is None) != (side is None):
        given, missing = (side_name, matrix_name) if matrix is None else (matrix_name, side_name)
        raise ValueError(f"{given} needs {missing}: give both, or neither")
    if matrix is None:
        return sp.csr_array((0, size)), np.empty(0)
    rows: Any = sp.csr_array(matrix if sp.issparse(matrix) else plain(matrix), dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != size:
        raise ValueError(f"{matrix_name} must have shape (rows, {size}), got {rows.shape}")
    check_values(f"{matrix_name} (nonzero entries)", rows.data)
    values = plain(side)
    if values.shape != (rows.shape[0],):
        raise ValueError(
            f"{side_name} must have shape ({rows.shape[0]},), a number per row of {matrix_name}, "
            f"got {values.shape}"
        )
    check_values(side_name, values)
    return rows, values
