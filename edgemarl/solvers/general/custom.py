"""Families from a caller's own functions, and families of several kinds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from edgemarl.solvers.sigmoid import SigmoidFamily
from edgemarl.solvers.validation import plain

Function = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Custom:
    """Functions given by vectorised callables.

    The callables get points x (K,) and the indices (K,) of the functions meant, and return (K,)
    numbers: `lambda x, i: height[i] * np.tanh(x)`. The solver asks for any subset, in any order.

    Attributes:
        value_of: f_i(x).
        derivative_of: f_i'(x); at the inflection, the slope to its right.
        inflection: (n,) where each function turns from convex to concave; inf for a convex
            function, -inf for a concave one.
        index: (n,) which functions these are, None for all in order.
    """

    value_of: Function
    derivative_of: Function
    inflection: np.ndarray
    index: np.ndarray | None = None

    def __post_init__(self) -> None:
        inflection = np.atleast_1d(plain(self.inflection))
        if inflection.ndim != 1 or np.isnan(inflection).any():
            raise ValueError(f"inflection must be (n,) numbers, none nan, got {inflection}")
        index = np.arange(len(inflection)) if self.index is None else np.asarray(self.index)
        if index.shape != inflection.shape:
            raise ValueError(f"index must have shape {inflection.shape}, got {index.shape}")
        object.__setattr__(self, "inflection", inflection)
        object.__setattr__(self, "index", index)

    def __len__(self) -> int:
        """Number of functions."""
        return len(self.inflection)

    def take(self, index: np.ndarray) -> "Custom":
        """The functions at some indices."""
        own = np.asarray(self.index)[index]
        return Custom(self.value_of, self.derivative_of, self.inflection[index], own)

    def value(self, p: np.ndarray) -> np.ndarray:
        """(n,) each function at its own x."""
        return self.value_of(p, np.asarray(self.index))

    def derivative(self, p: np.ndarray) -> np.ndarray:
        """(n,) each function's derivative at its own x."""
        return self.derivative_of(p, np.asarray(self.index))


class Mixed:
    """Several families as one, their functions in the order of the families.

    Args:
        families: Any families.
        index: (n,) which of all their functions these are, None for all in order.
    """

    def __init__(self, families: Sequence[SigmoidFamily], index: np.ndarray | None = None):
        self.families = tuple(families)
        sizes = [len(family) for family in self.families]
        self._index = np.arange(sum(sizes)) if index is None else np.asarray(index)
        ends = np.cumsum([0, *sizes])
        self._parts = []  # positions among these functions, and the functions at them
        for family, start, end in zip(self.families, ends[:-1], ends[1:], strict=True):
            where = np.flatnonzero((self._index >= start) & (self._index < end))
            if where.size:
                self._parts.append((where, family.take(self._index[where] - start)))
        self.inflection = self._gather(lambda family, _: family.inflection, np.empty(len(self)))

    def __len__(self) -> int:
        """Number of functions."""
        return len(self._index)

    def take(self, index: np.ndarray) -> "Mixed":
        """The functions at some indices."""
        return Mixed(self.families, self._index[index])

    def value(self, p: np.ndarray) -> np.ndarray:
        """(n,) each function at its own x."""
        return self._gather(lambda family, part: family.value(part), p)

    def derivative(self, p: np.ndarray) -> np.ndarray:
        """(n,) each function's derivative at its own x."""
        return self._gather(lambda family, part: family.derivative(part), p)

    def _gather(
        self, of: Callable[[SigmoidFamily, np.ndarray], np.ndarray], p: np.ndarray
    ) -> np.ndarray:
        """(n,) what each family says of its own points."""
        result = np.empty(len(self))
        for where, family in self._parts:
            result[where] = of(family, np.asarray(p)[where])
        return result
