"""Role ``population``: which users there are, as some leave and others take over their indices."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.component import component
from edgemarl.core.validation import check_positive, check_probability

Present = NDArray[np.bool_]


class Population(Protocol):
    """Says in every slot which indices belong to a user; the others are idle.

    A user at an index that was free in the slot before is a new one, with processing factors and a
    place of its own and without a server of the slot before.
    """

    def start(self, num_users: int, rng: np.random.Generator) -> Present:
        """Who is there in the first slot, (U,)."""
        ...

    def change(self, present: Present, rng: np.random.Generator) -> Present:
        """Who is there one slot later, (U,); `present` itself where nothing changes."""
        ...


@component("population", "fixed")
@dataclass(frozen=True, kw_only=True)
class FixedPopulation:
    """The same users in every slot (the paper)."""

    def start(self, num_users: int, rng: np.random.Generator) -> Present:
        """Everybody."""
        return np.ones(num_users, dtype=bool)

    def change(self, present: Present, rng: np.random.Generator) -> Present:
        """Everybody still."""
        return present


@component("population", "churn")
@dataclass(frozen=True, kw_only=True)
class Churn:
    """Every index on its own: its user leaves, and a new one joins, with given probabilities.

    Users stay for 1 / leave slots on average, and an index stays free for 1 / join. The share of
    indices in use is join / (join + leave) in the first slot and, on average, in all others.
    """

    join: float = 0.2  # [1/slot] probability that a free index gets a user
    leave: float = 0.05  # [1/slot] probability that a user leaves

    def __post_init__(self) -> None:
        """Check the probabilities."""
        check_probability("leave", self.leave)
        check_probability("join", self.join)
        check_positive("join", self.join)

    @property
    def share(self) -> float:
        """Share of the indices that belong to a user [1]."""
        return self.join / (self.join + self.leave)

    def start(self, num_users: int, rng: np.random.Generator) -> Present:
        """Each index in use with the probability of the long run."""
        return rng.random(num_users) < self.share

    def change(self, present: Present, rng: np.random.Generator) -> Present:
        """Who stays, and who is new."""
        draw = rng.random(len(present))
        return np.where(present, draw >= self.leave, draw < self.join)
