"""A program in the units its search works in: variables in [0, 1], rows of unit norm, values ~ 1.

Resources may be cycles per second and values fractions of one; linear programming solvers know only
absolute tolerances.
"""

from dataclasses import dataclass, replace

import numpy as np

from edgemarl.solvers.general.program import SigmoidalProgram
from edgemarl.solvers.general.rows import LinearRows
from edgemarl.solvers.sigmoid import SigmoidFamily


@dataclass(frozen=True, eq=False)
class Rescaled:
    """f(origin + width * y) / unit as functions of y in [0, 1]."""

    family: SigmoidFamily
    origin: np.ndarray  # (n,)
    width: np.ndarray  # (n,) positive
    unit: float
    turn: np.ndarray  # (n,) inflections of x
    inflection: np.ndarray  # (n,) of y

    @classmethod
    def of(
        cls, family: SigmoidFamily, origin: np.ndarray, width: np.ndarray, unit: float = 1.0
    ) -> "Rescaled":
        """Move the inflections along."""
        turn = np.asarray(family.inflection, dtype=np.float64)
        return cls(family, origin, width, unit, turn, (turn - origin) / width)

    def __len__(self) -> int:
        """Number of functions."""
        return len(self.origin)

    def take(self, index: np.ndarray) -> "Rescaled":
        """The functions at some indices."""
        family, turn = self.family.take(index), self.turn[index]
        origin, width, inflection = self.origin[index], self.width[index], self.inflection[index]
        return Rescaled(family, origin, width, self.unit, turn, inflection)

    def point(self, y: np.ndarray) -> np.ndarray:
        """(n,) x at y; rounding moves nothing across its inflection, where a slope may jump."""
        x = self.origin + self.width * y
        return np.where(y >= self.inflection, np.maximum(x, self.turn), np.minimum(x, self.turn))

    def value(self, p: np.ndarray) -> np.ndarray:
        """(n,) each function at its own y."""
        return self.family.value(self.point(p)) / self.unit

    def derivative(self, p: np.ndarray) -> np.ndarray:
        """(n,) each function's derivative at its own y."""
        return self.family.derivative(self.point(p)) * (self.width / self.unit)


@dataclass(frozen=True, eq=False)
class UnitProgram:
    """A program in the search's units."""

    family: Rescaled
    rows: LinearRows
    low: np.ndarray  # (n,) zeros
    high: np.ndarray  # (n,) ones, 0 for variables that cannot move
    norms: np.ndarray  # (m + k,) of the rows before

    @classmethod
    def of(cls, program: SigmoidalProgram) -> "UnitProgram":
        """Rescale a program."""
        lower, upper = np.asarray(program.lower), np.asarray(program.upper)
        moves = upper > lower
        width = np.where(moves, upper - lower, 1.0)
        high = moves.astype(np.float64)
        rows, norms = program.rows.rescaled(lower, width)
        plain = Rescaled.of(program.family, lower, width)
        turn = np.clip(plain.inflection, 0.0, high)
        ends = np.array([plain.value(y) for y in (np.zeros_like(high), 0.5 * high, turn, high)])
        unit = float(np.ptp(ends, axis=0).max(initial=0.0))
        family = replace(plain, unit=unit if unit > 1e-250 else 1.0)
        return cls(family, rows, np.zeros_like(high), high, norms)

    @property
    def unit(self) -> float:
        """What one unit of the search's values is worth."""
        return self.family.unit

    def multipliers(self, inequality: np.ndarray, equality: np.ndarray) -> np.ndarray:
        """(m + k,) multipliers of the original rows, in the original units."""
        return np.concatenate([inequality, equality]) * (self.unit / self.norms)
