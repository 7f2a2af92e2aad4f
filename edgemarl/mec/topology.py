"""What a scenario's seed fixes, and the channel gains of a slot."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import ClusterError, kmeans2

from edgemarl.core.seeding import named_generator

if TYPE_CHECKING:
    from edgemarl.mec.scenario import Scenario

Array = NDArray[np.float64]
STARTS = 20  # of k-means, of which the best counts
REFERENCE_SLOTS = 200  # that the moments of the gains are taken over


@dataclass(frozen=True, kw_only=True)
class Topology:
    """What the seed fixes: first positions, servers and tasks."""

    positions: Array  # (N, 2) [m] of the devices, in all slots where they do not move
    server_positions: Array  # (M, 2) [m] (X, Y)
    volume: Array  # (N,) [bit] D
    cycles: Array  # (N,) [cycles] F

    @cached_property
    def squared_distance(self) -> Array:
        """Squared distances (N, M) [m^2] between the first positions and the servers."""
        return squared_distance(self.positions, self.server_positions)


def draw_topology(scenario: "Scenario") -> Topology:
    """The topology of a scenario; every array is read-only."""
    seed, devices = scenario.seed, scenario.num_devices
    positions = scenario.positions.draw(devices, scenario.area, named_generator(seed, "positions"))
    tasks = scenario.tasks.draw(devices, named_generator(seed, "tasks"))
    if scenario.server_positions is None:
        rng = named_generator(seed, "servers")
        servers = centroids(positions, scenario.num_servers, rng)
    else:
        servers = np.array(scenario.server_positions, dtype=float)
    topology = Topology(
        positions=positions, server_positions=servers, volume=tasks.volume, cycles=tasks.cycles
    )
    for array in vars(topology).values():
        array.setflags(write=False)
    return topology


def centroids(positions: Array, count: int, rng: np.random.Generator) -> Array:
    """Centres (M, 2) [m] of the clusters that k-means finds, the best of several starts.

    Every start takes some of the different positions as its first centres.

    Args:
        positions: (N, 2) [m].
        count: M, number of centres.
        rng: source of the starts.

    Raises:
        ValueError: for fewer different positions than centres, or none that k-means tells apart.
    """
    different = positions[np.sort(np.unique(positions, axis=0, return_index=True)[1])]
    found: list[tuple[float, Array]] = []
    for _ in range(STARTS if len(different) >= count else 0):
        first = different[rng.choice(len(different), count, replace=False)]
        try:
            centre, _ = kmeans2(positions, first, minit="matrix", missing="raise")
        except ClusterError:  # a cluster ran empty
            continue
        found.append((float(squared_distance(positions, centre).min(axis=1).sum()), centre))
    if not found:
        raise ValueError(
            f"positions must have {count} clusters for as many servers, got "
            f"{len(different)} different ones: give server_positions"
        )
    return min(found, key=lambda start: start[0])[1]


def squared_distance(positions: Array, server_positions: Array) -> Array:
    """Squared distances (..., N, M) [m^2] between devices (..., N, 2) and servers (M, 2)."""
    return ((positions[..., None, :] - server_positions) ** 2).sum(axis=-1)


def channel_gain(scenario: "Scenario", positions: Array, fading: Array) -> Array:
    """Channel gains h, Eq. (3), (..., N, M) [1]: beta_0 l over the squared distance.

    Args:
        scenario: gives the servers, beta_0 and the least distance that counts.
        positions: (..., N, 2) [m].
        fading: (..., N, M) [1] l.
    """
    topology = scenario.topology
    if positions is topology.positions:
        squared = topology.squared_distance
    else:
        squared = squared_distance(positions, topology.server_positions)
    gain = scenario.reference_gain * fading
    gain /= np.maximum(squared, scenario.min_distance**2)
    return gain


def draw_slot(scenario: "Scenario", rng: np.random.Generator) -> tuple[Array, Array]:
    """Positions (N, 2) [m] and channel gains (N, M) [1] of one slot."""
    positions = scenario.topology.positions
    if scenario.motion == "redraw":
        positions = scenario.positions.draw(scenario.num_devices, scenario.area, rng)
    fading = scenario.fading.draw((scenario.num_devices, scenario.num_servers), rng)
    return positions, channel_gain(scenario, positions, fading)


def log_gain_moments(scenario: "Scenario") -> tuple[float, float]:
    """Mean and standard deviation of log10 of the gains over slots that no run sees.

    Over all devices and servers together; the standard deviation is 1 where all gains are equal.
    """
    rng = named_generator(scenario.seed, "reference-gains")
    logs = np.log10([draw_slot(scenario, rng)[1] for _ in range(REFERENCE_SLOTS)])
    return float(logs.mean()), float(logs.std()) or 1.0
