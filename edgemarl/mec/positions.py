"""Role ``positions``: where devices are in the square."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.component import component
from edgemarl.core.validation import as_finite, check_positive, check_probability

Array = NDArray[np.float64]


class Positions(Protocol):
    """Draws the positions of devices in a square."""

    def draw(self, num_devices: int, side: float, rng: np.random.Generator) -> Array:
        """Positions (N, 2) [m] between 0 and `side` [m]."""
        ...


@component("mec.positions", "uniform")
@dataclass(frozen=True, kw_only=True)
class UniformPositions:
    """Uniform over the square."""

    def draw(self, num_devices: int, side: float, rng: np.random.Generator) -> Array:
        """Independent uniform positions, (N, 2) [m]."""
        return rng.uniform(0.0, side, (num_devices, 2))


@component("mec.positions", "gaussian")
@dataclass(frozen=True, kw_only=True)
class GaussianPositions:
    """Gaussian around the centre; positions outside the square are drawn again."""

    spread: float = 0.2  # [1] standard deviation along each axis as a share of the side

    def __post_init__(self) -> None:
        """Check the spread."""
        _check_spread(self.spread)

    def draw(self, num_devices: int, side: float, rng: np.random.Generator) -> Array:
        """Independent positions, (N, 2) [m]."""
        return _around_centre(rng.standard_normal, self.spread, num_devices, side)


@component("mec.positions", "levy")
@dataclass(frozen=True, kw_only=True)
class LevyPositions:
    """Lévy-stable around the centre, along each axis; those outside the square are drawn again."""

    spread: float = 0.1  # [1] scale of the stable law along each axis as a share of the side
    index: float = 1.5  # [1] of the stable law: 2 is a normal law, less has heavier tails

    def __post_init__(self) -> None:
        """Check the spread and the index."""
        _check_spread(self.spread)
        index = as_finite("index", self.index)
        if not 0.5 <= index <= 2.0:
            raise ValueError(f"index must be between 0.5 and 2, got {self.index}")

    def draw(self, num_devices: int, side: float, rng: np.random.Generator) -> Array:
        """Independent positions, (N, 2) [m]."""

        def steps(size: tuple[int, int]) -> Array:
            return symmetric_stable(self.index, size, rng)

        return _around_centre(steps, self.spread, num_devices, side)


def symmetric_stable(index: float, size: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draws of the symmetric stable law of an index in (0, 2] and scale 1, after Chambers et al.

    Their characteristic function is exp(-|t|^index).
    """
    angle = rng.uniform(-np.pi / 2, np.pi / 2, size)
    wait = rng.standard_exponential(size)
    tail = (np.cos((1 - index) * angle) / wait) ** ((1 - index) / index)
    return np.sin(index * angle) / np.cos(angle) ** (1 / index) * tail


def _around_centre(
    steps: Callable[[tuple[int, int]], Array],
    spread: float,
    num_devices: int,
    side: float,
) -> Array:
    """Positions by steps away from the centre; those outside the square are drawn again."""
    positions = np.full((num_devices, 2), np.inf)
    while (outside := ((positions < 0) | (positions > side)).any(axis=1)).any():
        positions[outside] = side * (0.5 + spread * steps((int(outside.sum()), 2)))
    return positions


def _check_spread(spread: float) -> None:
    check_positive("spread", spread)
    check_probability("spread", spread)
