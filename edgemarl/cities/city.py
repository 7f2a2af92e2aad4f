"""A city: base stations, people, and the polygon that they stay in."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.cities.clusters import Clusters, cluster_sites
from edgemarl.cities.geometry import convex_hull
from edgemarl.core.seeding import named_generator

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class City:
    """Positions in a plane, in metres east and north of an origin."""

    sites: Array  # (S, 2) [m] base stations
    users: Array  # (N, 2) [m] where people are
    origin: tuple[float, float]  # [degree] latitude and longitude of the plane's origin
    _clusters: dict[int, Clusters] = field(default_factory=dict, repr=False)

    @cached_property
    def outline(self) -> Array:
        """Convex hull of the people, (K, 2) [m], counter-clockwise."""
        return convex_hull(self.users)

    def clusters(self, num_servers: int) -> Clusters:
        """The sites divided among servers, always in the same way."""
        if num_servers not in self._clusters:
            rng = named_generator(0, "clusters", num_servers)
            self._clusters[num_servers] = cluster_sites(self.sites, num_servers, rng)
        return self._clusters[num_servers]

    def server_positions(self, num_servers: int) -> Array:
        """Where the servers stand, (H, 2) [m]: each at a base station."""
        return self.sites[self.clusters(num_servers).server_site]

    def nearest_site(self, position: Array) -> tuple[NDArray[np.int64], Array]:
        """Index of the nearest base station of each position (N, 2), and the distance to it [m]."""
        distance, site = self._tree.query(position)
        return site, distance

    @cached_property
    def diameter(self) -> float:
        """Greatest distance between two base stations [m]."""
        corners = convex_hull(self.sites) if len(self.sites) > 2 else self.sites
        return float(np.linalg.norm(corners[:, None] - corners, axis=2).max())

    @cached_property
    def _tree(self) -> Any:
        from scipy.spatial import KDTree  # only where a city is loaded

        return KDTree(self.sites)
