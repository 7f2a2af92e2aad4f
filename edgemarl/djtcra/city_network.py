"""Links between the servers of a city: the nearer, the faster."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from edgemarl.cities import City, canonical_city, load_city
from edgemarl.core.component import component
from edgemarl.djtcra.network import RandomNetwork

Array = NDArray[np.float64]


@component("network", "city")
@dataclass(frozen=True, kw_only=True)
class CityNetwork(RandomNetwork):
    """Links by the distance between a city's servers; processing factors as in `RandomNetwork`.

    Two kilometres of fibre take 10 us: what a link of Table III costs are the exchanges on its way
    and the traffic it is shared with. So distance d takes rate and delay through the ranges of
    Table III, from the best ones at d = 0 to the worst at the city's diameter d_max:

        B     = B_max     - (B_max     - B_min)     d / d_max
        delta = delta_min + (delta_max - delta_min) d / d_max

    The diameter is that of the base stations, so that it does not depend on the number of servers.
    """

    city: str = "synthetic"  # or "eua:FOLDER"

    def __post_init__(self) -> None:
        """Check ranges and the law, and that the city is there."""
        super().__post_init__()
        object.__setattr__(self, "city", canonical_city(self.city))

    @cached_property
    def region(self) -> City:
        """The city."""
        return load_city(self.city)

    def _links(self, num_servers: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Rates [bit/s] and delays [s] by distance; nothing is drawn."""
        position = self.region.server_positions(num_servers)
        distance = np.linalg.norm(position[:, None] - position, axis=2)
        return links_by_distance(distance / self.region.diameter, self.link_rate, self.link_delay)


def links_by_distance(
    share: Array, rate: tuple[float, float], delay: tuple[float, float]
) -> tuple[Array, Array]:
    """Rates [bit/s] and delays [s], (H, H), linear in the distance between servers.

    Args:
        share: (H, H) distances, as shares of the greatest that there can be [1].
        rate: least rate, at share 1, and greatest, at share 0 [bit/s].
        delay: least delay, at share 0, and greatest, at share 1 [s].

    >>> links_by_distance(np.array([[0.0, 0.5], [0.5, 0.0]]), (80.0, 200.0), (10.0, 20.0))
    (array([[ inf, 140.],
           [140.,  inf]]), array([[ 0., 15.],
           [15.,  0.]]))
    """
    link_rate = rate[1] - (rate[1] - rate[0]) * share
    link_delay = delay[0] + (delay[1] - delay[0]) * share
    np.fill_diagonal(link_rate, np.inf)
    np.fill_diagonal(link_delay, 0.0)
    return link_rate, link_delay
