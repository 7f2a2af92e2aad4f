"""The state of a search over groupings, compiled: what every budget earns, and what it could."""

from typing import Any, NamedTuple

import numpy as np

from edgemarl.solvers._compile import inner
from edgemarl.solvers.closed_forms import value
from edgemarl.solvers.conjugate import maximizer
from edgemarl.solvers.kernel import MULTIPLIER, solve_groups

# Rows of `Task.outside`: what functions are worth without resource, as the allocation sees it and
# in truth. First index of `State.priced` and `State.slack`: at the prices that were given, and at
# those of each budget's own allocation. Entries of `State.counts`.
FLOOR, FALLBACK = 0, 1
GIVEN, OWN = 0, 1
SOLVES, MOVES, CHAINS = 0, 1, 2
NOBODY = -1
ROUNDING = 1e-9  # relative; every bound is inflated by it against rounding errors


class Task(NamedTuple):
    """What does not change in a search."""

    family: Any  # (H, 3, U) peak, offset, scale
    outside: Any  # (2, U)
    budgets: Any  # (H,)
    tolerance: float  # of the allocations
    max_nodes: int  # of the allocations
    max_solves: int
    least: float  # gain that counts


class State(NamedTuple):
    """What changes in a search."""

    group: Any  # (U,)
    worth: Any  # (H,) what the functions of each budget earn
    price: Any  # (2, H)
    priced: Any  # (2, U, H) the most each function is worth at each budget, less its cost
    slack: Any  # (2, H) how much less a budget earns than its bound at a price
    toggled: Any  # (U, H) worth of the budget if the function joined, or left; nan if not known
    counts: Any  # (3,)
    scratch: Any  # (5, U)
    zeros: Any  # (U,)


@inner
def solve(task, state, h, joins, leaves):
    """What budget h earns if one function joins and one leaves (-1 for nobody), and its price."""
    count, scratch = 0, state.scratch
    for u in range(state.group.size):
        if (state.group[u] == h or u == joins) and u != leaves:
            for row in range(3):
                scratch[row, count] = task.family[h, row, u]
            scratch[3, count] = task.outside[FLOOR, u]
            scratch[4, count] = task.outside[FALLBACK, u]
            count += 1
    allocation, reals, _, _ = solve_groups(
        scratch[0, :count], scratch[1, :count], scratch[2, :count], scratch[3, :count],
        state.zeros[:count], task.budgets[h : h + 1], task.tolerance, task.max_nodes,
    )  # fmt: skip
    state.counts[SOLVES] += 1
    total = 0.0
    for i in range(count):
        earned = value(scratch[0, i], scratch[1, i], scratch[2, i], allocation[i])
        total += max(earned, scratch[4, i])
    return total, reals[MULTIPLIER, 0]


@inner
def fill_priced(task, state, kind, h):
    """What every function is worth at budget h and its price of the given kind, less its cost."""
    price, budget = state.price[kind, h], task.budgets[h]
    for u in range(state.group.size):
        peak, offset, scale = task.family[h, 0, u], task.family[h, 1, u], task.family[h, 2, u]
        fallback = task.outside[FALLBACK, u]
        p = maximizer(peak, offset, scale, fallback, price, budget)
        best = max(value(peak, offset, scale, p), fallback) - price * p
        state.priced[kind, u, h] = best * (1.0 + ROUNDING)


@inner
def refresh(task, state, h):
    """Solve budget h anew after its functions have changed, and bound it at its new price."""
    state.worth[h], state.price[OWN, h] = solve(task, state, h, NOBODY, NOBODY)
    fill_priced(task, state, OWN, h)
    for kind in range(2):
        bound = state.price[kind, h] * task.budgets[h]
        for u in range(state.group.size):
            if state.group[u] == h:
                bound += state.priced[kind, u, h]
        state.slack[kind, h] = bound - state.worth[h]
    for u in range(state.group.size):
        state.toggled[u, h] = np.nan


@inner
def start(task, state):
    """Solve and bound all budgets."""
    for h in range(task.budgets.size):
        fill_priced(task, state, GIVEN, h)
        refresh(task, state, h)


@inner
def toggled(task, state, u, h):
    """What budget h earns if function u leaves it, or joins it."""
    if np.isnan(state.toggled[u, h]):
        leaves = u if state.group[u] == h else NOBODY
        joins = NOBODY if state.group[u] == h else u
        state.toggled[u, h], _ = solve(task, state, h, joins, leaves)
    return state.toggled[u, h]


@inner
def loss(state, kind, u, b):
    """How much less function u is worth at budget b than at its own, by the prices of a kind."""
    return state.priced[kind, u, state.group[u]] - state.priced[kind, u, b]


@inner
def most_by_move(state, u, b):
    """Moving function u to budget b gains no more than this."""
    a, most = state.group[u], np.inf
    for kind in range(2):
        room = state.slack[kind, a] + state.slack[kind, b]
        most = min(most, room - loss(state, kind, u, b))
    return most


@inner
def most_by_chain(state, v, u, c):
    """Function v takes the place of u, which goes to budget c: that gains no more than this."""
    a, h, most = state.group[v], state.group[u], np.inf
    for kind in range(2):
        room = state.slack[kind, a] + state.slack[kind, h]
        if c != a:
            room += state.slack[kind, c]
        most = min(most, room - loss(state, kind, v, h) - loss(state, kind, u, c))
    return most


@inner
def most_by_exchange(state, v, u):
    """What the budget of u earns with v in the place of u is no more than this above now."""
    h, most = state.group[u], np.inf
    for kind in range(2):
        change = state.priced[kind, v, h] - state.priced[kind, u, h]
        most = min(most, state.slack[kind, h] + change)
    return most
