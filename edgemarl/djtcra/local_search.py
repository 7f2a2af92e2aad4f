"""Moves and swaps of users between servers, as long as they raise the QoE of a slot.

Both searches do the same. The compiled one knows the two exact allocation policies; the other asks
whatever policy the scenario has, and is limited in how often it does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.djtcra.allocation import CloudAwareAllocation, ExactAllocation
from edgemarl.djtcra.choices import Choices
from edgemarl.solvers import LatencySigmoids
from edgemarl.solvers.regroup import regroup

Array = NDArray[np.float64]
Servers = NDArray[np.int64]
LEAST_GAIN = 1e-7  # [1] QoE
EXACT = (ExactAllocation, CloudAwareAllocation)
MOST_SOLVES = 5_000  # allocations of one server in the compiled search


def improve(choices: Choices, prices: Array, start: Servers) -> Servers:
    """Servers (A,) of the active users that no move and no swap improves, from those of `start`.

    Args:
        choices: the slot, with the allocation policy that decides what an assignment is worth.
        prices: (H,) lambda >= 0 [1/(cycles/s)], which rule out most changes by the slot's bound.
        start: (A,) servers of the active users.
    """
    policy, sigmoids = choices.scenario.allocation, choices.sigmoids
    if not (isinstance(policy, EXACT) and isinstance(sigmoids, LatencySigmoids)):
        return Search.of(choices, prices, start).run()
    if type(policy) not in EXACT or policy.backend not in ("auto", "compiled"):
        return Search.of(choices, prices, start).run()
    shape = len(start), choices.scenario.num_servers
    parts = (sigmoids.peak, sigmoids.offset, sigmoids.scale)
    found = regroup(
        LatencySigmoids(*(part.reshape(shape) for part in parts)),
        choices.scenario.capacity,
        start,
        prices=prices,
        order=by_loss(worth_at(choices, prices)),
        fallback=choices.cloud_qoe,
        floor=choices.cloud_qoe if isinstance(policy, CloudAwareAllocation) else None,
        least=LEAST_GAIN,
        tolerance=policy.tolerance,
        max_nodes=policy.max_nodes,
        max_solves=MOST_SOLVES,
    )
    return found.group


def worth_at(choices: Choices, prices: Array) -> Array:
    """What each user is worth at each server at a price, or in the cloud, (A, H) [1]."""
    value, _ = choices.priced(prices)
    return np.maximum(value, choices.cloud_qoe[:, None])


def by_loss(priced: Array) -> NDArray[np.int64]:
    """All pairs u * H + h, those first that are the least worse than the user's best server."""
    return np.argsort((priced.max(axis=1, keepdims=True) - priced).ravel(), kind="stable")


@dataclass
class Search:
    """The readable search: any allocation policy, any QoE."""

    choices: Choices
    priced: Array  # (A, H) worth of each user at each server, at prices
    server: Servers  # (A,)
    qoe: Array  # (H,) of the tasks of each server
    slack: Array  # (H,) bound of that QoE by the prices, less the QoE
    most_trials: int = 2_000
    trials: int = 0

    @classmethod
    def of(cls, choices: Choices, prices: Array, start: Servers) -> "Search":
        """A search from some servers (A,)."""
        every = np.arange(choices.scenario.num_servers)
        priced = worth_at(choices, prices)
        qoe = choices.server_qoe(start, every)
        sums = np.bincount(start, weights=priced[np.arange(len(start)), start], minlength=len(qoe))
        slack = prices * choices.scenario.capacity + sums - qoe
        return cls(choices, priced, start.copy(), qoe, slack)

    def run(self) -> Servers:
        """Move and swap until nothing helps or the trials are used up."""
        while self._moves() or self._swaps():
            pass
        return self.server

    def try_change(self, users: Servers, servers: Servers) -> bool:
        """Give one user another server, or two users each other's, if that raises QoE."""
        old = self.server[users]
        a, b = int(old[0]), int(servers[0])
        loss = float((self.priced[users, old] - self.priced[users, servers]).sum())
        if a == b or self.slack[a] + self.slack[b] - loss <= LEAST_GAIN:
            return False
        if self.trials >= self.most_trials:
            return False
        self.trials += 1
        self.server[users] = servers
        pair = np.array([a, b])
        after = self.choices.server_qoe(self.server, pair)
        if after.sum() <= self.qoe[pair].sum() + LEAST_GAIN:
            self.server[users] = old
            return False
        np.subtract.at(self.slack, old, self.priced[users, old])
        np.add.at(self.slack, servers, self.priced[users, servers])
        self.slack[pair] += self.qoe[pair] - after
        self.qoe[pair] = after
        return True

    def _moves(self) -> bool:
        width = self.priced.shape[1]
        moved = False
        for pair in by_loss(self.priced):
            moved |= self.try_change(np.array([pair // width]), np.array([pair % width]))
        return moved

    def _swaps(self) -> bool:
        own = self.priced[np.arange(len(self.server)), self.server]
        loss = own[:, None] - self.priced[:, self.server]
        room = self.slack[self.server]
        most = room[:, None] + room - loss - loss.T
        first, second = np.nonzero((most > LEAST_GAIN) & (self.server[:, None] < self.server))
        swapped = False
        for k in np.argsort(-most[first, second], kind="stable"):
            users = np.array([first[k], second[k]])
            swapped |= self.try_change(users, self.server[users[::-1]])
        return swapped
