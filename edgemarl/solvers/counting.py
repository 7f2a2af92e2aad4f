"""The cardinality bound in plain numpy, for any sigmoid family; the idea is in `cardinality.py`."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from edgemarl.solvers.envelope import Envelope, Floored
from edgemarl.solvers.result import NEGLIGIBLE

_MOST_PIECES = 40
_PRICE_RANGE = 5.0  # of the logarithm of the price, either way from where the search starts


@dataclass(frozen=True)
class Piece:
    """Where the one function before its inflection may be, and what that is worth at most.

    Attributes:
        low: Least fraction of its inflection point; 0 also allows that no function stands aside.
        high: Largest such fraction.
        bounds: (n + 1,) bounds on the value with exactly K functions past their inflection.
    """

    low: float
    high: float
    bounds: np.ndarray

    def halves(self) -> tuple["Piece", "Piece"]:
        """Both halves, with the same bounds to start from."""
        middle = 0.5 * (self.low + self.high)
        return (
            Piece(self.low, middle, self.bounds.copy()),
            Piece(middle, self.high, self.bounds.copy()),
        )


class Counting:
    """The search for a bound: its pieces, and the best allocation met so far."""

    def __init__(self, functions: Floored, best: np.ndarray, best_value: float):
        self.best, self.best_value = best, best_value
        self.pieces = [Piece(0.0, 1.0, np.full(len(best) + 1, np.inf))]
        self._functions = functions
        self._budget = functions.upper
        start = functions.inflection
        self._past = Envelope.of(functions, start, start, np.full_like(start, self._budget))

    def run(self, price: float, tolerance: float) -> float:
        """Tighten the largest bound, by better prices and then by cutting its piece.

        Args:
            price: Where to start, positive.
            tolerance: Relative gap at which to stop.

        Returns:
            A bound on the value of every allocation.
        """
        while len(self.pieces) < _MOST_PIECES:
            piece = max(self.pieces, key=lambda piece: piece.bounds.max())
            self._minimize(piece, price)
            worst = max(piece.bounds.max() for piece in self.pieces)
            if worst <= self.best_value + tolerance * max(self.best_value, NEGLIGIBLE):
                break
            if piece.bounds.max() == worst:
                self.pieces.remove(piece)
                self.pieces.extend(piece.halves())
        return float(max(piece.bounds.max() for piece in self.pieces))

    def _minimize(self, piece: Piece, price: float) -> None:
        """Find the best price for the largest case of a piece."""
        case, middle = int(np.argmax(piece.bounds)), np.log(price)
        minimize_scalar(
            lambda log_price: self.tighten(piece, float(np.exp(log_price)), case),
            bounds=(middle - _PRICE_RANGE, middle + _PRICE_RANGE),
            method="bounded",
            options={"xatol": 1e-7},
        )

    def tighten(self, piece: Piece, price: float, case: int) -> float:
        """Tighten all bounds of a piece with one price; the bound of one case at that price."""
        functions, budget = self._functions, self._budget
        p = self._past.response(price, np.full(len(functions.floor), True))
        on = self._past.conjugate_bound(price, p) - functions.floor
        on = np.where(functions.inflection < budget, on, -np.inf)
        ends = [fraction * functions.inflection for fraction in (piece.low, piece.high)]
        aside = np.max([functions.value(q) - functions.floor - price * q for q in ends], axis=0)
        order = np.argsort(-on, kind="stable")
        sums = largest_sums(on[order], aside[order], must=piece.low > 0.0)
        bounds = price * budget + functions.floor.sum() + sums
        np.minimum(piece.bounds, bounds, out=piece.bounds)
        self._try(np.where(np.isin(np.arange(len(p)), order[:case]), p, 0.0))
        return float(bounds[case])

    def _try(self, allocation: np.ndarray) -> None:
        """Scale an allocation to the budget and keep it if it is the best."""
        total = allocation.sum()
        if total > 0.0:
            allocation = np.minimum(allocation * (self._budget / total), self._budget)
        value = float(self._functions.value(allocation).sum())
        if value > self.best_value:
            self.best, self.best_value = allocation, value


def largest_sums(on: np.ndarray, aside: np.ndarray, *, must: bool) -> np.ndarray:
    """(n + 1,) the largest sum of K entries of `on` and an entry of `aside` at another place.

    Args:
        on: (n,) descending; -inf marks functions that cannot be on.
        aside: (n,) in the same order.
        must: Whether the entry of `aside` has to be there.
    """
    nothing = -np.inf if must else 0.0
    another = np.append(np.maximum.accumulate(aside[::-1])[::-1], nothing)
    with np.errstate(invalid="ignore"):
        instead = np.maximum.accumulate(aside - on)[:-1] + on[1:]
    swapped = np.full(len(on) + 1, nothing)
    swapped[1:-1] = np.where(np.isnan(instead), nothing, instead)
    sums = np.concatenate([[0.0], np.cumsum(on)])
    return sums + np.maximum(nothing, np.maximum(another, swapped))
