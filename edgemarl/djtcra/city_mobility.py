"""People who move through a city: at random, or from one place to the next."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from edgemarl.cities import City, canonical_city, load_city
from edgemarl.cities.geometry import inside, uniform_inside
from edgemarl.core.component import component
from edgemarl.core.draws import uniform
from edgemarl.core.validation import as_finite, check_nonnegative, check_range
from edgemarl.djtcra.mobility import Placement

Array = NDArray[np.float64]
LEAST_DISTANCE = 1.0  # [m] to a base station; who is nearer counts as so near


@dataclass(frozen=True, kw_only=True)
class CityMobility:
    """What all movements in a city share: where they begin, and who serves whom.

    An episode begins with different people of the city's file, drawn by its seed: all of them, in
    an order of its own, where there are as many users as people. Users connect to the nearest base
    station; the RAN is that of the server whose cluster the station belongs to, and the distance is
    that to the station. Nobody goes outside the city's polygon, or farther than `coverage` from all
    base stations; people who begin there are left out.
    """

    city: str = "synthetic"  # or "eua:FOLDER"
    coverage: float = 250.0  # [m] greatest distance to a base station

    def __post_init__(self) -> None:
        """Check every quantity, and that the city is there."""
        if not as_finite("coverage", self.coverage) > LEAST_DISTANCE:
            raise ValueError(f"coverage must be above {LEAST_DISTANCE:g} m, got {self.coverage}")
        object.__setattr__(self, "city", canonical_city(self.city))

    @property
    def distance(self) -> tuple[float, float]:
        """Least and greatest ground distance [m] that can occur."""
        return LEAST_DISTANCE, self.coverage

    @cached_property
    def region(self) -> City:
        """The city."""
        return load_city(self.city)

    @property
    def outline(self) -> Array:
        """Polygon that users stay in, (K, 2) [m], counter-clockwise."""
        return self.region.outline

    def sites(self, num_servers: int) -> Array:
        """Where the servers stand, (H, 2) [m]: each at a base station."""
        return self.region.server_positions(num_servers)

    def place(self, num_users: int, num_servers: int, rng: np.random.Generator) -> Placement:
        """People of the city's file, drawn without repetition."""
        people = self._covered
        if num_users > len(people):
            raise ValueError(
                f"num_users must be at most {len(people)}, the people of {self.city} within "
                f"coverage = {self.coverage:g} m of a base station, got {num_users}; "
                "`edgemarl fetch synthetic --users N` makes a city with more"
            )
        position = people[rng.choice(len(people), size=num_users, replace=False)]
        return self._placement(position, self._first_plan(num_users, rng), num_servers)

    @cached_property
    def _covered(self) -> Array:
        """Positions of the people within coverage, (N, 2) [m]."""
        return self.region.users[self._allowed(self.region.users)]

    def _allowed(self, position: Array) -> NDArray[np.bool_]:
        """Whether positions (N, 2) are within the polygon and the coverage."""
        _, distance = self.region.nearest_site(position)
        return inside(position, self.outline) & (distance <= self.coverage)

    def _placement(self, position: Array, plan: Array | None, num_servers: int) -> Placement:
        site, distance = self.region.nearest_site(position)
        ran = self.region.clusters(num_servers).server_of[site]
        distance = np.maximum(distance, LEAST_DISTANCE)
        return Placement(ran=ran, distance=distance, position=position, plan=plan)

    def _first_plan(self, num_users: int, rng: np.random.Generator) -> Array | None:
        """What is remembered of each user from the first slot on."""
        return None


@component("mobility", "city_walk")
@dataclass(frozen=True, kw_only=True)
class CityWalk(CityMobility):
    """Gaussian steps; one that would lead outside the polygon or the coverage is not taken."""

    step: float = 5.0  # [m] standard deviation of a step along each axis, per slot; 0 stays

    def __post_init__(self) -> None:
        """Check every quantity."""
        super().__post_init__()
        check_nonnegative("step", self.step)

    def move(self, placement: Placement, num_servers: int, rng: np.random.Generator) -> Placement:
        """One step each; the nearest base station serves from then on."""
        before = positions_of(placement)
        stepped = before + self.step * rng.standard_normal(before.shape)
        position = np.where(self._allowed(stepped)[:, None], stepped, before)
        return self._placement(position, None, num_servers)


@component("mobility", "city_waypoint")
@dataclass(frozen=True, kw_only=True)
class CityWaypoint(CityMobility):
    """Random waypoints: straight to a place in the polygon at one's own speed, a pause, the next.

    Places are uniform over the polygon, speeds and pauses uniform in their ranges. A step that
    would lead outside the coverage is not taken: the user chooses another place. As always with
    random waypoints, people gather in the middle over time, where most ways lead through.
    """

    speed: tuple[float, float] = (0.5, 2.0)  # [m] per slot; walking, with slots of a second
    pause: tuple[float, float] = (0.0, 60.0)  # [slots] at each place

    def __post_init__(self) -> None:
        """Check every quantity."""
        super().__post_init__()
        check_range("speed", self.speed)
        check_range("pause", self.pause, positive=False)
        check_nonnegative("pause", self.pause)

    def move(self, placement: Placement, num_servers: int, rng: np.random.Generator) -> Placement:
        """One slot on the way to each user's place, or of its pause there."""
        before, plan = positions_of(placement), placement.plan
        if plan is None:
            raise ValueError("placement must have a plan of where users go, got None")
        target, speed, pause = plan[:, :2], plan[:, 2], plan[:, 3]
        away = target - before
        left = np.hypot(away[:, 0], away[:, 1])
        share = np.divide(speed, left, out=np.ones_like(left), where=left > speed)
        walking = pause < 1
        stepped = before + away * share[:, None] * walking[:, None]
        stopped = ~self._allowed(stepped)
        position = np.where(stopped[:, None], before, stepped)
        plan = plan.copy()
        plan[:, 3] = np.where(walking, pause, pause - 1)
        arrived = walking & ~stopped & (left <= speed)
        plan[arrived, 3] = uniform(self.pause, int(arrived.sum()), rng)
        again = np.flatnonzero(arrived | stopped)
        plan[again, :3] = self._ways(len(again), rng)
        return self._placement(position, plan, num_servers)

    def _first_plan(self, num_users: int, rng: np.random.Generator) -> Array:
        """Everybody on the way: target x and y [m], speed [m/slot] and pause left [slots]."""
        return np.column_stack([self._ways(num_users, rng), np.zeros(num_users)])

    def _ways(self, count: int, rng: np.random.Generator) -> Array:
        """Targets and speeds, (count, 3)."""
        target = uniform_inside(self.outline, count, rng)
        return np.column_stack([target, uniform(self.speed, count, rng)])


def positions_of(placement: Placement) -> Array:
    """The positions of a placement, (U, 2) [m]; ValueError where it has none."""
    if placement.position is None:
        raise ValueError("placement must have positions to walk from, got position None")
    return placement.position
