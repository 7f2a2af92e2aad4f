"""The steps of a search over groupings, compiled: moves of one function, chains of two moves."""

import numpy as np

from edgemarl.solvers._compile import inner
from edgemarl.solvers.kernel import members_by_group
from edgemarl.solvers.regroup_state import (
    CHAINS,
    GIVEN,
    MOVES,
    SOLVES,
    loss,
    most_by_chain,
    most_by_exchange,
    most_by_move,
    refresh,
    solve,
    toggled,
)

MOST_CHAINS = 50_000  # looked at in one round


@inner
def moves(task, state, order):
    """Make each move (u * H + b) that helps, in the given order; whether there was one."""
    before, num_budgets = state.counts[MOVES], task.budgets.size
    for k in order:
        u, b = k // num_budgets, k % num_budgets
        a = state.group[u]
        if a == b or most_by_move(state, u, b) <= task.least:
            continue
        if state.counts[SOLVES] >= task.max_solves:
            break
        after = toggled(task, state, u, a) + toggled(task, state, u, b)
        if after > state.worth[a] + state.worth[b] + task.least:
            state.group[u] = b
            refresh(task, state, a)
            refresh(task, state, b)
            state.counts[MOVES] += 1
    return state.counts[MOVES] > before


@inner
def best_ways_out(task, state):
    """The most that each function, and the best function of each budget, brings to another one."""
    size, num_budgets = state.group.size, task.budgets.size
    own, ways = np.full(size, -np.inf), np.full(num_budgets, -np.inf)
    for u in range(size):
        h = state.group[u]
        for c in range(num_budgets):
            if c != h:
                own[u] = max(own[u], state.slack[GIVEN, c] - loss(state, GIVEN, u, c))
        ways[h] = max(ways[h], own[u])
    return own, ways


@inner
def chains_from(task, state, v, outs, members, starts, keys, found, count):
    """Add all chains that start with function v and may gain something; their number.

    `outs` are the :func:`best_ways_out`; the functions of budget h are
    ``members[starts[h] : starts[h + 1]]``.
    """
    size, num_budgets, a = state.group.size, task.budgets.size, state.group[v]
    own, ways = outs
    for h in range(num_budgets):
        room = state.slack[GIVEN, a] + state.slack[GIVEN, h] - loss(state, GIVEN, v, h)
        if h == a or room + ways[h] <= task.least:
            continue
        for u in members[starts[h] : starts[h + 1]]:
            for c in range(num_budgets if room + own[u] > task.least else 0):
                most = most_by_chain(state, v, u, c) if c != h else 0.0
                if most > task.least and count < keys.size:
                    keys[count], found[count] = -most, (v * size + u) * num_budgets + c
                    count += 1
    return count


@inner
def chain_candidates(task, state):
    """Chains (v * U + u) * H + c that may gain something, the most promising first."""
    count, keys, found = 0, np.empty(MOST_CHAINS), np.empty(MOST_CHAINS, np.int64)
    outs = best_ways_out(task, state)
    members, starts = members_by_group(state.group, task.budgets.size)
    for v in range(state.group.size):
        count = chains_from(task, state, v, outs, members, starts, keys, found, count)
    return found[:count][np.argsort(keys[:count])]


@inner
def try_chain(task, state, v, u, c):
    """Let v take the place of u, which goes to budget c, if that helps.

    The ends come first: where they lose more than the middle can gain, it is not solved.
    """
    a, h = state.group[v], state.group[u]
    if a == h or c == h or most_by_chain(state, v, u, c) <= task.least:
        return
    if c == a:
        ends, _ = solve(task, state, a, u, v)
        ends -= state.worth[a]
    else:
        ends = toggled(task, state, v, a) - state.worth[a]
        ends += toggled(task, state, u, c) - state.worth[c]
    if ends + most_by_exchange(state, v, u) <= task.least:
        return
    middle, _ = solve(task, state, h, v, u)
    if ends + middle - state.worth[h] > task.least:
        state.group[u], state.group[v] = c, h
        refresh(task, state, a)
        refresh(task, state, h)
        if c != a:
            refresh(task, state, c)
        state.counts[CHAINS] += 1


@inner
def chains(task, state):
    """Make each chain that helps; whether there was one."""
    before, size, num_budgets = state.counts[CHAINS], state.group.size, task.budgets.size
    for chain in chain_candidates(task, state):
        if state.counts[SOLVES] >= task.max_solves:
            break
        pair, c = chain // num_budgets, chain % num_budgets
        try_chain(task, state, pair // size, pair % size, c)
    return state.counts[CHAINS] > before
