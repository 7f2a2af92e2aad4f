"""Random draws that several components make."""

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.compiled import extent

TRUNCATION = 6.0  # standard deviations; beyond them lies one draw in 10^9


def normal_range(mean: float, std: float) -> tuple[float, float]:
    """Bounds of :func:`positive_normal`: within six standard deviations and not negative."""
    return max(mean - TRUNCATION * std, 0.0), mean + TRUNCATION * std


def positive_normal(
    mean: float, std: float, size: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Normal draws, redrawn where not positive or beyond six standard deviations; shape (size,)."""
    values = rng.normal(mean, std, size)
    low, high = normal_range(mean, std)
    if not size or std == 0:
        return values
    least, greatest = extent(values)
    if least <= low or greatest >= high:
        bad = (values <= low) | (values >= high)
        while bad.any():
            values[bad] = rng.normal(mean, std, int(bad.sum()))
            bad = (values <= low) | (values >= high)
    return values


def uniform(
    bounds: tuple[float, float], size: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Uniform draws within the bounds; shape (size,)."""
    return rng.uniform(bounds[0], bounds[1], size)
