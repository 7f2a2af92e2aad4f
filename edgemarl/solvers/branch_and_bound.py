"""Best-first branch and bound for one budget, compiled."""

import math

import numpy as np

from edgemarl.solvers._compile import inner, light
from edgemarl.solvers.cardinality import bound_by_cardinality
from edgemarl.solvers.certificate import evaluate
from edgemarl.solvers.nodes import (
    BOUND,
    HEAP,
    NEXT_POINT,
    NEXT_USER,
    NUM_LINK_ROWS,
    NUM_TREE_ROWS,
    PARENT,
    POINT,
    SIDE,
    USER,
    enter,
    split_point,
)
from edgemarl.solvers.relaxation import relax
from edgemarl.solvers.result import NEGLIGIBLE
from edgemarl.solvers.workspace import BEST_P, CAPPED, FREE, HIGH, KIND, LOW, ORDER, keep_best

FIRST_TREE_SIZE = 64
CARDINALITY_AFTER = 50  # nodes

# Progress of a search: best gain, largest bound of a finished node, bound by cardinality, logarithm
# of the root's price; numbers of nodes, open nodes, users touched by the last node, prices tried,
# users that the last node served.
# Kept in arrays because numba compiles a callee anew for every literal that reaches it.
BEST, CLOSED, CASE_BOUND, ROOT_PRICE = 0, 1, 2, 3
NODES, OPEN, TOUCHED, PRICES, SERVED = 0, 1, 2, 3, 4


@light
def push(tree, links, size, node):
    """Put a node on the heap (largest bound on top); the new size."""
    place = size
    while place > 0:
        above = (place - 1) // 2
        if tree[BOUND, links[HEAP, above]] >= tree[BOUND, node]:
            break
        links[HEAP, place] = links[HEAP, above]
        place = above
    links[HEAP, place] = node
    return size + 1


@light
def pop(tree, links, size):
    """Take the node with the largest bound off the heap; the new size."""
    node = links[HEAP, size - 1]
    size -= 1
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        other = child + 1
        if other < size and tree[BOUND, links[HEAP, other]] > tree[BOUND, links[HEAP, child]]:
            child = other
        if tree[BOUND, links[HEAP, child]] <= tree[BOUND, node]:
            break
        links[HEAP, place] = links[HEAP, child]
        place = child
    links[HEAP, place] = node
    return size


@inner
def grown(tree, links):
    """Copies of the tree's rows with room for twice as many nodes."""
    size = tree.shape[1]
    larger_tree = np.empty((NUM_TREE_ROWS, 2 * size))
    larger_links = np.empty((NUM_LINK_ROWS, 2 * size), np.int64)
    for node in range(size):  # a slice assignment would compile much longer
        for row in range(NUM_TREE_ROWS):
            larger_tree[row, node] = tree[row, node]
        for row in range(NUM_LINK_ROWS):
            larger_links[row, node] = links[row, node]
    return larger_tree, larger_links


@light
def where_to_branch(users, index, prefix, extra, budget):
    """User and point to branch at, -1 if the relaxed allocation is exact.

    The one user strictly inside its straight piece: at its inflection if nobody has branched on
    it, else where it is.
    """
    if extra <= 0.0:
        return -1, 0.0
    i = index[ORDER, prefix]
    point = users[LOW, i] + extra
    if users[KIND, i] == FREE or users[KIND, i] == CAPPED:
        split = split_point(users, i)
        if split < budget:
            point = split
    if not users[LOW, i] < point < users[HIGH, i]:
        return -1, 0.0
    return i, point


@light
def enough(reals, floors, tolerance):
    """The bound at which the best gain is good enough."""
    return reals[BEST] + tolerance * max(floors + reals[BEST], NEGLIGIBLE)


