"""A certified upper bound of a slot, and an assignment that comes close to it.

Relaxing the servers' capacities with prices lambda_h >= 0 gives

    D(lambda) = sum_h lambda_h P_h + sum_u max(r_u, max_h conj_uh(lambda_h)),

with conj_uh(lambda) = max_p f_uh(p) - lambda p and r_u the QoE of the cloud. D bounds the system
QoE of *every* assignment and allocation from above, for any prices. It is convex in |H| variables.
The bound is that of a centralised decision with full information that knows of the cloud, and has
a duality gap of its own: the gap of a decentralised policy to it is not all the policy's fault.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.djtcra.choices import Choices
from edgemarl.djtcra.local_search import improve
from edgemarl.djtcra.outcome import evaluate
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import State
from edgemarl.solvers.prices import Prices, minimize_prices

Array = NDArray[np.float64]
ROUNDING = 1e-9  # relative; the bound is inflated by it against rounding errors


@dataclass(frozen=True, kw_only=True)
class SlotBound:
    """A certified upper bound of a slot's system QoE and the prices that prove it."""

    upper_bound: float  # [1]
    prices: Array  # (H,) [1/(cycles/s)] lambda


@dataclass(frozen=True, kw_only=True)
class NearOptimal:
    """A centralised assignment of a slot, what it earns, and how much more any could earn."""

    assignment: NDArray[np.int64]  # (U,) server of each task
    system_qoe: float  # [1] under the scenario's allocation policy
    upper_bound: float  # [1] certified, of any assignment and allocation
    prices: Array  # (H,) [1/(cycles/s)] that prove the bound

    @property
    def gap(self) -> float:
        """Share of the bound that the assignment does not reach; 0 where the bound is 0."""
        if self.upper_bound <= 0.0:
            return 0.0
        return (self.upper_bound - self.system_qoe) / self.upper_bound


def dual_value(choices: Choices, prices: Array) -> tuple[float, Array, NDArray[np.int64]]:
    """D(lambda), a subgradient, and the server that each active user prefers.

    Args:
        choices: the slot.
        prices: (H,) lambda >= 0 [1/(cycles/s)].

    Returns:
        D [1], its subgradient P - demand (H,) [cycles/s], and the servers (A,).
    """
    value, power = choices.priced(prices)
    rows = np.arange(len(value))
    server = value.argmax(axis=1)
    best, cloud = value[rows, server], choices.cloud_qoe
    demand = np.bincount(
        server, weights=np.where(best > cloud, power[rows, server], 0.0), minlength=len(prices)
    )
    capacity = choices.state.capacity
    total = float(prices @ capacity + np.maximum(best, cloud).sum())
    return total, capacity - demand, server


def slot_bound(scenario: Scenario, state: State) -> SlotBound:
    """An upper bound of the system QoE that any assignment and allocation can reach in a slot."""
    choices = Choices(scenario, state)
    return _certify(choices, least_prices(choices))


def near_optimal_assignment(scenario: Scenario, state: State) -> NDArray[np.int64]:
    """The assignment (U,) of :func:`solve_slot`."""
    choices = Choices(scenario, state)
    return _assign(choices, least_prices(choices))


def solve_slot(scenario: Scenario, state: State) -> NearOptimal:
    """Task and allocation together: an assignment close to the slot's bound, and the bound.

    Starts from the server that every user prefers at the prices of the bound. Then single users
    move, pairs swap servers and users take each other's places in chains, wherever the QoE of the
    servers touched rises under the scenario's own allocation policy, until the bound shows that no
    such change helps. Every task is assigned to a server, as by the agents' actions.
    """
    choices = Choices(scenario, state)
    found = least_prices(choices)
    assignment = _assign(choices, found)
    bound = _certify(choices, found)
    return NearOptimal(
        assignment=assignment,
        system_qoe=evaluate(scenario, state, assignment).system_qoe,
        upper_bound=bound.upper_bound,
        prices=bound.prices,
    )


def least_prices(choices: Choices) -> Prices:
    """Prices (H,) at which D is within about 1e-5 of its minimum.

    A server that has failed sells nothing: its price has no effect on D and is given as 0, and its
    gain as minus infinity, so that nobody is sent there for what it earns.
    """
    capacity, working = choices.state.capacity, choices.working
    found = minimize_prices(choices.curves, capacity[working], choices.cloud_qoe)
    if len(working) == len(capacity):
        return found
    prices, gain = np.zeros(len(capacity)), np.full((len(found.gain), len(capacity)), -np.inf)
    prices[working], gain[:, working] = found.prices, found.gain
    return dataclasses.replace(found, prices=prices, gain=gain)


def _certify(choices: Choices, found: Prices) -> SlotBound:
    """D at the prices, evaluated anew; any prices give a valid bound."""
    total, _, _ = dual_value(choices, found.prices)
    return SlotBound(upper_bound=total * (1 + ROUNDING), prices=found.prices)


def _assign(choices: Choices, found: Prices) -> NDArray[np.int64]:
    """Round the prices' choice and improve it; idle users stay at their own RAN."""
    assignment = choices.state.ran.copy()
    start = round_prices(found.gain, choices.cloud_qoe)
    assignment[choices.users] = improve(choices, found.prices, start)
    return assignment


def round_prices(gain: Array, cloud_qoe: Array) -> NDArray[np.int64]:
    """The server at which each user gains most; who gains more in the cloud disturbs least.

    The allocation of a server ignores the cloud (the paper), so that a user whom the cloud serves
    better waits where it would have to pay most above its means.

    Args:
        gain: (A, H) QoE less cost of each user at each server, negative where it does not pay.
        cloud_qoe: (A,).
    """
    return np.where(gain.max(axis=1) > cloud_qoe, gain.argmax(axis=1), gain.argmin(axis=1))
