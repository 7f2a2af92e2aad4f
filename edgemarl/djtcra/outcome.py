"""What an assignment leads to in one slot."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.validation import check_shape
from edgemarl.djtcra.allocation import Allocation, AllocationProblem
from edgemarl.djtcra.latency import (
    cloud_forwarding_latency,
    cloud_processing_latency,
    edge_cycles,
    forwarding_latency,
    migration_latency,
    processing_latency,
    wireless_latency,
)
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import NOWHERE, State, check_servers

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
    wireless_latency: Array  # (U,) [s] d^c, Eq. (1)
    forwarding_latency: Array  # (U,) [s] d^f, Eq. (6), with the migration delay
    processing_latency: Array  # (U,) [s] d^p, Eq. (8)
    allocation_bound: Array | None  # (H,) [1] certified bound of each server's problem (17)
    thresholds: tuple[float, float]  # [1] QoE below which a user gives up, above which it is happy

    @property
    def system_qoe(self) -> float:
        """Sum of all users' QoE, Eq. (23)."""
        return float(self.qoe.sum())

    @cached_property
    def num_active(self) -> int:
        """Number of users with a task."""
        return len(self.served_by) - int(np.count_nonzero(self.served_by == IDLE))

    @property
    def mean_latency(self) -> float:
        """Mean service latency of the users with a task [s]; 0 where there is none."""
        return float(self.latency.sum()) / max(self.num_active, 1)

    @cached_property
    def num_satisfied(self) -> int:
        """SU: users with a QoE above the upper threshold (0.9 in the paper)."""
        return int(np.count_nonzero(self.qoe > self.thresholds[1]))

    @cached_property
    def num_gave_up(self) -> int:
        """GU: users with a task and a QoE below the lower threshold (0.1 in the paper)."""
        return int(np.count_nonzero((self.qoe < self.thresholds[0]) & (self.served_by != IDLE)))

    @property
    def num_disturbed(self) -> int:
        """DU: users with a task between the thresholds."""
        return self.num_active - self.num_satisfied - self.num_gave_up

    @property
    def num_cloud(self) -> int:
        """CU: users served by the cloud."""
        return int(np.count_nonzero(self.served_by == CLOUD))

    def metrics(self) -> dict[str, float]:
        """The slot's metrics under the names of `METRICS`, as floats."""
        return {name: float(getattr(self, name)) for name in METRICS}


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
    wireless = wireless_latency(scenario, state)
    edge_forwarding = forwarding_latency(scenario, state, state.ran, assignment)
    edge_forwarding = edge_forwarding + migration_latency(scenario, state, assignment)
    cycles = edge_cycles(scenario, state, assignment)
    cloud_forwarding = cloud_forwarding_latency(scenario, state)
    cloud_processing = cloud_processing_latency(scenario, state)
    cloud = wireless + cloud_forwarding + cloud_processing
    fixed = wireless + edge_forwarding
    allocation = allocate(scenario, state, assignment, fixed, cycles, cloud)
    edge_processing = processing_latency(cycles, allocation.power)
    edge = fixed + edge_processing
    to_cloud = cloud < edge
    latency = np.where(to_cloud, cloud, edge)
    parts = {
        "qoe": scenario.qoe.value(latency, state.steepness, state.midpoint),
        "latency": latency,
        "wireless_latency": wireless,
        "forwarding_latency": np.where(to_cloud, cloud_forwarding, edge_forwarding),
        "processing_latency": np.where(to_cloud, cloud_processing, edge_processing),
    }
    served_by = np.where(to_cloud, CLOUD, assignment)
    if not state.active.all():
        served_by = np.where(state.active, served_by, IDLE)
        parts = {name: np.where(state.active, part, 0.0) for name, part in parts.items()}
    return Outcome(
        assignment=assignment,
        served_by=served_by,
        allocation=allocation.power,
        allocation_bound=allocation.upper_bound,
        thresholds=(scenario.disturbed_qoe, scenario.satisfied_qoe),
        **parts,
    )


def allocate(
    scenario: Scenario,
    state: State,
    assignment: NDArray[np.int64],
    fixed_latency: Array,
    cycles: Array,
    cloud_latency: Array,
) -> Allocation:
    """The scenario's allocation policy applied to an assignment, problem (17) of every server.

    Args:
        scenario: gives capacities, QoE and the policy.
        state: the slot.
        assignment: (U,) server of each task.
        fixed_latency: (U,) [s] of each task at its server without processing.
        cycles: (U,) [cycles] of each task at its server.
        cloud_latency: (U,) [s] of each task in the cloud.
    """
    qoe = scenario.qoe
    problem = AllocationProblem(
        sigmoids=qoe.sigmoids(fixed_latency, cycles, state.steepness, state.midpoint),
        server=np.where(state.active, assignment, NOWHERE),
        capacity=scenario.capacity,
        cloud_qoe=qoe.value(cloud_latency, state.steepness, state.midpoint),
    )
    return scenario.allocation.allocate(problem)
