"""Moves and chains of users between servers, as long as they raise the QoE of a slot.

A move gives one user another server. In a chain, a user takes the place of a second one, which goes
to a third server, or to the first one's (a swap). The compiled search knows the two exact
allocation policies with logistic QoE; the readable one asks whatever policy the scenario has.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edgemarl.djtcra.allocation import CloudAwareAllocation, ExactAllocation
from edgemarl.djtcra.choices import Choices
from edgemarl.djtcra.server_bounds import PricedWorth, ServerBounds
from edgemarl.solvers import LatencySigmoids
from edgemarl.solvers.regroup import regroup

Array = NDArray[np.float64]
Servers = NDArray[np.int64]
LEAST_GAIN = 1e-7  # of the most that one user can earn: what a change must gain to be made
EXACT = (ExactAllocation, CloudAwareAllocation)
MOST_SOLVES = 2_000  # allocations of one server
FEW_SOLVES = 40  # the same, where one takes about a tenth of a second
MOST_USERS_IN_CHAINS = 1_000  # of the readable search, which looks at all pairs of users at once
NOBODY = -1


def improve(choices: Choices, prices: Array, start: Servers) -> Servers:
    """Servers (A,) of the active users that no move and no chain improves, from those of `start`.

    With an exact policy and a QoE without compiled form, the search ends after 40 allocations.

    Args:
        choices: the slot, with the allocation policy that decides what an assignment is worth.
        prices: (H,) lambda >= 0 [1/(cycles/s)], which rule out most changes by the slot's bound.
        start: (A,) servers of the active users.
    """
    policy, sigmoids = choices.scenario.allocation, choices.sigmoids
    if not isinstance(policy, EXACT) or type(policy) not in EXACT:
        return Search.of(choices, prices, start, MOST_SOLVES).run()
    if not isinstance(sigmoids, LatencySigmoids):
        return Search.of(choices, prices, start, FEW_SOLVES).run()
    shape = len(start), choices.scenario.num_servers
    parts = (sigmoids.peak, sigmoids.offset, sigmoids.scale)
    worth, _ = choices.priced(prices)
    found = regroup(
        LatencySigmoids(*(part.reshape(shape) for part in parts)),
        choices.state.capacity,
        start,
        prices=prices,
        order=_by_loss(np.maximum(worth, choices.cloud_qoe[:, None])),
        fallback=choices.cloud_qoe,
        floor=choices.cloud_qoe if isinstance(policy, CloudAwareAllocation) else None,
        least=least_gain(choices),
        tolerance=policy.tolerance,
        max_nodes=policy.max_nodes,
        max_solves=MOST_SOLVES,
    )
    return found.group


def least_gain(choices: Choices) -> float:
    """What a change must gain [1], in proportion to the QoE of a user with a server to itself."""
    alone = choices.sigmoids.value(np.tile(choices.state.capacity, len(choices.users)))
    return LEAST_GAIN * float(np.max(alone, initial=0.0))


def _by_loss(worth: Array) -> NDArray[np.int64]:
    """All pairs u * H + h, those first that are the least worse than the user's best server."""
    return np.argsort((worth.max(axis=1, keepdims=True) - worth).ravel(), kind="stable")


@dataclass
class Search:
    """The readable search: any allocation policy, any QoE; the most promising change first."""

    choices: Choices
    worth: PricedWorth
    server: Servers  # (A,)
    qoe: Array  # (H,) of the tasks of each server
    most_solves: int  # allocations of one server after which the search ends
    least: float  # [1] what a change must gain
    solves: int = 0
    known: dict[tuple[int, int, int], float] = field(default_factory=dict)

    @classmethod
    def of(cls, choices: Choices, prices: Array, start: Servers, most_solves: int) -> "Search":
        """A search from some servers (A,)."""
        worth = PricedWorth.of(choices, prices)
        qoe = choices.server_qoe(start, np.arange(choices.scenario.num_servers))
        return cls(choices, worth, start.copy(), qoe, most_solves, least_gain(choices))

    def run(self) -> Servers:
        """Move and swap until nothing helps or the allocations are used up."""
        while self.move() or self.chain():
            pass
        return self.server

    def move(self) -> bool:
        """Make one move that helps; whether there was one."""
        bounds = ServerBounds(self.worth, self.server)
        leaving = bounds.leaving - self.qoe[self.server]
        most = leaving[:, None] + bounds.joining - self.qoe
        most[np.arange(len(most)), self.server] = -np.inf
        for u, b in _promising(most, self.least):
            a = int(self.server[u])
            gain = self._change(a, NOBODY, u)
            if gain + bounds.joining[u, b] - self.qoe[b] <= self.least:
                continue
            if self._accept({u: b}, gain + self._change(b, u, NOBODY)):
                return True
        return False

    def chain(self) -> bool:
        """Make one chain that helps; whether there was one."""
        if len(self.server) > MOST_USERS_IN_CHAINS:
            return False
        bounds = ServerBounds(self.worth, self.server)
        leaving = bounds.leaving - self.qoe[self.server]
        middle = bounds.exchange - self.qoe[self.server]
        joining = bounds.joining - self.qoe
        joining[np.arange(len(joining)), self.server] = -np.inf
        most = (leaving[:, None] + middle)[:, :, None] + joining
        rows = np.arange(len(most))
        most[rows, :, self.server] = middle + middle.T  # swaps
        most[self.server[:, None] == self.server] = -np.inf
        for v, u, c in _promising(most, self.least):
            a, h = int(self.server[v]), int(self.server[u])
            gain = self._change(a, u if a == c else NOBODY, v)
            if a != c:
                gain += self._change(c, u, NOBODY)
            if gain + middle[v, u] <= self.least:
                continue
            if self._accept({v: h, u: c}, gain + self._change(h, v, u)):
                return True
        return False

    def _change(self, h: int, joins: int, leaves: int) -> float:
        """How much more the tasks of server h earn if one joins and one leaves; -inf untold."""
        key = (h, joins, leaves)
        if key not in self.known:
            if self.solves >= self.most_solves:
                return -np.inf
            server = self.server.copy()
            if joins != NOBODY:
                server[joins] = h
            if leaves != NOBODY:
                server[leaves] = NOBODY
            self.known[key] = float(self.choices.server_qoe(server, np.array([h]))[0])
            self.solves += 1
        return self.known[key] - float(self.qoe[h])

    def _accept(self, changes: dict[int, int], gain: float) -> bool:
        """Make some users' changes if they help; whether they did."""
        if gain <= self.least:
            return False
        users = np.array(list(changes))
        touched = {*self.server[users].tolist(), *changes.values()}
        self.server[users] = list(changes.values())
        pair = np.array(sorted(touched))
        self.qoe[pair] = self.choices.server_qoe(self.server, pair)
        self.known = {key: qoe for key, qoe in self.known.items() if key[0] not in touched}
        return True


def _promising(most: Array, least: float) -> list[tuple[int, ...]]:
    """Indices of the changes that may gain enough, the most promising first."""
    places = np.argwhere(most > least)
    order = np.argsort(-most[tuple(places.T)], kind="stable")
    return [tuple(place) for place in places[order].tolist()]
