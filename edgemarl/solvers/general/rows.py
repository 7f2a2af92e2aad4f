"""Linear constraints A x <= b, C x = d, and what multipliers of theirs prove."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp


@dataclass(frozen=True, eq=False)
class LinearRows:
    """The linear constraints of a program over n variables."""

    A: Any  # (m, n) csr_array
    b: np.ndarray  # (m,)
    C: Any  # (k, n) csr_array
    d: np.ndarray  # (k,)

    @property
    def size(self) -> int:
        """Number n of variables."""
        return int(self.A.shape[1])

    def excess(self, x: np.ndarray) -> np.ndarray:
        """(m,) by how much x (n,) exceeds each inequality; negative where there is room."""
        return self.A @ x - self.b

    def residual(self, x: np.ndarray) -> np.ndarray:
        """(k,) by how much x (n,) misses each equality."""
        return self.C @ x - self.d

    def violation(self, x: np.ndarray) -> float:
        """The largest violation of any row at x (n,)."""
        worst = max(self.excess(x).max(initial=0.0), np.abs(self.residual(x)).max(initial=0.0))
        return float(worst)

    def cost(self, inequality: np.ndarray, equality: np.ndarray) -> np.ndarray:
        """(n,) what a unit of each variable costs at multipliers (m,) and (k,): A'mu + C'nu."""
        return self.A.T @ inequality + self.C.T @ equality

    def income(self, inequality: np.ndarray, equality: np.ndarray) -> float:
        """What the right-hand sides are worth at multipliers (m,) and (k,): mu.b + nu.d."""
        return float(inequality @ self.b + equality @ self.d)

    def rescaled(self, origin: np.ndarray, width: np.ndarray) -> tuple["LinearRows", np.ndarray]:
        """The constraints on y with x = origin + width * y, each row of unit norm, and the norms.

        Returns:
            The constraints, and (m + k,) the norms that inequalities and equalities had.
        """
        scaled = [sp.csr_array(matrix @ sp.diags_array(width)) for matrix in (self.A, self.C)]
        norms = np.sqrt(np.concatenate([(matrix * matrix).sum(axis=1) for matrix in scaled]))
        norms = np.where(norms > 0.0, norms, 1.0)
        first, second = np.split(norms, [len(self.b)])
        return LinearRows(
            sp.csr_array(sp.diags_array(1.0 / first) @ scaled[0]),
            -self.excess(origin) / first,
            sp.csr_array(sp.diags_array(1.0 / second) @ scaled[1]),
            -self.residual(origin) / second,
        ), norms
