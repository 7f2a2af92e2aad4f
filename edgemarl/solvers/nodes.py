"""Nodes of the search tree: how a chain of branches turns into intervals and envelopes."""

import math

from edgemarl.solvers._compile import light
from edgemarl.solvers.closed_forms import inflection_w, log_slope, value
from edgemarl.solvers.workspace import (
    CAPPED,
    CHORD,
    CHORDS,
    CONCAVE,
    FIXED,
    FLOOR,
    FREE,
    HIGH,
    KIND,
    LIMIT_W,
    LOG_LIMIT,
    LOW,
    OFFSET,
    ON,
    ORDER,
    PEAK,
    SCALE,
    SHIFT,
    SPLIT,
    TOUCHED,
    TWIN_FIRST,
    TWIN_LAST,
    put_in_order,
    widen,
)

# Rows of the tree: floats, then integers. A node says "user USER gets at most (SIDE 0) or at least
# (SIDE 1) POINT" on top of what its PARENT says; NEXT_USER and NEXT_POINT are where to branch it.
BOUND, POINT, NEXT_POINT = 0, 1, 2
NUM_TREE_ROWS = 3
PARENT, USER, SIDE, NEXT_USER, HEAP = 0, 1, 2, 3, 4
NUM_LINK_ROWS = 5


@light
def split_point(users, i):
    """The inflection of max(f, floor), left of which user i is convex; computed once."""
    if math.isnan(users[SPLIT, i]):
        w = inflection_w(users[OFFSET, i])
        if users[FLOOR, i] > 0.0:
            rho = users[FLOOR, i] / users[PEAK, i]
            w = min(w, users[OFFSET, i] - math.log(rho / (1.0 - rho)))
        users[SPLIT, i] = users[SCALE, i] / w
    return users[SPLIT, i]


@light
def enter(users, index, tree, links, node, count, touched, log_least, budget):
    """Make the workspace describe a node instead of the one before it.

    Args:
        users: Float workspace.
        index: Integer workspace; its row ORDER is written.
        tree: Float rows of the tree.
        links: Integer rows of the tree.
        node: The node to enter.
        count: Number of users.
        touched: Number of users that the node before it had touched.
        log_least: Logarithm of the least price to look at.
        budget: Whole budget.

    Returns:
        Number of touched users; of users that never fall back; of users whose envelope is steep
        enough to search; the budget less the low ends of all chords (negative: infeasible).
    """
    for j in range(touched):
        widen(users, index[TOUCHED, j], budget)
    touched = intersect(users, index, tree, links, node)
    room, concave = budget, 0.0
    for j in range(touched):
        i = index[TOUCHED, j]
        if users[LOW, i] > users[HIGH, i]:
            return touched, 0, 0, -1.0
        set_envelope(users, i, budget)
        if users[KIND, i] == CONCAVE:
            concave += users[LOW, i]
        else:
            room -= users[LOW, i]
    if concave > room:
        return touched, 0, 0, -1.0
    always, searched = arrange(users, index, count, touched, log_least)
    return touched, always, searched, room


@light
def intersect(users, index, tree, links, node):
    """Narrow the intervals by every branch from a node up to the root; count the touched users.

    Users that are exactly alike can be ordered: a twin before the branched user gets at least as
    much, a twin after it at most as much, so a branch narrows their intervals too.
    """
    touched = 0
    while node > 0:
        user, point, at_least = links[USER, node], tree[POINT, node], links[SIDE, node] == 1
        first = index[TWIN_FIRST, user] if at_least else user
        last = user if at_least else index[TWIN_LAST, user]
        for i in range(first, last + 1):
            if users[KIND, i] == FREE or users[KIND, i] == CAPPED:
                users[KIND, i] = FIXED
                index[TOUCHED, touched] = i
                touched += 1
            if at_least:
                users[LOW, i] = max(users[LOW, i], point)
            else:
                users[HIGH, i] = min(users[HIGH, i], point)
        node = links[PARENT, node]
    return touched


@light
def set_envelope(users, i, budget):
    """Choose the kind of envelope for the interval of user i."""
    low, high, split = users[LOW, i], users[HIGH, i], split_point(users, i)
    if low >= split:
        users[KIND, i] = CONCAVE
        users[LIMIT_W, i] = users[SCALE, i] / low
        level, _, _ = log_slope(users[LIMIT_W, i], users[OFFSET, i])
        users[LOG_LIMIT, i] = level - users[SHIFT, i]
    elif high <= split:
        users[ON, i] = high
        peak, offset, scale = users[PEAK, i], users[OFFSET, i], users[SCALE, i]
        floor = users[FLOOR, i]
        rise = max(value(peak, offset, scale, high), floor)
        rise -= max(value(peak, offset, scale, low), floor)
        steep = rise > 0.0 and high > low
        users[KIND, i] = CHORD if steep else FIXED
        users[LOG_LIMIT, i] = math.log(rise / (high - low)) if steep else -math.inf
    else:
        # A straddling interval can only come from a twin's branch; keeping it whole is valid.
        widen(users, i, budget)


@light
def arrange(users, index, count, touched, log_least):
    """Order all users by the price at which they fall back; concave pieces never do."""
    always, chords = 0, 0
    for j in range(touched):
        i = index[TOUCHED, j]
        if users[KIND, i] == CONCAVE:
            put_in_order(users, index, always, i)
            always += 1
        elif users[KIND, i] == CHORD or users[KIND, i] == FIXED:
            k = chords
            while k > 0 and users[LOG_LIMIT, index[CHORDS, k - 1]] < users[LOG_LIMIT, i]:
                index[CHORDS, k] = index[CHORDS, k - 1]
                k -= 1
            index[CHORDS, k] = i
            chords += 1
    place, chord, searched = always, 0, always
    for i in range(count + 1):
        if i < count and users[KIND, i] != FREE and users[KIND, i] != CAPPED:
            continue
        limit = users[LOG_LIMIT, i] if i < count else -math.inf
        while chord < chords and (i == count or users[LOG_LIMIT, index[CHORDS, chord]] > limit):
            put_in_order(users, index, place, index[CHORDS, chord])
            place, chord = place + 1, chord + 1
        if i < count:
            put_in_order(users, index, place, i)
            place += 1
    searched = place
    while searched > always and users[LOG_LIMIT, index[ORDER, searched - 1]] <= log_least:
        searched -= 1
    return always, searched
