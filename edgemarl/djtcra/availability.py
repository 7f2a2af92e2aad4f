"""Role ``availability``: how much of its computing power each server has in a slot."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.component import component
from edgemarl.core.draws import uniform
from edgemarl.core.validation import as_finite, check_positive, check_probability, check_range

Array = NDArray[np.float64]


class Availability(Protocol):
    """Says what power the servers have, between nothing and all of theirs."""

    def start(self, full: Array, rng: np.random.Generator) -> Array:
        """The power of the first slot, (H,) [cycles/s], of servers with at most `full` (H,)."""
        ...

    def change(self, current: Array, full: Array, rng: np.random.Generator) -> Array:
        """The power one slot after they had `current`, (H,) [cycles/s]."""
        ...


@component("availability", "fixed")
@dataclass(frozen=True, kw_only=True)
class FixedPower:
    """All of their power in every slot (the paper)."""

    def start(self, full: Array, rng: np.random.Generator) -> Array:
        """All of it."""
        return full

    def change(self, current: Array, full: Array, rng: np.random.Generator) -> Array:
        """All of it still."""
        return full


@component("availability", "failures")
@dataclass(frozen=True, kw_only=True)
class Failures:
    """Servers fail, have no power at all, and are repaired, each on its own.

    A server that works fails with the same probability after every slot, and so for a repair. It
    works for a share time_to_failure / (time_to_failure + time_to_repair) of the slots.
    """

    time_to_failure: float = 45.0  # [slots] that a server works, on average
    time_to_repair: float = 5.0  # [slots] that it has failed, on average

    def __post_init__(self) -> None:
        """Check both times, which no slot is shorter than."""
        for name in ("time_to_failure", "time_to_repair"):
            if as_finite(name, value := getattr(self, name)) < 1.0:
                raise ValueError(f"{name} must be at least 1 slot, got {value}")

    @property
    def share(self) -> float:
        """Share of the slots in which a server works [1]."""
        return self.time_to_failure / (self.time_to_failure + self.time_to_repair)

    def start(self, full: Array, rng: np.random.Generator) -> Array:
        """Each server working with the probability of the long run."""
        return np.where(rng.random(len(full)) < self.share, full, 0.0)

    def change(self, current: Array, full: Array, rng: np.random.Generator) -> Array:
        """Which servers go on working, and which are repaired."""
        draw = rng.random(len(full))
        works = np.where(
            current > 0, draw >= 1 / self.time_to_failure, draw < 1 / self.time_to_repair
        )
        return np.where(works, full, 0.0)


@component("availability", "varying")
@dataclass(frozen=True, kw_only=True)
class Varying:
    """A share of each server's power, uniform between bounds over time.

    With a step, the share walks: a normal step each slot, reflected at the bounds.
    """

    share: tuple[float, float] = (0.5, 1.0)  # [1] least and greatest share of a server's power
    step: float | None = None  # [1] standard deviation of a step; None draws every slot anew

    def __post_init__(self) -> None:
        """Check the range and the step."""
        check_range("share", self.share, positive=False)
        check_probability("share", self.share)
        if self.step is not None:
            check_positive("step", self.step)

    def start(self, full: Array, rng: np.random.Generator) -> Array:
        """Uniform shares."""
        return full * uniform(self.share, len(full), rng)

    def change(self, current: Array, full: Array, rng: np.random.Generator) -> Array:
        """Uniform shares anew, or one step on from the current ones."""
        if self.step is None:
            return self.start(full, rng)
        return full * reflected(current / full + rng.normal(0.0, self.step, len(full)), self.share)


def reflected(values: Array, bounds: tuple[float, float]) -> Array:
    """The values folded at two bounds as often as needed to lie between them.

    >>> reflected(np.array([0.4, 0.75, 1.2, 2.1]), (0.5, 1.0))
    array([0.6 , 0.75, 0.8 , 0.9 ])
    """
    low, width = bounds[0], bounds[1] - bounds[0]
    if width == 0:
        return np.full_like(values, low)
    return low + width - np.abs((values - low) % (2 * width) - width)
