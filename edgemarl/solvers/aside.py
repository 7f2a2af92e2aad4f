"""What users are worth past their inflection, and the one user that may stand before its own.

The parts of the cardinality bound that look at single users; see `cardinality.py`.
"""

import math

from edgemarl.solvers._compile import light
from edgemarl.solvers.closed_forms import log_slope, logistic_pair, step_to, value
from edgemarl.solvers.nodes import split_point
from edgemarl.solvers.workspace import (
    CHORDS,
    FLOOR,
    OFFSET,
    PEAK,
    SCALE,
    SHIFT,
    TANGENT_W,
)

_NEWTON_ROUNDS = 60

# Rows of the users' choices at one price: worth past and before the inflection, allocations there.
ON, ON_P, ASIDE, ASIDE_P = 0, 1, 2, 3
# For every k, the user to stand aside among the k + 1 best, and among all but the k best.
INSIDE, OUTSIDE = 0, 1


@light
def best_on(users, i, log_price, split, budget):
    """The best allocation of user i between its inflection and the budget, at a price."""
    scale, offset = users[SCALE, i], users[OFFSET, i]
    limit = scale / split
    target = log_price + users[SHIFT, i]
    if log_slope(limit, offset)[0] <= target:
        return split
    w = min(users[TANGENT_W, i], limit)
    for _ in range(_NEWTON_ROUNDS):
        level, first, second = log_slope(w, offset)
        step, _ = step_to(target - level, first, second)
        w = min(max(w + step, 0.1 * w), limit)
        if abs(step) <= 1e-4 * w:
            break
    return min(scale / w, budget)


@light
def worth_on(users, i, log_price, split, budget):
    """At least what user i is worth past its inflection at a price, and its allocation."""
    price = math.exp(log_price)
    p = best_on(users, i, log_price, split, budget)
    w = users[SCALE, i] / p
    s, rest = logistic_pair(users[OFFSET, i] - w)
    worth = users[PEAK, i] * s - users[FLOOR, i] - price * p
    if p > split:  # else the slope is below the price, and nothing further on is better
        excess = users[PEAK, i] * s * rest * w / p - price
        worth += excess * ((budget if excess > 0.0 else split) - p)
    return worth, p


@light
def choose(users, choices, count, log_price, budget, low, high):
    """Fill in what every user is worth past its inflection, and before it, at a price.

    Args:
        users: Float workspace.
        choices: Rows to fill in.
        count: Number of users.
        log_price: Logarithm of the price.
        budget: Whole budget.
        low: Least fraction of its inflection point for a user aside.
        high: Largest such fraction.
    """
    price = math.exp(log_price)
    for i in range(count):
        split = min(split_point(users, i), budget)
        choices[ON, i], choices[ON_P, i] = -math.inf, 0.0
        if split < budget:
            choices[ON, i], choices[ON_P, i] = worth_on(users, i, log_price, split, budget)
        choices[ASIDE, i] = -math.inf
        for fraction in (low, high):
            p = fraction * split
            earned = value(users[PEAK, i], users[OFFSET, i], users[SCALE, i], p)
            worth = max(earned - users[FLOOR, i], 0.0) - price * p
            if worth > choices[ASIDE, i]:
                choices[ASIDE, i], choices[ASIDE_P, i] = worth, p


@light
def find_aside(index, choices, aside, count):
    """For every k, the best user to stand aside among the k + 1 best users on, and the others."""
    order = index[CHORDS]
    for j in range(count):
        i, best = order[j], aside[INSIDE, j - 1] if j > 0 else order[j]
        better = choices[ASIDE, i] - choices[ON, i] > choices[ASIDE, best] - choices[ON, best]
        aside[INSIDE, j] = i if better else best
    for j in range(count - 1, -1, -1):
        i, best = order[j], aside[OUTSIDE, j + 1] if j + 1 < count else order[j]
        aside[OUTSIDE, j] = i if choices[ASIDE, i] > choices[ASIDE, best] else best
