"""Role ``arrivals``: the tasks of one slot."""

from dataclasses import dataclass
from typing import Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.component import component
from edgemarl.core.draws import uniform
from edgemarl.core.validation import check_probability, check_range


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """The tasks of one slot."""

    volume: NDArray[np.float64]  # (U,) [bit] V^T
    result: NDArray[np.float64]  # (U,) [bit] V^R
    intensity: NDArray[np.float64]  # (U,) [cycles/bit] kappa
    active: NDArray[np.bool_]  # (U,) whether the user has a task in this slot


class Arrivals(Protocol):
    """Draws the tasks of a slot; the ranges bound what can occur and scale observations."""

    @property
    def volume(self) -> tuple[float, float]:
        """Range of task volumes [bit]."""
        ...

    @property
    def result(self) -> tuple[float, float]:
        """Range of result volumes [bit]."""
        ...

    @property
    def intensity(self) -> tuple[float, float]:
        """Range of computing intensities [cycles/bit]."""
        ...

    def draw(self, num_users: int, rng: np.random.Generator) -> Tasks:
        """The tasks of one slot."""
        ...


class TimedArrivals(Arrivals, Protocol):
    """Knows which tasks come in which slot of an episode."""

    def draw_slot(self, slot: int, num_users: int, rng: np.random.Generator) -> Tasks:
        """The tasks of a slot, counted from 0 at the start of the episode."""
        ...


def knows_slots(arrivals: Arrivals) -> TypeGuard[TimedArrivals]:
    """Whether arrivals depend on the slot's number."""
    return hasattr(arrivals, "draw_slot")


def tasks_of(arrivals: Arrivals, slot: int, num_users: int, rng: np.random.Generator) -> Tasks:
    """The tasks of a slot of an episode, whether or not the arrivals look at which one it is."""
    if knows_slots(arrivals):
        return arrivals.draw_slot(slot, num_users, rng)
    return arrivals.draw(num_users, rng)


@component("arrivals", "uniform")
@dataclass(frozen=True, kw_only=True)
class UniformTasks:
    """Every user has a task in every slot, with uniform properties (the paper)."""

    volume: tuple[float, float] = (1.6e6, 6.4e6)  # [bit] V^T, 200 to 800 KB, Fig. 6
    result: tuple[float, float] = (8e4, 1.6e5)  # [bit] V^R, 10 to 20 KB, Table III
    intensity: tuple[float, float] = (228.0, 328.0)  # [cycles/bit] kappa, Table III

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in ("volume", "result", "intensity"):
            check_range(name, getattr(self, name))

    def draw(self, num_users: int, rng: np.random.Generator) -> Tasks:
        """Independent uniform draws for every user."""
        return Tasks(
            volume=uniform(self.volume, num_users, rng),
            result=uniform(self.result, num_users, rng),
            intensity=uniform(self.intensity, num_users, rng),
            active=np.ones(num_users, dtype=bool),
        )


@component("arrivals", "bernoulli")
@dataclass(frozen=True, kw_only=True)
class BernoulliTasks(UniformTasks):
    """A user has a task with a given probability in each slot; users without one are idle."""

    probability: float = 0.7  # [1] of a task per user and slot

    def __post_init__(self) -> None:
        """Check the ranges and the probability."""
        super().__post_init__()
        check_probability("probability", self.probability)

    def draw(self, num_users: int, rng: np.random.Generator) -> Tasks:
        """Uniform draws, of which those of idle users have no effect."""
        tasks = super().draw(num_users, rng)
        active = rng.random(num_users) < self.probability
        return Tasks(
            volume=tasks.volume, result=tasks.result, intensity=tasks.intensity, active=active
        )
