"""A city of our own, like the centre of Melbourne in size and density."""

import numpy as np
from numpy.typing import NDArray

from edgemarl.cities.city import City
from edgemarl.cities.geometry import inside, uniform_inside
from edgemarl.core.seeding import named_generator
from edgemarl.core.validation import check_count, check_positive, check_probability

Array = NDArray[np.float64]
SIZE = (1_860.0, 935.0)  # [m] sides of the rectangle that has the EUA users' second moments
TURN = np.radians(19.0)  # of the longer side from east to north, as there
ORIGIN = (0.0, 0.0)  # [degree] nowhere: in the Gulf of Guinea
USERS_PER_SPOT, SPOT_RADIUS = 40, 60.0  # people around one busy place, and [m] how far, one sigma
SITES_PER_SPOT, SITE_RADIUS = 3, 30.0  # base stations of one cluster, and [m] how far
CLUSTERED_SITES = 0.5  # share of base stations in clusters


def synthetic_city(
    *, num_sites: int = 125, num_users: int = 816, clustered: float = 0.0, seed: int = 0
) -> City:
    """A rectangle with as many sites and people per area as the EUA data set has for Melbourne.

    Half of the base stations stand in groups of about three and half anywhere, which leads to about
    the distances of the data set between neighbours; its users are spread evenly.

    Args:
        num_sites: number of base stations; the area grows with the number of users, not with it.
        num_users: number of people.
        clustered: share of the people around busy places instead of anywhere.
        seed: of all draws.
    """
    check_count("num_sites", num_sites)
    check_count("num_users", num_users, minimum=3)
    check_probability("clustered", clustered)
    check_count("seed", seed, minimum=0)
    rng = named_generator(seed, "synthetic city")
    polygon = _rectangle(np.sqrt(num_users / 816))
    return City(
        sites=_spread(polygon, num_sites, CLUSTERED_SITES, SITES_PER_SPOT, SITE_RADIUS, rng),
        users=_spread(polygon, num_users, clustered, USERS_PER_SPOT, SPOT_RADIUS, rng),
        origin=ORIGIN,
    )


def _rectangle(scale: float) -> Array:
    """Corners (4, 2) [m], counter-clockwise, around the origin."""
    check_positive("scale", scale)
    corner = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * scale * np.array(SIZE) / 2
    cos, sin = np.cos(TURN), np.sin(TURN)
    return corner @ np.array([[cos, sin], [-sin, cos]])


def _spread(
    polygon: Array, count: int, share: float, per_spot: int, radius: float, rng: np.random.Generator
) -> Array:
    """Positions (count, 2) in a polygon: a share of them in groups, the others uniform."""
    grouped = round(share * count)
    loose = uniform_inside(polygon, count - grouped, rng)
    spots = uniform_inside(polygon, max(grouped // per_spot, 1), rng)
    found = np.empty((0, 2))
    while len(found) < grouped:  # who would be outside is drawn again
        centre = spots[rng.integers(len(spots), size=grouped)]
        drawn = centre + radius * rng.standard_normal((grouped, 2))
        found = np.concatenate([found, drawn[inside(drawn, polygon)]])
    return np.concatenate([loose, found[:grouped]])
