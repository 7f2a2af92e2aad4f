"""A certified upper bound of a slot, and an assignment that comes close to it.

Relaxing the servers' capacities with prices lambda_h >= 0 gives

    D(lambda) = sum_h lambda_h P_h + sum_u max(r_u, max_h conj_uh(lambda_h)),

with conj_uh(lambda) = max_p f_uh(p) - lambda p and r_u the QoE of the cloud. D bounds the system
QoE of *every* assignment and allocation from above, for any prices. It is convex in |H| variables.
The bound is that of a centralised decision with full information that knows of the cloud, and has
a duality gap of its own: the gap of a decentralised policy to it is not all the policy's fault.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.djtcra.choices import Choices
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import State

Array = NDArray[np.float64]
ROUNDING = 1e-9  # relative; the bound is inflated by it against rounding errors
START_FILL = 2 / 3  # [1] QoE per user that the first prices charge for all capacity together
STEPS, SHRINKAGE = 60, 0.2  # of the price steps
MOST_LOSS = 0.05  # [1] QoE by the prices that a move tried in the local search may lose
LEAST_GAIN = 1e-9  # [1] QoE
MOST_PASSES = 3


@dataclass(frozen=True, kw_only=True)
class SlotBound:
    """A certified upper bound of a slot's system QoE and the prices that prove it."""

    upper_bound: float  # [1]
    prices: Array  # (H,) [1/(cycles/s)] lambda


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
    capacity = choices.scenario.capacity
    total = float(prices @ capacity + np.maximum(best, cloud).sum())
    return total, capacity - demand, server


def slot_bound(scenario: Scenario, state: State) -> SlotBound:
    """An upper bound of the system QoE that any assignment and allocation can reach in a slot."""
    return minimize_dual(Choices(scenario, state))


def minimize_dual(choices: Choices) -> SlotBound:
    """The least D(lambda) found by raising prices where demand exceeds capacity, and lowering.

    Steps are multiplicative and shrink; every iterate is a valid bound, so stopping early only
    loosens it. Sixty steps come within 0.01 % of the minimum on the paper's scenario.
    """
    capacity = choices.scenario.capacity
    if not len(choices.users):
        return SlotBound(upper_bound=0.0, prices=np.zeros_like(capacity))
    prices = np.full(len(capacity), START_FILL * len(choices.users) / capacity.sum())
    best, best_prices = np.inf, prices
    for step in range(STEPS):
        total, slack, _ = dual_value(choices, prices)
        if total < best:
            best, best_prices = total, prices
        prices = prices * np.exp(-np.clip(slack / capacity, -1.0, 1.0) / (1.0 + SHRINKAGE * step))
    return SlotBound(upper_bound=best * (1 + ROUNDING), prices=best_prices)


def near_optimal_assignment(scenario: Scenario, state: State) -> NDArray[np.int64]:
    """A centralised, fully informed assignment (U,): the dual's choice, improved user by user.

    Starts from every user's preferred server at the prices of the bound. Then single users move,
    those first that lose least by the prices, whenever the QoE of the two servers that a move
    touches rises under the scenario's own allocation policy.
    """
    choices = Choices(scenario, state)
    value, _ = choices.priced(minimize_dual(choices).prices)
    assignment = state.ran.copy()
    assignment[choices.users] = value.argmax(axis=1)
    loss = value.max(axis=1, keepdims=True) - value
    rows, servers = np.nonzero(loss < MOST_LOSS)
    order = np.argsort(loss[rows, servers], kind="stable")
    moves = list(zip(choices.users[rows[order]].tolist(), servers[order].tolist(), strict=True))
    return _improve(choices, assignment, moves)


def _improve(
    choices: Choices, assignment: NDArray[np.int64], moves: list[tuple[int, int]]
) -> NDArray[np.int64]:
    """Makes each move of a user to a server that raises QoE, until a pass makes none."""
    every = np.arange(choices.scenario.num_servers)
    qoe = choices.server_qoe(assignment, every)
    for _ in range(MOST_PASSES):
        moved = False
        for user, server in moves:
            pair = np.array([assignment[user], server])
            if pair[0] == server:
                continue
            assignment[user] = server
            after = choices.server_qoe(assignment, pair)
            if after.sum() > qoe[pair].sum() + LEAST_GAIN:
                qoe[pair], moved = after, True
            else:
                assignment[user] = pair[0]
        if not moved:
            break
    return assignment