@light
def add_node(users, index, tree, links, reals, counts, relaxed, order, floors, budget, tolerance):
    """Evaluate a relaxed node, keep its allocation if it is the best, and open it if worthwhile.

    Args:
        users: Float workspace.
        index: Integer workspace.
        tree: Float rows of the tree; POINT and, but for the root, the parent's BOUND are set.
        links: Integer rows of the tree; PARENT is set, -1 for the root.
        reals: Progress.
        counts: Progress.
        relaxed: What `relax` returned.
        order: Number of users in the order.
        floors: Sum of all floors.
        budget: Whole budget.
        tolerance: Relative gap at which to stop.
    """
    log_price, prefix, extra = relaxed
    node, counts[SERVED] = counts[NODES], prefix
    gain, bound = evaluate(users, index, prefix, extra, order, log_price, budget)
    if links[PARENT, node] >= 0:
        bound = min(bound, tree[BOUND, links[PARENT, node]])
    reals[BEST] = keep_best(users, order, gain, reals[BEST])
    user, point = where_to_branch(users, index, prefix, extra, budget)
    tree[BOUND, node], tree[NEXT_POINT, node], links[NEXT_USER, node] = bound, point, user
    if user < 0 or bound <= enough(reals, floors, tolerance):
        reals[CLOSED] = max(reals[CLOSED], bound)
    else:
        counts[OPEN] = push(tree, links, counts[OPEN], node)
    counts[NODES] += 1


@light
def branch(
    users, index, tree, links, reals, counts, node, count, floors, log_least, budget, tolerance
):
    """Split a node in two."""
    for side in range(2):
        child = counts[NODES]
        links[PARENT, child], links[SIDE, child] = node, side
        links[USER, child], tree[POINT, child] = links[NEXT_USER, node], tree[NEXT_POINT, node]
        counts[TOUCHED], always, searched, room = enter(
            users, index, tree, links, child, count, counts[TOUCHED], log_least, budget
        )
        if room >= 0.0:
            relaxed = relax(users, index, always, searched, log_least, room, counts[SERVED])
            add_node(
                users, index, tree, links, reals, counts, relaxed, count, floors, budget, tolerance
            )


@light
def explore(
    users, index, tree, links, reals, counts, count, floors, log_least, budget, tolerance, max_nodes
):
    """Branch until the gap is closed or the nodes are used up; whether the tree is full before."""
    while counts[OPEN] > 0:
        node = links[HEAP, 0]
        if counts[NODES] >= CARDINALITY_AFTER and counts[PRICES] == 0:
            reals[CASE_BOUND], reals[BEST], counts[PRICES] = bound_by_cardinality(
                users, index, count, floors, reals[ROOT_PRICE], budget, tolerance, reals[BEST]
            )
        bound = min(tree[BOUND, node], reals[CASE_BOUND])
        if bound <= enough(reals, floors, tolerance) or counts[NODES] + 2 > max_nodes:
            reals[CLOSED] = max(reals[CLOSED], tree[BOUND, node])
            break
        if counts[NODES] + 2 > tree.shape[1]:
            return True
        counts[OPEN] = pop(tree, links, counts[OPEN])
        branch(
            users, index, tree, links, reals, counts, node, count, floors, log_least, budget,
            tolerance,
        )  # fmt: skip
    return False


@inner
def first_tree():
    """Room for the nodes of a search, of which most need no more; several may use it in turn."""
    tree = np.empty((NUM_TREE_ROWS, FIRST_TREE_SIZE))
    return tree, np.empty((NUM_LINK_ROWS, FIRST_TREE_SIZE), np.int64)


@inner
def search(users, index, tree, links, count, floors, log_least, budget, tolerance, max_nodes):
    """Maximise one sum of sigmoids within a budget.

    Returns:
        An upper bound on the gain over the sum of the floors, the logarithm of the root's price and
        the number of nodes; the best allocation is in the row BEST_P.
    """
    reals, counts = np.zeros(4), np.zeros(5, np.int64)
    for i in range(count):
        users[BEST_P, i] = 0.0
    relaxed = relax(users, index, counts[OPEN], count, log_least, budget, count // 2)
    reals[CASE_BOUND], reals[ROOT_PRICE], links[PARENT, 0] = math.inf, relaxed[0], -1
    add_node(users, index, tree, links, reals, counts, relaxed, count, floors, budget, tolerance)
    while explore(
        users, index, tree, links, reals, counts, count, floors, log_least, budget, tolerance,
        max_nodes,
    ):  # fmt: skip
        tree, links = grown(tree, links)
    bound = min(max(reals[CLOSED], reals[BEST]), reals[CASE_BOUND])
    return bound, reals[ROOT_PRICE], counts[NODES] + counts[PRICES]
