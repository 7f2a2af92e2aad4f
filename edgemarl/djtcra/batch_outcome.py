"""What assignments lead to in one slot of many copies."""

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.copies import part_of
from edgemarl.djtcra.batch_slots import Slots
from edgemarl.djtcra.outcome import CLOUD, IDLE, METRICS, Outcome, conclude
from edgemarl.djtcra.passes import before_allocations, totals_of_each
from edgemarl.djtcra.scenario import Scenario

_OF_SERVERS = ("allocation_bound", "allocation_price")
_INDICES = ("assignment", "served_by")


def evaluate_each(scenario: Scenario, slots: Slots, assignment: NDArray[np.int64]) -> Outcome:
    """The outcome of all copies as that of one system, E * U users and E * H servers.

    Servers' problems (17) are independent, so that one call allocates for all copies.

    Args:
        scenario: what is fixed, but for the topology.
        slots: the slots.
        assignment: (E, U) server of each task within its copy, none of them the cloud.
    """
    wiring = slots.wiring
    parts = before_allocations(
        scenario.channel.path_loss(slots.distance.reshape(-1)).reshape(slots.ran.shape),
        slots.bandwidth, slots.noise, slots.volume, slots.result, slots.intensity,
        slots.ran, assignment, slots.previous_assignment,
        wiring.index, wiring.link_rate, wiring.link_delay, wiring.processing_factor,
        scenario.transmit_power, scenario.migration_delay,
        scenario.cloud_rate, scenario.cloud_delay, scenario.cloud_capacity,
    )  # fmt: skip
    return conclude(scenario, slots.joint, (assignment + slots.offset).reshape(-1), parts)


def outcome_of(outcome: Outcome, slots: Slots, copy: int) -> Outcome:
    """One copy's part of the outcome of all."""
    users, servers = slots.ran.shape[1], slots.capacity.shape[1]
    return part_of(outcome, copy, users, servers, of_servers=_OF_SERVERS, indices=_INDICES)


def metrics_of_each(outcome: Outcome, copies: int) -> dict[str, NDArray[np.float64]]:
    """The metrics of :class:`Outcome` for each copy, (E,), under the names of `METRICS`."""
    shape = copies, -1
    qoe, latency, active, satisfied, gone, cloud = totals_of_each(
        outcome.qoe.reshape(shape), outcome.latency.reshape(shape),
        outcome.served_by.reshape(shape), *outcome.thresholds, CLOUD, IDLE,
    )  # fmt: skip
    disturbed = active - satisfied - gone
    slot = qoe, latency / np.maximum(active, 1), satisfied, disturbed, gone, cloud
    return dict(zip(METRICS, slot, strict=True))
