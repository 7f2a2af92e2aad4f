"""Role ``observation``: what an agent sees of a user, one row of features per user."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from edgemarl.core.component import component
from edgemarl.djtcra.passes import scaled_features

if TYPE_CHECKING:
    from edgemarl.djtcra.scenario import Scenario
    from edgemarl.djtcra.state import State

Rows = NDArray[np.float32]


class Observation(Protocol):
    """Describes every user by a row of features, and brings the space of a row.

    Rows of idle users must be exactly zero, and those of other users must not be.
    """

    def row_space(self, scenario: "Scenario") -> Box:
        """Space of one row, shape (F,), with finite bounds that contain zero."""
        ...

    def rows(self, scenario: "Scenario", state: "State") -> Rows:
        """Features of every user, (U, F) float32."""
        ...


NUM_FEATURES = 9  # of Eq. (18)
GREATEST_PRICE = 1e-6  # [1/(cycles/s)] that is shown as it is: a QoE of 1 for a megacycle/s


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """The nine features of Eq. (18) with options beyond the paper."""

    observe_eta: bool = False  # append the user's processing factor at every server
    observe_previous: bool = False  # append a one-hot of the server in the slot before
    observe_capacity: bool = False  # append the power of every server in this slot
    observe_prices: bool = False  # append the prices that minimise this slot's bound

    def _width(self, num_servers: int) -> int:
        options = self.observe_eta, self.observe_previous, self.observe_capacity
        return NUM_FEATURES + num_servers * (sum(options) + self.observe_prices)

    def _finish(
        self,
        rows: Rows,
        state: "State",
        factor: float,
        power: NDArray[np.float64] | float,
        prices: NDArray[np.float64] | None,
    ) -> Rows:
        """The nine features with the options' columns, and zeros in the rows of idle users.

        Args:
            rows: (U, 9).
            state: the slot.
            factor: processing factor that is shown as one.
            power: (H,) [cycles/s] that is shown as one.
            prices: (H,) as they are shown; None if they are not.
        """
        columns = []
        if self.observe_eta:
            columns.append(state.processing_factor / factor)
        if self.observe_previous:
            columns.append(state.previous_assignment[:, None] == np.arange(len(state.capacity)))
        if self.observe_capacity:
            columns.append(np.tile(state.capacity / power, (len(rows), 1)))
        if prices is not None:
            columns.append(np.tile(prices, (len(rows), 1)))
        if columns:
            rows = np.concatenate([rows, *columns], axis=1, dtype=np.float32)
        if not state.active.all():
            rows[~state.active] = 0.0
        return rows


@component("observation", "scaled")
@dataclass(frozen=True, kw_only=True)
class ScaledRows(_Rows):
    """Features scaled by the scenario's ranges to [-1, 1], the RAN index to (0, 1].

    The noise is scaled in dBm. Values outside their range are clipped to it.
    """

    def row_space(self, scenario: "Scenario") -> Box:
        """[-1, 1] for every feature."""
        return Box(-1.0, 1.0, (self._width(scenario.num_servers),), np.float32)

    def rows(self, scenario: "Scenario", state: "State") -> Rows:
        """Scaled features of every user, (U, F) float32."""
        rows = scaled_features(
            state.ran, state.volume, state.result, state.intensity, state.steepness,
            state.midpoint, state.distance, state.bandwidth, state.noise,
            *scenario.feature_scaling,
        )  # fmt: skip
        factor = scenario.greatest_factor if self.observe_eta else 1.0
        prices = None
        if self.observe_prices:
            from edgemarl.djtcra.broadcast import relative_prices  # which needs scenarios

            prices = relative_prices(scenario, state)
        return self._finish(rows, state, factor, scenario.capacity, prices)


@component("observation", "raw")
@dataclass(frozen=True, kw_only=True)
class RawRows(_Rows):
    """The features of Eq. (18) in SI units."""

    def row_space(self, scenario: "Scenario") -> Box:
        """From zero to the greatest value of each feature."""
        ones = np.ones(scenario.num_servers)
        shown = {
            "observe_eta": scenario.greatest_factor * ones if self.observe_eta else ones,
            "observe_previous": ones,
            "observe_capacity": scenario.capacity,
            "observe_prices": GREATEST_PRICE * ones,
        }
        columns = [high for option, high in shown.items() if getattr(self, option)]
        high = np.concatenate([scenario.feature_ranges[1], *columns])
        high = np.nextafter(high.astype(np.float32), np.float32(np.inf))
        return Box(np.zeros_like(high), high, dtype=np.float32)

    def rows(self, scenario: "Scenario", state: "State") -> Rows:
        """Features of every user in SI units, (U, F) float32."""
        features = (
            state.ran + 1, state.volume, state.result, state.intensity, state.steepness,
            state.midpoint, state.distance, state.bandwidth, state.noise,
        )  # fmt: skip
        rows = np.stack(features, axis=1).astype(np.float32)
        prices = None
        if self.observe_prices:
            from edgemarl.djtcra.broadcast import slot_prices  # which needs scenarios

            prices = np.minimum(slot_prices(scenario, state), GREATEST_PRICE)
        return self._finish(rows, state, 1.0, 1.0, prices)
