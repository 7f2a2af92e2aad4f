"""What a slot looks like, for pictures and reports."""

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.snapshot import UNDECIDED, SlotSnapshot, judged
from edgemarl.mec.costs import SlotCosts
from edgemarl.mec.outcome import Outcome
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.state import State
from edgemarl.mec.system import SYSTEM

Array = NDArray[np.float64]


def slot_snapshot(
    scenario: Scenario, state: State, outcome: Outcome | None = None, *, bound: float | None = None
) -> SlotSnapshot:
    """A slot as pictures show it.

    A device's radio is that of the server it transmits to; of the one with the best channel where
    it does not. A server's load is the number of its devices, its capacity how many of them it can
    compute at least as fast as they would themselves.

    Args:
        scenario: what is fixed.
        state: the slot.
        outcome: what became of it; None where nothing was decided yet.
        bound: certified lower bound of its objective, where it is known.
    """
    devices = scenario.num_devices
    served_by = np.full(devices, UNDECIDED) if outcome is None else outcome.assignment
    load = np.bincount(served_by[served_by >= 0], minlength=scenario.num_servers)
    return SlotSnapshot(
        slot=state.slot,
        server_position=scenario.topology.server_positions,
        server_load=load.astype(float),
        server_capacity=scenario.local_limit.astype(float),
        load_unit="devices",
        user_position=state.position,
        ran=np.where(served_by >= 0, served_by, state.gain.argmax(axis=1)),
        served_by=served_by,
        elsewhere="own device",
        quality=_quality(scenario, state, outcome),
        quality_title="share of cost saved",
        latency=_latency(devices, outcome),
        counts={} if outcome is None else _counts(outcome),
        **judged(SYSTEM.objective, outcome, bound),
        outline=scenario.area * np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]),
    )


def saved_cost(scenario: Scenario, state: State, outcome: Outcome) -> Array:
    """The share of its cost, Eq. (10), that each device saves by offloading, (N,) [1].

    It is 0 for a device that computes its task itself, and where a server or channel is so bad
    that this would cost less.
    """
    return np.maximum(1.0 - outcome.cost / SlotCosts.of(scenario, state).local, 0.0)


def _quality(scenario: Scenario, state: State, outcome: Outcome | None) -> Array:
    if outcome is None:
        return np.full(scenario.num_devices, np.nan)
    return saved_cost(scenario, state, outcome)


def _latency(devices: int, outcome: Outcome | None) -> dict[str, Array]:
    """The parts of Eq. (8), (N,) [s]; nothing is forwarded here."""
    zeros = np.zeros(devices)
    sent = zeros if outcome is None else outcome.transmission_latency
    computed = zeros if outcome is None else outcome.processing_latency
    return {"wireless": sent, "forwarding": zeros, "processing": computed}


def _counts(outcome: Outcome) -> dict[str, int]:
    local = outcome.num_local
    return {"offloaded": len(outcome.assignment) - local, "local": local}
