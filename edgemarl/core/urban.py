"""Urban radio: the path loss of 3GPP TR 38.901 in street canyons and under rooftop stations."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.component import component
from edgemarl.core.units import GIGAHERTZ, SPEED_OF_LIGHT
from edgemarl.core.validation import check_choice, check_positive

Array = NDArray[np.float64]
SIGHTS = ("expected", "los", "nlos")
ENVIRONMENT_HEIGHT = 1.0  # [m] h_E, note 1 of table 7.4.1-1, for users up to 13 m
ALWAYS_IN_SIGHT = 18.0  # [m] ground distance up to which there is line of sight, table 7.4.2-1


@dataclass(frozen=True, kw_only=True)
class UrbanChannel:
    """What street canyons and rooftops share: tables 7.4.1-1 and 7.4.2-1 of TR 38.901.

    `sight` says what a distance leads to: ``"los"`` and ``"nlos"`` the loss with and without line
    of sight, ``"expected"`` their mean in dB, weighted with the probability of line of sight. The
    loss is a function of the distance alone: shadow fading is left out.

    Below 10 m the model does not hold: such distances count as 10 m, and :meth:`num_clamped` says
    how many there are. Beyond 5 km is an error.
    """

    base_station_height: float
    carrier_frequency: float = 5e9  # [Hz] f_c
    user_height: float = 1.5  # [m] h_UT
    sight: str = "expected"  # or "los", "nlos"

    min_distance = 10.0  # [m] validity of the model
    max_distance = 5_000.0  # [m]
    LOS: ClassVar[tuple[float, float]]  # constant [dB] and loss per decade [dB], table 7.4.1-1
    NLOS: ClassVar[tuple[float, float, float, float]]  # both, per decade of f_c, per m of h_UT
    DECAY: ClassVar[float]  # [m] of the probability of line of sight, table 7.4.2-1

    def __post_init__(self) -> None:
        """Check every quantity."""
        for name in ("base_station_height", "carrier_frequency", "user_height"):
            check_positive(name, getattr(self, name))
        if not 0.5e9 <= self.carrier_frequency <= 100e9:
            raise ValueError(
                f"carrier_frequency must be from 5e8 to 1e11 Hz, got {self.carrier_frequency}"
            )
        if not 1.5 <= self.user_height <= 13.0:  # above, h_E and the line of sight depend on it
            raise ValueError(f"user_height must be from 1.5 to 13 m, got {self.user_height}")
        if self.base_station_height <= ENVIRONMENT_HEIGHT:
            raise ValueError(
                f"base_station_height must be above {ENVIRONMENT_HEIGHT} m, "
                f"got {self.base_station_height}"
            )
        check_choice("sight", self.sight, SIGHTS)

    @property
    def break_point(self) -> float:
        """Break-point distance d'_BP = 4 h'_BS h'_UT f_c / c [m], note 1; f_c is in Hz."""
        station = self.base_station_height - ENVIRONMENT_HEIGHT
        user = self.user_height - ENVIRONMENT_HEIGHT
        return 4 * station * user * self.carrier_frequency / SPEED_OF_LIGHT

    def path_loss(self, distance: Array) -> Array:
        """Path loss [dB] at a ground distance [m]; ValueError beyond 5 km."""
        ground = self._valid(distance)
        if self.sight == "los":
            return self._in_sight(ground)
        if self.sight == "nlos":
            return self._out_of_sight(ground)
        probability = self.sight_probability(ground)
        return probability * self._in_sight(ground) + (1 - probability) * self._out_of_sight(ground)

    def sight_probability(self, distance: Array) -> Array:
        """Probability of line of sight [1] at a ground distance [m], table 7.4.2-1."""
        near = ALWAYS_IN_SIGHT / np.maximum(distance, ALWAYS_IN_SIGHT)
        return near + np.exp(-np.asarray(distance) / self.DECAY) * (1 - near)

    def num_clamped(self, distance: Array) -> int:
        """How many of some ground distances [m] count as 10 m."""
        return int(np.count_nonzero(np.asarray(distance) < self.min_distance))

    def _valid(self, distance: Array) -> Array:
        """The distances, none below 10 m."""
        distance = np.asarray(distance, dtype=float)
        if not ((distance >= 0) & (distance <= self.max_distance)).all():
            raise ValueError(
                f"distance must be between 0 and {self.max_distance} m, the range of the path "
                f"loss model, got {np.min(distance)} to {np.max(distance)}"
            )
        return np.maximum(distance, self.min_distance)

    def _slant(self, ground: Array | float) -> Array:
        """3D distance d_3D [m] between the antennas."""
        return np.hypot(ground, self.base_station_height - self.user_height)

    def _in_sight(self, ground: Array) -> Array:
        """PL_1 up to the break point, PL_2 beyond it; f_c is in GHz."""
        constant, per_decade = self.LOS
        constant += 20 * math.log10(self.carrier_frequency / GIGAHERTZ)
        logarithm = np.log10(self._slant(ground))
        near = constant + per_decade * logarithm
        if not ground.size or ground.max() <= self.break_point:
            return near
        # (40 - n) / 2 log10(d'_BP^2 + (h_BS - h_UT)^2) of the table, which is (40 - n) log10 d_3D.
        offset = (40 - per_decade) * np.log10(self._slant(self.break_point))
        return np.where(ground <= self.break_point, near, constant + 40 * logarithm - offset)

    def _out_of_sight(self, ground: Array) -> Array:
        """The greater of PL' without line of sight and PL with it."""
        constant, per_decade, per_frequency, per_meter = self.NLOS
        constant += per_frequency * math.log10(self.carrier_frequency / GIGAHERTZ)
        constant -= per_meter * (self.user_height - 1.5)
        loss = constant + per_decade * np.log10(self._slant(ground))
        return np.maximum(loss, self._in_sight(ground))


@component("channel", "urban_micro")
@dataclass(frozen=True, kw_only=True)
class UrbanMicro(UrbanChannel):
    """UMi street canyon of TR 38.901: stations below the rooftops, up to 5 km."""

    base_station_height: float = 10.0  # [m] h_BS
    LOS = (32.4, 21.0)
    NLOS = (22.4, 35.3, 21.3, 0.3)
    DECAY = 36.0


@component("channel", "urban_macro")
@dataclass(frozen=True, kw_only=True)
class UrbanMacro(UrbanChannel):
    """UMa of TR 38.901: stations above the rooftops, up to 5 km."""

    base_station_height: float = 25.0  # [m] h_BS
    LOS = (28.0, 22.0)
    NLOS = (13.54, 39.08, 20.0, 0.6)
    DECAY = 63.0
