"""Every user at every server of one slot: what the bound and the informed rules look at."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from edgemarl.djtcra.allocation import AllocationProblem
from edgemarl.djtcra.latency import (
    cloud_latency,
    forwarding_latency,
    migration_latency,
    wireless_latency,
)
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import State
from edgemarl.solvers import SigmoidFamily, conjugate
from edgemarl.solvers.curves import Curves, curves_of

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Choices:
    """The users with a task, against all servers. A is the number of active users."""

    scenario: Scenario
    state: State

    @cached_property
    def users(self) -> NDArray[np.int64]:
        """Index of every active user, (A,)."""
        return np.flatnonzero(self.state.active)

    @cached_property
    def wireless(self) -> Array:
        """Wireless latency of all users, (U,) [s]."""
        return wireless_latency(self.scenario, self.state)

    @cached_property
    def forwarding(self) -> Array:
        """Forwarding and migration latency of all users to all servers, (U, H) [s]."""
        servers = np.arange(self.scenario.num_servers)
        ran = self.state.ran[:, None]
        forwarding = forwarding_latency(self.scenario, self.state, ran, servers)
        every = np.broadcast_to(servers, forwarding.shape)
        return forwarding + migration_latency(self.scenario, self.state, every)

    @cached_property
    def cycles(self) -> Array:
        """Effective size of all tasks at all servers, (U, H) [cycles]."""
        size = self.state.volume * self.state.intensity
        return self.state.processing_factor * size[:, None]

    @cached_property
    def cloud_qoe(self) -> Array:
        """QoE of the cloud, (A,) [1]."""
        latency = cloud_latency(self.scenario, self.state, self.wireless)[self.users]
        steepness, midpoint = self.state.steepness[self.users], self.state.midpoint[self.users]
        return self.scenario.qoe.value(latency, steepness, midpoint)

    @cached_property
    def sigmoids(self) -> SigmoidFamily:
        """QoE as a function of computing power, (A * H,), servers varying fastest."""
        fixed = (self.wireless[:, None] + self.forwarding)[self.users].ravel()
        steepness = np.repeat(self.state.steepness[self.users], self.scenario.num_servers)
        midpoint = np.repeat(self.state.midpoint[self.users], self.scenario.num_servers)
        return self.scenario.qoe.sigmoids(
            fixed, self.cycles[self.users].ravel(), steepness, midpoint
        )

    def priced(self, prices: Array) -> tuple[Array, Array]:
        """Maximum over p of f(p) - price * p, up to the server's capacity, and where it is.

        Args:
            prices: (H,) [1/(cycles/s)].

        Returns:
            Two arrays (A, H): the value [1] and the power [cycles/s].
        """
        shape = len(self.users), self.scenario.num_servers
        value, power = conjugate(
            self.sigmoids,
            np.broadcast_to(prices, shape).ravel(),
            upper=np.broadcast_to(self.state.capacity, shape).ravel(),
        )
        return value.reshape(shape), power.reshape(shape)

    @cached_property
    def working(self) -> NDArray[np.int64]:
        """Index of every server that has power in this slot, (K,)."""
        return np.flatnonzero(self.state.capacity > 0)

    @property
    def curves(self) -> Curves:
        """What users gain at prices of the working servers, (A * K,), servers varying fastest.

        For :func:`edgemarl.solvers.prices.minimize_prices`.
        """
        working, sigmoids = self.working, self.sigmoids
        if len(working) < self.scenario.num_servers:
            first = np.arange(len(self.users))[:, None] * self.scenario.num_servers
            sigmoids = sigmoids.take((first + working).ravel())
        upper = np.broadcast_to(self.state.capacity[working], (len(self.users), len(working)))
        return curves_of(sigmoids, upper.ravel())

    def server_qoe(self, server: NDArray[np.int64], servers: NDArray[np.int64]) -> Array:
        """Sum of QoE over the tasks assigned to each of some servers, cloud fallback included.

        Args:
            server: (A,) server of each active user, -1 for none.
            servers: (K,) indices of the servers to look at.

        Returns:
            (K,) [1].
        """
        row = np.full(self.scenario.num_servers + 1, -1)  # the last one for -1
        row[servers] = np.arange(len(servers))
        group = row[server]
        mine = np.flatnonzero(group >= 0)
        sigmoids = self.sigmoids.take(mine * self.scenario.num_servers + server[mine])
        cloud_qoe = self.cloud_qoe[mine]
        problem = AllocationProblem(
            sigmoids=sigmoids,
            server=group[mine],
            capacity=self.state.capacity[servers],
            cloud_qoe=cloud_qoe,
        )
        power = self.scenario.allocation.allocate(problem).power
        qoe = np.maximum(sigmoids.value(power), cloud_qoe)
        return np.bincount(group[mine], weights=qoe, minlength=len(servers)).astype(float)
