"""What assignments lead to in one slot of many copies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.copies import part_of
from edgemarl.mec.batch_slots import Slots
from edgemarl.mec.outcome import METRICS, Outcome, conclude, server_loads
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.votes import LOCAL

Array = NDArray[np.float64]


def evaluate_each(scenario: Scenario, slots: Slots, assignment: NDArray[np.int64]) -> Outcome:
    """The outcome of all copies as that of one system of E * N devices and E * M servers.

    Args:
        scenario: what is fixed.
        slots: the slots.
        assignment: (E, N) server of each task within its copy, or -1 for the device itself.
    """
    copies, devices, servers = slots.gain.shape
    offset = (np.arange(copies) * servers)[:, None]
    joint = np.where(assignment == LOCAL, LOCAL, assignment + offset).reshape(-1)
    away = np.flatnonzero(joint != LOCAL)
    return conclude(
        scenario,
        joint,
        slots.gain.reshape(copies * devices, servers)[away, assignment.reshape(-1)[away]],
        slots.volume.reshape(-1),
        slots.cycles.reshape(-1),
        np.tile(scenario.capacity, copies),
    )


def outcome_of(outcome: Outcome, slots: Slots, copy: int) -> Outcome:
    """One copy's part of the outcome of all."""
    return part_of(outcome, copy, *slots.gain.shape[1:], indices=("assignment",))


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The sums of :class:`Outcome` for each copy."""

    objective: Array  # (E,) [1] sum of Eq. (11)
    time: Array  # (E,) [s]
    total_energy: Array  # (E,) [J]
    num_local: NDArray[np.int64]  # (E,)

    @classmethod
    def of(cls, outcome: Outcome, copies: int) -> "Totals":
        """Those of the outcome of all copies."""
        shape = copies, -1
        return cls(
            objective=outcome.cost.reshape(shape).sum(axis=1),
            time=outcome.latency.reshape(shape).sum(axis=1),
            total_energy=outcome.energy.reshape(shape).sum(axis=1),
            num_local=np.count_nonzero(outcome.assignment.reshape(shape) == LOCAL, axis=1),
        )

    def metrics(self) -> dict[str, Array]:
        """The slots' metrics under the names of `METRICS`, (E,) each."""
        slot = self.objective, self.time, self.total_energy, self.num_local.astype(float)
        return dict(zip(METRICS, slot, strict=True))


def slot_infos(scenario: Scenario, slots: Slots, outcome: Outcome | None) -> dict[str, Array]:
    """The metrics (E,), and tasks and load of each server (E, M); zeros without an outcome."""
    shape = len(slots.slot), scenario.num_servers
    if outcome is None:
        names = dict.fromkeys(METRICS, np.zeros(shape[0]))
        return {**names, "num_served": np.zeros(shape), "load": np.zeros(shape)}
    capacity = np.tile(scenario.capacity, shape[0])
    served, load = server_loads(outcome.assignment, slots.cycles.reshape(-1), capacity)
    own = {"num_served": served.reshape(shape), "load": load.reshape(shape)}
    return Totals.of(outcome, shape[0]).metrics() | own
