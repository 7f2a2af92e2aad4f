"""Role ``mobility``: where users are, and so which RAN they connect to."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.component import component
from edgemarl.core.draws import uniform
from edgemarl.core.validation import check_nonnegative, check_positive, check_range


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where every user is in one slot."""

    ran: NDArray[np.int64]  # (U,) index of the connected RAN, and of its server
    distance: NDArray[np.float64]  # (U,) [m] ground distance to the connected base station
    position: NDArray[np.float64] | None = None  # (U, 2) [m], where users have positions
    plan: NDArray[np.float64] | None = None  # (U, K) what the mobility remembers of each user

    def replaced(self, users: NDArray[np.int64], others: "Placement") -> "Placement":
        """The placement with some users (K,) where the K users of another one are."""
        ran, distance = self.ran.copy(), self.distance.copy()
        ran[users], distance[users] = others.ran, others.distance
        return Placement(
            ran=ran,
            distance=distance,
            position=_replaced(self.position, users, others.position),
            plan=_replaced(self.plan, users, others.plan),
        )


class Mobility(Protocol):
    """Places users in the first slot and moves them from slot to slot."""

    @property
    def distance(self) -> tuple[float, float]:
        """Least and greatest ground distance [m] that can occur."""
        ...

    def place(self, num_users: int, num_servers: int, rng: np.random.Generator) -> Placement:
        """Where the users of the first slot are."""
        ...

    def move(self, placement: Placement, num_servers: int, rng: np.random.Generator) -> Placement:
        """Where they are one slot later."""
        ...


@component("mobility", "resample")
@dataclass(frozen=True, kw_only=True)
class Resample:
    """Every slot anew: a uniform RAN and a uniform distance (the paper's simulation)."""

    distance: tuple[float, float] = (30.0, 100.0)  # [m] Table III

    def __post_init__(self) -> None:
        """Check the range."""
        check_range("distance", self.distance)

    def place(self, num_users: int, num_servers: int, rng: np.random.Generator) -> Placement:
        """Uniform RANs and distances."""
        ran = rng.integers(num_servers, size=num_users)
        return Placement(ran=ran, distance=uniform(self.distance, num_users, rng))

    def move(self, placement: Placement, num_servers: int, rng: np.random.Generator) -> Placement:
        """Uniform RANs and distances, whatever they were."""
        return self.place(len(placement.ran), num_servers, rng)


@component("mobility", "random_walk")
@dataclass(frozen=True, kw_only=True)
class RandomWalk:
    """Gaussian steps over hexagonal cells; a user is handed over to the nearest base station.

    Base stations stand on a hexagonal spiral. A step that would leave the covered area, or come
    closer to a base station than the least distance, is not taken.
    """

    step: float = 5.0  # [m] standard deviation of a step along each axis, per slot
    spacing: float = 173.0  # [m] between neighbouring base stations; cells of radius 100 m
    distance: tuple[float, float] = (10.0, 100.0)  # [m] least and greatest to the base station

    def __post_init__(self) -> None:
        """Check every quantity."""
        check_nonnegative("step", self.step)
        check_positive("spacing", self.spacing)
        check_range("distance", self.distance)
        if self.spacing < sum(self.distance):
            raise ValueError(
                f"spacing must be at least the sum of the distance bounds {self.distance} m, "
                f"got {self.spacing}"
            )

    def sites(self, num_servers: int) -> NDArray[np.float64]:
        """Positions (H, 2) [m] of the base stations."""
        return hexagonal_sites(num_servers, self.spacing)

    def place(self, num_users: int, num_servers: int, rng: np.random.Generator) -> Placement:
        """Uniform RANs, uniform over the area of each RAN's disc, then the nearest RAN."""
        stations = self.sites(num_servers)
        radius = np.sqrt(uniform((self.distance[0] ** 2, self.distance[1] ** 2), num_users, rng))
        angle = uniform((0.0, 2 * np.pi), num_users, rng)
        offset = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        position = stations[rng.integers(num_servers, size=num_users)] + offset
        ran, distance = _nearest(position, stations)
        return Placement(ran=ran, distance=distance, position=position)

    def move(self, placement: Placement, num_servers: int, rng: np.random.Generator) -> Placement:
        """One step each; the nearest base station serves from then on."""
        if placement.position is None:
            raise ValueError("placement must have positions to walk from, got position None")
        stations = self.sites(num_servers)
        stepped = placement.position + self.step * rng.standard_normal(placement.position.shape)
        ran, distance = _nearest(stepped, stations)
        allowed = (distance >= self.distance[0]) & (distance <= self.distance[1])
        position = np.where(allowed[:, None], stepped, placement.position)
        return Placement(
            ran=np.where(allowed, ran, placement.ran),
            distance=np.where(allowed, distance, placement.distance),
            position=position,
        )


def _replaced(
    rows: NDArray[np.float64] | None,
    users: NDArray[np.int64],
    others: NDArray[np.float64] | None,
) -> NDArray[np.float64] | None:
    """Rows (U, K) with those of some users replaced; None where there are none."""
    if rows is None:
        return None
    rows = rows.copy()
    rows[users] = others
    return rows


def hexagonal_sites(count: int, spacing: float) -> NDArray[np.float64]:
    """Positions (count, 2) [m] of base stations on a hexagonal spiral around the origin.

    >>> np.round(hexagonal_sites(3, 1.0), 3)
    array([[0.   , 0.   ],
           [1.   , 0.   ],
           [0.5  , 0.866]])
    """
    angle = np.arange(6) * np.pi / 3
    corner = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    sites, ring = [np.zeros(2)], 1
    while len(sites) < count:
        for side in range(6):
            along = corner[(side + 2) % 6]
            sites += [ring * corner[side] + step * along for step in range(ring)]
        ring += 1
    return spacing * np.array(sites[:count])


def _nearest(
    position: NDArray[np.float64], stations: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Index of the nearest base station of each position, and the distance [m] to it."""
    distance = np.linalg.norm(position[:, None] - stations[None], axis=2)
    ran = distance.argmin(axis=1)
    return ran, distance[np.arange(len(ran)), ran]
