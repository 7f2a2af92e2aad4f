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
    draws = np.empty(size)
    fill_standard(draws, mean, std, rng)
    return mean + std * draws


def fill_standard(
    draws: NDArray[np.float64], mean: float, std: float, rng: np.random.Generator
) -> None:
    """Fill an array (U,) with standard normal draws z where mean + std z is as above."""
    rng.standard_normal(out=draws)
    if not draws.size or std == 0:
        return
    low, high = normal_range(mean, std)
    least, greatest = extent(draws)
    while mean + std * least <= low or mean + std * greatest >= high:
        values = mean + std * draws
        bad = (values <= low) | (values >= high)
        draws[bad] = rng.standard_normal(int(bad.sum()))
        least, greatest = extent(draws)


def uniform(
    bounds: tuple[float, float], size: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Uniform draws within the bounds; shape (size,)."""
    return rng.uniform(bounds[0], bounds[1], size)
