"""What each server can earn at most, for all changes of an assignment at once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from edgemarl.djtcra.choices import Choices

Array = NDArray[np.float64]
Servers = NDArray[np.int64]
FACTORS = np.geomspace(0.5, 2.0, 25)  # of the given prices, at which every server is bounded
ROUNDING = 1e-9  # relative; every bound is inflated by it against rounding errors


@dataclass(frozen=True)
class PricedWorth:
    """What every user is worth at every server, less its cost, at several prices."""

    capacity: Array  # (K, H) [1] cost of a server's whole capacity
    users: Array  # (K, A, H) [1]

    @classmethod
    def of(cls, choices: Choices, prices: Array) -> "PricedWorth":
        """At K multiples of some prices (H,) [1/(cycles/s)], 1 being among them."""
        working, cloud = choices.working, choices.cloud_qoe[:, None]
        curves, shape = choices.curves, (len(choices.users), len(working))
        users = np.tile(cloud, (len(FACTORS), 1, len(prices)))  # what failed servers are worth
        for row, factor in zip(users, FACTORS, strict=True):
            gain, _, _ = curves.at(np.broadcast_to(factor * prices[working], shape).ravel())
            row[:, working] = np.maximum(gain.reshape(shape), cloud)
        capacity = FACTORS[:, None] * prices * choices.state.capacity
        return cls(capacity, users * (1 + ROUNDING))


@dataclass(frozen=True)
class ServerBounds:
    """Bounds on the QoE of each server's tasks after a change, each the least over all prices."""

    worth: PricedWorth
    server: Servers  # (A,)

    @cached_property
    def own(self) -> Array:
        """What every user is worth at its own server, (K, A)."""
        return self.worth.users[:, np.arange(len(self.server)), self.server]

    @cached_property
    def totals(self) -> Array:
        """Every server's bound as it is, (K, H)."""
        totals = self.worth.capacity.copy()
        for row, own in zip(totals, self.own, strict=True):
            row += np.bincount(self.server, weights=own, minlength=len(row))
        return totals

    @cached_property
    def leaving(self) -> Array:
        """Every user's own server without it, (A,) [1]."""
        return (self.totals[:, self.server] - self.own).min(axis=0)

    @cached_property
    def joining(self) -> Array:
        """Every server with one more user, (A, H) [1]."""
        return (self.totals[:, None, :] + self.worth.users).min(axis=0)

    @cached_property
    def exchange(self) -> Array:
        """The server of user u with v in its place, (A, A) indexed [v, u] [1]."""
        best = np.full((len(self.server),) * 2, np.inf)
        for totals, users, own in zip(self.totals, self.worth.users, self.own, strict=True):
            np.minimum(best, (totals[self.server] - own) + users[:, self.server], out=best)
        return best
