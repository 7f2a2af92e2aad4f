"""What an assignment leads to in one slot."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.validation import check_servers, check_shape
from edgemarl.mec.allocation import best_power, shares
from edgemarl.mec.energy import device_energy
from edgemarl.mec.latency import processing_latency, transmission_latency, uplink_rate
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.state import State
from edgemarl.mec.votes import LOCAL

Array = NDArray[np.float64]
METRICS = ("objective", "time", "energy", "num_local")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Result of one slot, under the best powers and shares for its assignment."""

    assignment: NDArray[np.int64]  # (N,) server of each task, -1 where the device computes it
    power: Array  # (N,) [W] p while sending, p^E while computing
    frequency: Array  # (N,) [cycles/s] f of the server for the task, or of the device
    transmission_latency: Array  # (N,) [s] T^Tr, Eq. (1); 0 for a device that computes
    processing_latency: Array  # (N,) [s] T^C, Eq. (1), or F / f_i0
    latency: Array  # (N,) [s] T, Eq. (8)
    energy: Array  # (N,) [J] E, Eq. (9)
    cost: Array  # (N,) [1] Phi, Eq. (10)

    @property
    def objective(self) -> float:
        """Sum of all devices' weighted latency and energy, Eq. (11)."""
        return float(self.cost.sum())

    @property
    def time(self) -> float:
        """Sum of all latencies [s]."""
        return float(self.latency.sum())

    @property
    def total_energy(self) -> float:
        """Sum of all energies [J]."""
        return float(self.energy.sum())

    @property
    def num_local(self) -> int:
        """Number of devices that compute their task themselves."""
        return int(np.count_nonzero(self.assignment == LOCAL))

    def metrics(self) -> dict[str, float]:
        """The slot's metrics under the names of `METRICS`, as floats."""
        slot = (self.objective, self.time, self.total_energy, self.num_local)
        return dict(zip(METRICS, map(float, slot), strict=True))


def evaluate(scenario: Scenario, state: State, assignment: NDArray[np.int64]) -> Outcome:
    """The outcome of an assignment in a state; a pure function.

    Powers and shares solve problem (13) to its optimum, so that the assignment alone decides.

    Args:
        scenario: what is fixed.
        state: the slot.
        assignment: (N,) integers, the server of each task, or -1 for the device itself.

    Raises:
        ValueError: for a wrong shape, or a server index out of range.
    """
    assignment = np.array(assignment)  # a copy, as the outcome keeps it
    check_shape("assignment", assignment, (scenario.num_devices,))
    check_servers("assignment", assignment, scenario.num_servers, lowest=LOCAL)
    away = np.flatnonzero(assignment != LOCAL)
    gain = state.gain[away, assignment[away]]
    return conclude(scenario, assignment, gain, state.volume, state.cycles, scenario.capacity)


def conclude(
    scenario: Scenario,
    assignment: NDArray[np.int64],
    gain: Array,
    volume: Array,
    cycles: Array,
    capacity: Array,
) -> Outcome:
    """The outcome of an assignment in a system of any number of slots side by side.

    Args:
        scenario: what is fixed.
        assignment: (N,) the server of each task, or -1.
        gain: (K,) h of each device that offloads to its server [1].
        volume: (N,) D [bit].
        cycles: (N,) F [cycles].
        capacity: (M,) F^max of each server [cycles/s].
    """
    local = assignment == LOCAL
    away = np.flatnonzero(~local)
    power = np.full(len(assignment), scenario.local_power)
    power[away] = best_power(gain / scenario.noise_power, scenario.weight_ratio, scenario.max_power)
    frequency = shares(assignment, np.sqrt(cycles), capacity)
    frequency[local] = scenario.local_capacity

    transmission = np.zeros(len(assignment))
    rate = uplink_rate(scenario, gain, power[away])
    transmission[away] = transmission_latency(volume[away], rate)
    processing = processing_latency(cycles, frequency)
    latency = transmission + processing
    energy = device_energy(power, np.where(local, processing, transmission))
    return Outcome(
        assignment=assignment,
        power=power,
        frequency=frequency,
        transmission_latency=transmission,
        processing_latency=processing,
        latency=latency,
        energy=energy,
        cost=scenario.time_weight * latency + scenario.energy_weight * energy,
    )


def server_loads(
    assignment: NDArray[np.int64], cycles: Array, capacity: Array
) -> tuple[Array, Array]:
    """Number of tasks of each server, (M,), and its load, (M,) [s].

    The load is how long the server would take for its tasks one after the other.

    Args:
        assignment: (N,) the server of each task, or -1.
        cycles: (N,) F [cycles].
        capacity: (M,) F^max of each server [cycles/s].
    """
    away, size = assignment != LOCAL, len(capacity)
    server = assignment[away]
    served = np.bincount(server, minlength=size).astype(float)
    return served, np.bincount(server, weights=cycles[away], minlength=size) / capacity
