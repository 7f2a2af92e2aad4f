"""What an assignment leads to in one slot."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.validation import check_servers, check_shape
from edgemarl.djtcra.allocation import Allocation, AllocationProblem
from edgemarl.djtcra.passes import (
    CLOUD_TOTAL,
    CYCLES,
    FIXED,
    FORWARDED,
    LATENCY,
    PROCESSED,
    WIRELESS,
    after_allocation,
    before_allocation,
    totals,
)
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import NOWHERE, State

Array = NDArray[np.float64]
CLOUD = -1  # `served_by` of a task in the cloud
IDLE = -2  # `served_by` of a user without a task
METRICS = (
    "system_qoe",
    "mean_latency",
    "num_satisfied",
    "num_disturbed",
    "num_gave_up",
    "num_cloud",
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Result of one slot. Allocation, QoE and latencies of an idle user are zero."""

    assignment: NDArray[np.int64]  # (U,) server that each task was assigned to
    served_by: NDArray[np.int64]  # (U,) that server, -1 for the cloud, -2 for an idle user
    allocation: Array  # (U,) [cycles/s] granted by the assigned server, used or not
    qoe: Array  # (U,) [1] Omega_u, Eq. (11)
    latency: Array  # (U,) [s] D_u, Eq. (9)
    cloud_qoe: Array  # (U,) [1] r_u, what the cloud would give
    wireless_latency: Array  # (U,) [s] d^c, Eq. (1)
    forwarding_latency: Array  # (U,) [s] d^f, Eq. (6), with the migration delay
    processing_latency: Array  # (U,) [s] d^p, Eq. (8)
    allocation_bound: Array | None  # (H,) [1] certified bound of each server's problem (17)
    allocation_price: Array | None  # (H,) [1/(cycles/s)] multiplier of each server's problem (17)
    thresholds: tuple[float, float]  # [1] QoE below which a user gives up, above which it is happy

    @cached_property
    def _totals(self) -> tuple[float, float, int, int, int, int]:
        return totals(self.qoe, self.latency, self.served_by, *self.thresholds, CLOUD, IDLE)

    @property
    def system_qoe(self) -> float:
        """Sum of all users' QoE, Eq. (23)."""
        return self._totals[0]

    @property
    def num_active(self) -> int:
        """Number of users with a task."""
        return self._totals[2]

    @property
    def mean_latency(self) -> float:
        """Mean service latency of the users with a task [s]; 0 where there is none."""
        return self._totals[1] / max(self.num_active, 1)

    @property
    def num_satisfied(self) -> int:
        """SU: users with a QoE above the upper threshold (0.9 in the paper)."""
        return self._totals[3]

    @property
    def num_gave_up(self) -> int:
        """GU: users with a task and a QoE below the lower threshold (0.1 in the paper)."""
        return self._totals[4]

    @property
    def num_disturbed(self) -> int:
        """DU: users with a task between the thresholds."""
        return self.num_active - self.num_satisfied - self.num_gave_up

    @property
    def num_cloud(self) -> int:
        """CU: users served by the cloud."""
        return self._totals[5]

    def metrics(self) -> dict[str, float]:
        """The slot's metrics under the names of `METRICS`, as floats."""
        slot = (
            self.system_qoe, self.mean_latency, self.num_satisfied, self.num_disturbed,
            self.num_gave_up, self.num_cloud,
        )  # fmt: skip
        return dict(zip(METRICS, map(float, slot), strict=True))


def evaluate(scenario: Scenario, state: State, assignment: NDArray[np.int64]) -> Outcome:
    """The outcome of an assignment in a state; a pure function.

    Args:
        scenario: what is fixed.
        state: the slot.
        assignment: (U,) integers, the server of each task, or -1 for the cloud; those of idle
            users have no effect.

    Raises:
        ValueError: for a wrong shape, or a server index out of range.
    """
    assignment = np.array(assignment)  # a copy, as the outcome keeps it
    check_shape("assignment", assignment, (scenario.num_users,))
    check_servers("assignment", assignment, scenario.num_servers, lowest=CLOUD)
    return conclude(
        scenario, state, assignment, before_allocation(*_inputs(scenario, state, assignment))
    )


def conclude(
    scenario: Scenario, state: State, assignment: NDArray[np.int64], parts: Array
) -> Outcome:
    """The outcome of an assignment, once everything is known that the allocation does not change.

    Args:
        scenario: what is fixed.
        state: the slot, of which RANs, links and processing factors have gone into `parts`.
        assignment: (U,) server of each task.
        parts: (7, U) of :func:`edgemarl.djtcra.passes.before_allocation`.
    """
    cloud_qoe = scenario.qoe.value(parts[CLOUD_TOTAL], state.steepness, state.midpoint)
    allocation = allocate(scenario, state, assignment, parts[FIXED], parts[CYCLES], cloud_qoe)
    check_shape("allocation.power", allocation.power, assignment.shape)
    latencies, served_by = after_allocation(parts, allocation.power, assignment, CLOUD)
    qoe = scenario.qoe.value(latencies[LATENCY], state.steepness, state.midpoint)
    wireless = parts[WIRELESS]
    if not state.active.all():
        served_by[~state.active] = IDLE
        latencies[:, ~state.active] = 0.0
        qoe, wireless, cloud_qoe = np.where(state.active, (qoe, wireless, cloud_qoe), 0.0)
    return Outcome(
        assignment=assignment,
        served_by=served_by,
        allocation=allocation.power,
        qoe=qoe,
        latency=latencies[LATENCY],
        cloud_qoe=cloud_qoe,
        wireless_latency=wireless,
        forwarding_latency=latencies[FORWARDED],
        processing_latency=latencies[PROCESSED],
        allocation_bound=allocation.upper_bound,
        allocation_price=allocation.price,
        thresholds=(scenario.disturbed_qoe, scenario.satisfied_qoe),
    )


def _inputs(scenario: Scenario, state: State, assignment: NDArray[np.int64]) -> tuple[Any, ...]:
    """Arguments of :func:`before_allocation`."""
    links = scenario.topology
    return (
        scenario.channel.path_loss(state.distance), state.bandwidth, state.noise,
        state.volume, state.result, state.intensity,
        state.ran, assignment, state.previous_assignment,
        links.link_rate, links.link_delay, state.processing_factor,
        scenario.transmit_power, scenario.migration_delay,
        scenario.cloud_rate, scenario.cloud_delay, scenario.cloud_capacity,
    )  # fmt: skip


def allocate(
    scenario: Scenario,
    state: State,
    assignment: NDArray[np.int64],
    fixed_latency: Array,
    cycles: Array,
    cloud_qoe: Array,
) -> Allocation:
    """The scenario's allocation policy applied to an assignment, problem (17) of every server.

    Args:
        scenario: gives capacities, QoE and the policy.
        state: the slot.
        assignment: (U,) server of each task.
        fixed_latency: (U,) [s] of each task at its server without processing.
        cycles: (U,) [cycles] of each task at its server.
        cloud_qoe: (U,) [1] of each task in the cloud.
    """
    qoe = scenario.qoe
    problem = AllocationProblem(
        sigmoids=qoe.sigmoids(fixed_latency, cycles, state.steepness, state.midpoint),
        server=np.where(state.active, assignment, NOWHERE),
        capacity=state.capacity,
        cloud_qoe=cloud_qoe,
    )
    return scenario.allocation.allocate(problem)
