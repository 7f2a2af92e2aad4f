"""What a relaxed node is worth: its true gain, and a bound that holds however exact it is."""

import math
from typing import Any

from edgemarl.solvers._compile import light
from edgemarl.solvers.closed_forms import value
from edgemarl.solvers.lane_forms import logistic_pair
from edgemarl.solvers.lanes import EIGHT, Lanes, Rows, eight, maximum, where
from edgemarl.solvers.response import reach
from edgemarl.solvers.workspace import (
    CONCAVE,
    FLOOR,
    FREE,
    KIND,
    LIMIT_W,
    LOG_LIMIT,
    LOW,
    OFFSET,
    ON,
    ORDER,
    PEAK,
    RANK,
    SCALE,
    P,
    W,
)

ROUNDING = 1e-9  # of the logarithm of a price, generously


@light
def evaluate(users, index, prefix, extra, count, log_price, budget):
    """Fill in the allocation of a relaxed node; its true gain and a bound on any gain in the node.

    The bound is the dual function at the given price, whatever the price is and however exact the
    allocation: a curved user at p, whose slope there differs from the price by d, is charged the
    largest d (q - p) over its interval, which covers every q by concavity.

    Args:
        users: Float workspace; its row P is written.
        index: Integer workspace.
        prefix: Number of users above their low end.
        extra: Allocation of the next user above its low end.
        count: Number of users in the order.
        log_price: Logarithm of the price.
        budget: Whole budget.

    Returns:
        Gain over the sum of the floors at the allocation, and the bound on it.
    """
    price = math.exp(log_price)
    gain, bound = 0.0, price * budget
    for start in range(0, reach(index, prefix), EIGHT):
        found = curves_eight(users, start, (float(prefix), log_price, price, budget))
        gain += found[0]
        bound += found[1]
    for j in range(count):
        i = index[ORDER, j]
        kind, p = users[KIND, i], users[LOW, i]
        if j < prefix:
            if kind in (FREE, CONCAVE):
                continue
            p = users[ON, i]
        elif j == prefix:
            p += extra
        elif p == 0.0 and log_price > users[LOG_LIMIT, i] + ROUNDING:
            users[P, i] = 0.0
            continue
        earned = value(users[PEAK, i], users[OFFSET, i], users[SCALE, i], p)
        bound += straight_conjugate(users, i, price)
        gain += max(earned - users[FLOOR, i], 0.0)
        users[P, i] = p
    return gain, bound


@eight(2)
def curves_eight(
    users: Rows, prefix: Lanes, log_price: Lanes, price: Lanes, budget: Lanes
) -> tuple[Any, Any]:
    """What those of eight users bring that are past their straight piece; bounds on that."""
    free = users[KIND].equals(FREE)
    curved = (users[RANK] < prefix) & (free | users[KIND].equals(CONCAVE))
    clipped = log_price >= users[LOG_LIMIT]
    w = where(clipped, users[LIMIT_W], users[W])
    p = users[SCALE] / w
    s, rest = logistic_pair(users[OFFSET] - w)
    earned = users[PEAK] * s
    excess = earned * rest * w / p - price
    slack = excess * (where(excess > 0.0, budget, users[LOW]) - p)
    best = earned - price * p + where(clipped, 0.0, slack) - users[FLOOR]
    best = where(free, maximum(best, 0.0), best)
    users[P] = where(curved, p, users[P])
    gain = maximum(earned - users[FLOOR], 0.0)
    return where(curved, gain, 0.0).total(), where(curved, best, 0.0).total()


@light
def straight_conjugate(users, i, price):
    """The largest of envelope minus cost over a straight piece, less the floor."""
    best = -math.inf
    for p in (users[LOW, i], users[ON, i]):
        earned = value(users[PEAK, i], users[OFFSET, i], users[SCALE, i], p)
        best = max(best, max(earned - users[FLOOR, i], 0.0) - price * p)
    return best
