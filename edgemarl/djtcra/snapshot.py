"""What a slot looks like, for pictures and reports."""

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.snapshot import IDLE, UNDECIDED, SlotSnapshot, judged, spread_bearings
from edgemarl.core.units import GIGAHERTZ
from edgemarl.djtcra.latency import edge_cycles
from edgemarl.djtcra.mobility import hexagonal_sites
from edgemarl.djtcra.outcome import Outcome
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import State
from edgemarl.djtcra.system import SYSTEM

Array = NDArray[np.float64]
COUNTS = MappingProxyType(
    {"SU": "SU satisfied", "DU": "DU disturbed", "GU": "GU gave up", "CU": "CU in the cloud"}
)


def slot_snapshot(
    scenario: Scenario, state: State, outcome: Outcome | None = None, *, bound: float | None = None
) -> SlotSnapshot:
    """A slot as pictures show it.

    Args:
        scenario: what is fixed.
        state: the slot.
        outcome: what became of it; None where nothing was decided yet.
        bound: certified upper bound of its system QoE, where it is known.
    """
    servers, users = positions(scenario, state)
    idle = ~state.active
    qoe = np.nan if outcome is None else outcome.qoe
    return SlotSnapshot(
        slot=state.slot,
        server_position=servers,
        server_load=demanded_power(scenario, state, outcome) / GIGAHERTZ,
        server_capacity=state.capacity / GIGAHERTZ,
        load_unit="GHz",
        user_position=users,
        ran=state.ran,
        served_by=np.where(idle, IDLE, UNDECIDED) if outcome is None else outcome.served_by,
        elsewhere="cloud",
        quality=np.where(idle, np.nan, qoe),
        quality_title="QoE",
        latency=_latency(state, outcome),
        counts={} if outcome is None else _counts(outcome),
        count_titles=COUNTS,
        **judged(SYSTEM.objective, outcome, bound),
        outline=getattr(scenario.mobility, "outline", None),
    )


def positions(scenario: Scenario, state: State) -> tuple[Array, Array]:
    """Positions (H, 2) of base stations with their servers and (U, 2) of users [m].

    A mobility that knows places tells them: by ``sites(num_servers)`` (H, 2), and by the position
    in the users' placement. Without sites, base stations stand on a hexagonal spiral, so far apart
    that the discs around them that users can be in do not overlap. Without positions, users stand
    at their true distance from their base station, in directions that are chosen for the map.
    """
    mobility = scenario.mobility
    if hasattr(mobility, "sites"):
        sites = mobility.sites(scenario.num_servers)  # type: ignore[attr-defined]
    else:
        sites = hexagonal_sites(scenario.num_servers, 2.0 * mobility.distance[1])
    if state.placement.position is not None:
        return sites, state.placement.position
    return sites, sites[state.ran] + state.distance[:, None] * spread_bearings(state.ran)


def demanded_power(scenario: Scenario, state: State, outcome: Outcome | None) -> Array:
    """Sum over the tasks assigned to each server of eta V kappa / beta, (H,) [cycles/s].

    It is the power at which the tasks' processing alone would take as long as the latency at which
    their QoE has fallen to one half. A server with more demand than capacity cannot satisfy all.
    """
    demand = np.zeros(scenario.num_servers)
    if outcome is not None:
        asking = np.flatnonzero(state.active & (outcome.assignment >= 0))
        server = outcome.assignment
        power = edge_cycles(scenario, state, server) / state.midpoint
        np.add.at(demand, server[asking], power[asking])
    return demand


def _latency(state: State, outcome: Outcome | None) -> dict[str, Array]:
    """The parts of Eq. (9), (U,) [s]."""
    if outcome is None:
        return {
            part: np.zeros(state.num_users) for part in ("wireless", "forwarding", "processing")
        }
    return {
        "wireless": outcome.wireless_latency,
        "forwarding": outcome.forwarding_latency,
        "processing": outcome.processing_latency,
    }


def _counts(outcome: Outcome) -> dict[str, int]:
    return {
        "SU": outcome.num_satisfied,
        "DU": outcome.num_disturbed,
        "GU": outcome.num_gave_up,
        "CU": outcome.num_cloud,
    }
