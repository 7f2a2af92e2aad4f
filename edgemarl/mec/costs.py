"""What assignments cost in one slot, in a form that scores many of them at once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from edgemarl.mec.allocation import best_power
from edgemarl.mec.energy import device_energy
from edgemarl.mec.latency import processing_latency, transmission_latency, uplink_rate
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.state import State

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class SlotCosts:
    """Problem (11) of a slot with powers and shares at their best: only the assignment is left.

    A device pays `local` or `offload` at its server; the tasks of server j together pay
    phi_T (sum_i sqrt(F_i))^2 / F_j^max for its computing power.
    """

    local: Array  # (N,) [1] weighted time and energy of computing by the device
    offload: Array  # (N, M) [1] weighted time and energy of transmitting at the best power
    root_cycles: Array  # (N,) [cycles^(1/2)] sqrt(F)
    capacity: Array  # (M,) [cycles/s] F^max
    time_weight: float  # [1/s] phi_T

    @classmethod
    def of(cls, scenario: Scenario, state: State) -> "SlotCosts":
        """The costs of a scenario's slot."""
        latency = processing_latency(state.cycles, np.asarray(scenario.local_capacity))
        power, time = transmission(scenario, state)
        return cls(
            local=_weighted(scenario, latency, np.asarray(scenario.local_power)),
            offload=_weighted(scenario, time, power),
            root_cycles=np.sqrt(state.cycles),
            capacity=scenario.capacity,
            time_weight=scenario.time_weight,
        )

    @cached_property
    def load_cost(self) -> Array:
        """Cost of a server by its load y, the sum of its roots: load_cost * y^2, (M,)."""
        return self.time_weight / self.capacity

    @cached_property
    def table(self) -> Array:
        """Costs (N, M + 1) of every device at every server and, last, by itself; loads apart.

        The last column is also that of an assignment to -1.
        """
        return np.column_stack([self.offload, self.local])

    def objective(self, assignments: NDArray[np.int64]) -> Array:
        """The sum of Eq. (11) for every assignment, (K,) [1].

        Args:
            assignments: (K, N) integers, a server's index or -1 for the device itself.
        """
        count, devices = assignments.shape
        places = self.table.shape[1]
        own = self.table[np.arange(devices), assignments].sum(axis=1)
        cell = assignments % places + places * np.arange(count)[:, None]
        roots = np.broadcast_to(self.root_cycles, assignments.shape)
        load = np.bincount(cell.ravel(), weights=roots.ravel(), minlength=count * places)
        return own + load.reshape(count, places)[:, :-1] ** 2 @ self.load_cost


def transmission(scenario: Scenario, state: State) -> tuple[Array, Array]:
    """Best power [W] of every device to every server and the time [s] it then takes, (N, M)."""
    snr = state.gain / scenario.noise_power
    power = best_power(snr, scenario.weight_ratio, scenario.max_power)
    rate = uplink_rate(scenario, state.gain, power)
    return power, transmission_latency(state.volume[:, None], rate)


def _weighted(scenario: Scenario, latency: Array, power: Array) -> Array:
    """Weighted time and energy, Eq. (10), of a device that is busy at some power [1]."""
    return scenario.time_weight * latency + scenario.energy_weight * device_energy(power, latency)
