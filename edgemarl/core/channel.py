"""Radio: path loss over distance and the Shannon rate."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edgemarl.core.compiled import extent
from edgemarl.core.component import component
from edgemarl.core.units import GIGAHERTZ, SPEED_OF_LIGHT, db_to_linear
from edgemarl.core.validation import check_positive


class Channel(Protocol):
    """Role ``channel``: how a signal fades with distance."""

    def path_loss(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Path loss [dB] at a ground distance [m]; same shape; ValueError outside the model."""
        ...


def shannon_rate(
    bandwidth: NDArray[np.float64],
    power: float | NDArray[np.float64],
    path_loss: NDArray[np.float64],
    noise: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Rate [bit/s] of a link: B log2(1 + I g / N) with g = 10^(-PL/10), as in Eq. (1).

    Args:
        bandwidth: B [Hz].
        power: transmitted power I [W].
        path_loss: PL [dB].
        noise: N [W].
    """
    return bandwidth * np.log2(1.0 + power * db_to_linear(-path_loss) / noise)


@component("channel", "rural_macro")
@dataclass(frozen=True, kw_only=True)
class RuralMacro:
    """5G rural macro cell with line of sight, Eqs. (2)-(5), valid from 10 m to 10 km."""

    carrier_frequency: float = 5e9  # [Hz] f_c, Table III
    base_station_height: float = 35.0  # [m] H_BS, Table III
    user_height: float = 1.5  # [m] H_UT, Table III
    building_height: float = 5.0  # [m] average, h-bar in Table III

    min_distance = 10.0  # [m] validity of the model
    max_distance = 10_000.0  # [m]

    def __post_init__(self) -> None:
        """Check that every quantity is positive."""
        for name in ("carrier_frequency", "base_station_height", "user_height", "building_height"):
            check_positive(name, getattr(self, name))

    @property
    def break_point(self) -> float:
        """Break-point distance [m], Eq. (5), where f_c is in Hz."""
        heights = self.base_station_height * self.user_height
        return 2 * np.pi * heights * self.carrier_frequency / SPEED_OF_LIGHT

    def path_loss(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Path loss [dB], Eq. (2), at a ground distance [m]; ValueError outside 10 m to 10 km."""
        if not distance.size:
            return np.zeros_like(distance)
        least, greatest = extent(distance)
        if not (least >= self.min_distance and greatest <= self.max_distance):
            raise ValueError(
                f"distance must be between {self.min_distance} and {self.max_distance} m, "
                f"the range of the path loss model, got {least} to {greatest}"
            )
        slant, break_point = self._slant(distance), self.break_point
        if greatest <= break_point:
            return self._near(slant)
        far = self._near(np.array(break_point)) + 40 * np.log10(slant / break_point)  # Eq. (4)
        return np.where(distance <= break_point, self._near(slant), far)

    def _slant(self, distance: ArrayLike) -> NDArray[np.float64]:
        """3D distance [m] between the antennas."""
        return np.hypot(distance, self.base_station_height - self.user_height)

    def _near(self, slant: NDArray[np.float64]) -> NDArray[np.float64]:
        """PL_1 of Eq. (3), where f_c is in GHz and the distance is the 3D one."""
        constant, per_decade, per_meter = self._coefficients
        return constant + per_decade * np.log10(slant) + per_meter * slant

    @cached_property
    def _coefficients(self) -> tuple[float, float, float]:
        """What Eq. (3) adds, and what it multiplies log10 of the distance and the distance with."""
        frequency, height = self.carrier_frequency / GIGAHERTZ, self.building_height
        return (
            20 * math.log10(40 * math.pi * frequency / 3) - min(0.044 * height**1.72, 14.77),
            20 + min(0.03 * height**1.72, 10),
            0.002 * math.log10(height),
        )


@component("channel", "log_distance")
@dataclass(frozen=True, kw_only=True)
class LogDistance:
    """Log-distance path loss PL(d0) + 10 n log10(d / d0), the alternative to the paper's."""

    exponent: float = 3.0  # [1] n: 2 in free space, about 3 to 4 in cities
    reference_loss: float = 46.4  # [dB] at the reference distance; free space at 5 GHz and 1 m
    reference_distance: float = 1.0  # [m] d0

    def __post_init__(self) -> None:
        """Check that every quantity is positive."""
        for name in ("exponent", "reference_loss", "reference_distance"):
            check_positive(name, getattr(self, name))

    def path_loss(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Path loss [dB] at a ground distance [m]; ValueError below the reference distance."""
        if np.size(distance) and not np.min(distance) >= self.reference_distance:
            raise ValueError(
                f"distance must be at least reference_distance = {self.reference_distance} m, "
                f"got {np.min(distance)}"
            )
        decades = np.log10(np.asarray(distance) / self.reference_distance)
        return self.reference_loss + 10 * self.exponent * decades
