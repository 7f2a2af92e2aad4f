"""Best-first branch and bound for one budget, compiled."""

import math

import numpy as np

from edgemarl.solvers._compile import inner
from edgemarl.solvers.cardinality import bound_by_cardinality
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
from edgemarl.solvers.relaxation import evaluate, relax
from edgemarl.solvers.workspace import BEST_P, CAPPED, FREE, HIGH, KIND, LOW, ORDER, keep_best

FIRST_TREE_SIZE = 64
CARDINALITY_AFTER = 50  # nodes


@inner
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


@inner
def pop(tree, links, size):
    """Take the node with the largest bound off the heap."""
    top, node = links[HEAP, 0], links[HEAP, size - 1]
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
    return top


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


@inner
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


@inner
def search(users, index, tree, links, count, floors, log_least, budget, tolerance, max_nodes):
    """Maximise one sum of sigmoids within a budget.

    Returns:
        The best gain over the sum of the floors, an upper bound on it, the logarithm of the root's
        price, the number of nodes, and the (possibly larger) tree.
    """
    for i in range(count):
        index[ORDER, i] = i
        users[BEST_P, i] = 0.0
    log_price, prefix, extra = relax(users, index, 0, count, log_least, budget)
    gain, bound = evaluate(users, index, prefix, extra, count, log_price, budget)
    best = keep_best(users, count, gain, 0.0)
    root_log_price = log_price
    user, point = where_to_branch(users, index, prefix, extra, budget)
    closed = bound if user < 0 else 0.0  # the largest bound among nodes that are finished
    tree[BOUND, 0], tree[NEXT_POINT, 0], links[NEXT_USER, 0] = bound, point, user
    nodes, size, touched = 1, 0, 0
    case_bound, prices = math.inf, 0
    if user >= 0:
        size = push(tree, links, size, 0)
    while size > 0:
        node = links[HEAP, 0]
        if nodes >= CARDINALITY_AFTER and prices == 0:
            case_bound, best, prices = bound_by_cardinality(
                users, index, count, floors, root_log_price, budget, tolerance, best
            )
        enough = best + tolerance * max(floors + best, 1e-290)
        if min(tree[BOUND, node], case_bound) <= enough or nodes + 2 > max_nodes:
            closed = max(closed, tree[BOUND, node])
            break
        pop(tree, links, size)
        size -= 1
        if nodes + 2 > tree.shape[1]:
            tree, links = grown(tree, links)
        for side in range(2):
            links[PARENT, nodes], links[SIDE, nodes] = node, side
            links[USER, nodes] = links[NEXT_USER, node]
            tree[POINT, nodes] = tree[NEXT_POINT, node]
            touched, always, searched, room = enter(
                users, index, tree, links, nodes, count, touched, log_least, budget
            )
            if room < 0.0:
                continue
            log_price, prefix, extra = relax(users, index, always, searched, log_least, room)
            gain, bound = evaluate(users, index, prefix, extra, count, log_price, budget)
            bound = min(bound, tree[BOUND, node])
            best = keep_best(users, count, gain, best)
            user, point = where_to_branch(users, index, prefix, extra, budget)
            enough = best + tolerance * max(floors + best, 1e-290)
            if user < 0 or bound <= enough:
                closed = max(closed, bound)
            else:
                tree[BOUND, nodes] = bound
                tree[NEXT_POINT, nodes], links[NEXT_USER, nodes] = point, user
                size = push(tree, links, size, nodes)
            nodes += 1
    bound = min(max(closed, best), case_bound)
    return best, bound, root_log_price, nodes + prices, tree, links
