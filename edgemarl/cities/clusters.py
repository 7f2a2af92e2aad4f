"""Edge servers for the base stations of a city: which sites share one, and where it stands."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.validation import check_count

Array = NDArray[np.float64]
STARTS = 10  # of k-means, of which the best counts


@dataclass(frozen=True, kw_only=True, eq=False)
class Clusters:
    """Sites divided among servers, those with the fewest sites first, then from west to east."""

    server_of: NDArray[np.int64]  # (S,) server of each site
    server_site: NDArray[np.int64]  # (H,) site that each server stands at


def cluster_sites(sites: Array, num_servers: int, rng: np.random.Generator) -> Clusters:
    """Sites divided among servers by k-means; every server stands at the site nearest its centre.

    Args:
        sites: (S, 2) positions [m].
        num_servers: |H|, at most the number of different positions.
        rng: source of the starting centres.

    Raises:
        ValueError: for more servers than there are different positions.
    """
    check_count("num_servers", num_servers)
    places = len(np.unique(sites, axis=0))
    if num_servers > places:
        raise ValueError(
            f"num_servers must be at most {places}, the number of the city's sites, "
            f"got {num_servers}"
        )
    if num_servers == len(sites):
        return _ordered(sites, np.arange(num_servers), np.arange(num_servers))
    label, centre = _best_of(sites, num_servers, rng)
    distance = np.linalg.norm(sites[:, None] - centre, axis=2)
    distance[label[:, None] != np.arange(num_servers)] = np.inf
    return _ordered(sites, label, distance.argmin(axis=0))


def _ordered(sites: Array, label: NDArray[np.int64], server_site: NDArray[np.int64]) -> Clusters:
    size = np.bincount(label)
    order = np.lexsort((sites[server_site, 1], sites[server_site, 0], size))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return Clusters(server_of=rank[label], server_site=server_site[order])


def _best_of(sites: Array, count: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], Array]:
    """Label of each site (S,) and centres (H, 2) with the least sum of squared distances."""
    from scipy.cluster.vq import ClusterError, kmeans2  # only where a city is loaded

    best, least = None, np.inf
    while best is None:  # a start that leaves a cluster empty does not count
        for _ in range(STARTS):
            try:
                centre, label = kmeans2(
                    sites, _spread(sites, count, rng), iter=100, minit="matrix", missing="raise"
                )
            except ClusterError:
                continue
            error = float(((sites - centre[label]) ** 2).sum())
            if error < least and len(np.unique(label)) == count:
                best, least = (label.astype(np.int64), centre), error
    return best


def _spread(sites: Array, count: int, rng: np.random.Generator) -> Array:
    """Starting centres of k-means++: sites, each drawn by its squared distance to the others."""
    chosen = [int(rng.integers(len(sites)))]
    for _ in range(count - 1):
        away = ((sites[:, None] - sites[chosen]) ** 2).sum(axis=2).min(axis=1)
        chosen.append(int(rng.choice(len(sites), p=away / away.sum())))
    return sites[chosen]
