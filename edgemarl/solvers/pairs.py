"""Which budgets each function looks at, and what that says of the budgets."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """U functions, each with K of H budgets; `index` (U, K) is None where each looks at all."""

    shape: tuple[int, int]  # (U, H)
    index: NDArray[np.int64] | None = None

    @classmethod
    def best(cls, gain: Array, count: int) -> "Pairs":
        """For each function the `count` budgets at which its gain (U, H) is greatest."""
        last = gain.shape[1] - count
        if last <= 0:
            return cls(gain.shape)
        return cls(gain.shape, np.sort(np.argpartition(gain, last, axis=1)[:, last:], axis=1))

    @property
    def flat(self) -> NDArray[np.int64]:
        """The pairs (U * K,) as positions u * H + h."""
        functions, budgets = self.shape
        if self.index is None:
            return np.arange(functions * budgets)
        return (np.arange(functions)[:, None] * budgets + self.index).ravel()

    def spread(self, values: Array) -> Array:
        """What is said of each budget (H,), at all pairs (U, K)."""
        return np.broadcast_to(values, self.shape) if self.index is None else values[self.index]

    def sums(self, values: Array) -> Array:
        """Sums of (U, K) over the functions, by budget (H,)."""
        if self.index is None:
            return values.sum(axis=0)
        summed = np.bincount(self.index.ravel(), values.ravel(), self.shape[1])
        return np.asarray(summed, dtype=np.float64)

    def products(self, values: Array) -> Array:
        """Products of what a function has (U, K) at two budgets, summed over functions, (H, H)."""
        if self.index is None:
            return values.T @ values
        weights = (values[:, :, None] * values[:, None, :]).ravel()
        size = self.shape[1]
        summed = np.bincount(self._couples, weights, size * size)
        return np.asarray(summed, dtype=np.float64).reshape(size, size)

    @cached_property
    def _couples(self) -> NDArray[np.int64]:
        """Two budgets of a function, h * H + k, (U * K * K,)."""
        assert self.index is not None
        return (self.index[:, :, None] * self.shape[1] + self.index[:, None, :]).ravel()
