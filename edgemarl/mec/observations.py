"""Role ``observation``: how a server sees its own channel gains."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from edgemarl.core.component import component

if TYPE_CHECKING:
    from edgemarl.mec.scenario import Scenario
    from edgemarl.mec.state import State

Rows = NDArray[np.float32]
LIMIT = 10.0  # standard deviations; standardised gains are clipped there
GREATEST_FADING = 100.0  # [1] raw gains are clipped at this factor beside a server


class Observation(Protocol):
    """Describes every device by one number for each server, and brings the space of a row."""

    def row_space(self, scenario: "Scenario") -> Box:
        """Space of what one server observes, shape (N,)."""
        ...

    def rows(self, scenario: "Scenario", state: "State") -> Rows:
        """What every server observes, (M, N) float32.

        Those that come with the package also take states of many slots, with gains (..., N, M).
        """
        ...


@component("mec.observation", "log_standardised")
@dataclass(frozen=True, kw_only=True)
class LogStandardised:
    """log10 of the gains, less its mean and over its standard deviation, clipped to +-10.

    Both are constants of the scenario, from a sample of its own slots.
    """

    def row_space(self, scenario: "Scenario") -> Box:
        """[-10, 10] for every device."""
        return Box(-LIMIT, LIMIT, (scenario.num_devices,), np.float32)

    def rows(self, scenario: "Scenario", state: "State") -> Rows:
        """Standardised logarithms, (..., M, N) float32."""
        mean, deviation = scenario.log_gain_moments
        logs = np.log10(state.gain)
        logs -= mean
        logs /= deviation
        np.clip(logs, -LIMIT, LIMIT, out=logs)
        return logs.swapaxes(-1, -2).astype(np.float32, order="C")


@component("mec.observation", "max_scaled")
@dataclass(frozen=True, kw_only=True)
class MaxScaled:
    """Gains over the server's greatest one in the slot."""

    def row_space(self, scenario: "Scenario") -> Box:
        """[0, 1] for every device."""
        return Box(0.0, 1.0, (scenario.num_devices,), np.float32)

    def rows(self, scenario: "Scenario", state: "State") -> Rows:
        """Scaled gains, (..., M, N) float32."""
        scaled = state.gain / state.gain.max(axis=-2, keepdims=True)
        return scaled.swapaxes(-1, -2).astype(np.float32, order="C")


@component("mec.observation", "raw")
@dataclass(frozen=True, kw_only=True)
class RawGains:
    """The gains as they are, clipped where fading makes them 100 times that beside a server."""

    def row_space(self, scenario: "Scenario") -> Box:
        """From zero to 100 times the gain beside a server."""
        return Box(0.0, self._greatest(scenario), (scenario.num_devices,), np.float32)

    def rows(self, scenario: "Scenario", state: "State") -> Rows:
        """Gains, (..., M, N) float32."""
        gain = state.gain.swapaxes(-1, -2)
        return np.minimum(gain, self._greatest(scenario), dtype=np.float32, order="C")

    def _greatest(self, scenario: "Scenario") -> float:
        greatest = GREATEST_FADING * scenario.reference_gain / scenario.min_distance**2
        return float(np.float32(greatest))
