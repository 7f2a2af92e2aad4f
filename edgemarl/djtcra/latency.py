"""Latency: one function for one equation."""

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.channel import shannon_rate
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import NOWHERE, State

Array = NDArray[np.float64]


def wireless_latency(scenario: Scenario, state: State) -> Array:
    """Uplink and downlink d^c, Eq. (1), (U,) [s]."""
    path_loss = scenario.channel.path_loss(state.distance)
    rate = shannon_rate(state.bandwidth, scenario.transmit_power, path_loss, state.noise)
    return (state.volume + state.result) / rate


def forwarding_latency(
    scenario: Scenario, state: State, ran: NDArray[np.int64], server: NDArray[np.int64]
) -> Array:
    """Forwarding d^f between RANs, Eq. (6), [s]; zero where the task stays on its own RAN.

    Args:
        scenario: gives the links.
        state: gives the volumes, (U,).
        ran: index of each user's RAN; shape (U,), or (U, 1) against all servers.
        server: index of the serving server; shape (U,), or (H,) for all of them.
    """
    volume = state.volume + state.result
    if ran.ndim == 2:
        volume = volume[:, None]
    links = scenario.topology
    return volume / links.link_rate[ran, server] + 2 * links.link_delay[ran, server]


def migration_latency(scenario: Scenario, state: State, server: NDArray[np.int64]) -> Array | float:
    """Delay [s] of users whose server differs from the one before; zero in the paper.

    Args:
        scenario: gives the delay.
        state: gives the servers before, (U,).
        server: index of the serving server; shape (U,), or (U, H).
    """
    if scenario.migration_delay == 0:
        return 0.0
    before = state.previous_assignment if server.ndim == 1 else state.previous_assignment[:, None]
    return scenario.migration_delay * ((before != NOWHERE) & (before != server))


def edge_cycles(scenario: Scenario, state: State, server: NDArray[np.int64]) -> Array:
    """Effective size of each task at its server, eta V kappa of Eq. (8), (U,) [cycles]."""
    factor = state.processing_factor[np.arange(state.num_users), server]
    return factor * state.volume * state.intensity


def processing_latency(cycles: Array, power: Array) -> Array:
    """Processing d^p, Eq. (8), [s]; infinite where no power is allocated."""
    with np.errstate(divide="ignore"):
        return cycles / power


def cloud_forwarding_latency(scenario: Scenario, state: State) -> Array:
    """From the RAN to the cloud and back, as Eq. (6), (U,) [s]."""
    return (state.volume + state.result) / scenario.cloud_rate + 2 * scenario.cloud_delay


def cloud_processing_latency(scenario: Scenario, state: State) -> Array:
    """Processing in the cloud, Eq. (7) at its fixed power and a factor of 1, (U,) [s]."""
    return state.volume * state.intensity / scenario.cloud_capacity


def cloud_latency(scenario: Scenario, state: State, wireless: Array) -> Array:
    """Service latency of every user in the cloud, Eq. (9), (U,) [s]."""
    forwarding = cloud_forwarding_latency(scenario, state)
    return wireless + forwarding + cloud_processing_latency(scenario, state)
