"""Concave envelopes on a box, and the straight lines above them that an LP can take."""

from dataclasses import dataclass

import numpy as np

from edgemarl.solvers.envelope import tangent_point
from edgemarl.solvers.sigmoid import SigmoidFamily


@dataclass(frozen=True, eq=False)
class Cuts:
    """Lines above functions: t_owner <= level + slope * y_owner. Every function owns one at least.

    A line that rounding puts below its function costs tightness, never validity: bounds come from
    `bound.py`, which uses nothing of the lines but the multipliers they lead to.
    """

    owner: np.ndarray  # (K,) int
    slope: np.ndarray  # (K,)
    level: np.ndarray  # (K,)
    point: np.ndarray  # (K,) where they touch

    def lowest(self, y: np.ndarray) -> np.ndarray:
        """(n,) the lowest line of each function at its own y."""
        lowest = np.full(len(y), np.inf)
        np.minimum.at(lowest, self.owner, self.level + self.slope * y[self.owner])
        return lowest

    def near(self, y: np.ndarray, distance: float) -> np.ndarray:
        """(K,) which lines come within some distance of the lowest of their function at y (n,)."""
        heights = self.level + self.slope * y[self.owner]
        return heights <= self.lowest(y)[self.owner] + distance


@dataclass(frozen=True, eq=False)
class BoxEnvelope:
    """The least concave functions above f_i on [low_i, high_i].

    Straight from `low` to `corner`, then the function itself up to `high`: left of the inflection
    the corner is `high`, right of it `low`, and across it where the tangent from `low` touches.
    """

    family: SigmoidFamily
    low: np.ndarray  # (n,)
    high: np.ndarray  # (n,)
    corner: np.ndarray  # (n,)
    base: np.ndarray  # (n,) value at `low`
    slope: np.ndarray  # (n,) of the straight part; of the function where there is none

    @classmethod
    def of(cls, family: SigmoidFamily, low: np.ndarray, high: np.ndarray) -> "BoxEnvelope":
        """Find the corners."""
        start = np.clip(family.inflection, low, high)
        touches = tangent_point(family, low, start, high)
        corner = np.where(start >= high, high, np.where(start <= low, low, touches))
        base, straight = family.value(low), corner > low
        rise = (family.value(corner) - base) / np.where(straight, corner - low, 1.0)
        slope = np.where(straight, rise, family.derivative(low))
        return cls(family, low, high, corner, base, slope)

    def value(self, y: np.ndarray) -> np.ndarray:
        """(n,) each envelope at its own y."""
        line = self.base + self.slope * (y - self.low)
        return np.where(y < self.corner, line, self.family.value(y))

    def gaps(self, y: np.ndarray) -> np.ndarray:
        """(n,) by how much each envelope exceeds its function at y."""
        return np.maximum(self.value(y) - self.family.value(y), 0.0)

    def spread(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Owners and points (n * count,) of tangents spread over the curved parts, denser left."""
        share = np.linspace(0.0, 1.0, count)[:, None] ** 2
        points = self.corner + share * (self.high - self.corner)
        return np.tile(np.arange(len(self.low)), count), points.reshape(-1)

    def cuts(self, owner: np.ndarray, point: np.ndarray) -> Cuts:
        """The straight parts of all functions, and tangents at some points (K,) of some (K,).

        Tangents are taken only where they lie above the envelope: right of the corner, and nowhere
        on an interval that is straight to its end, where they would lie below the chord.
        """
        size = len(self.low)
        owner = np.concatenate([np.arange(size), owner])
        y = np.concatenate([self.low, point])
        value = self.family.take(owner).value(y)
        slope = self.family.take(owner).derivative(y)
        slope[:size], value[:size] = self.slope, self.base
        curved = (self.corner < self.high)[owner]
        keep = curved & (y >= self.corner[owner]) & (y <= self.high[owner]) & np.isfinite(slope)
        keep[:size] = True
        return Cuts(owner[keep], slope[keep], (value - slope * y)[keep], y[keep])
