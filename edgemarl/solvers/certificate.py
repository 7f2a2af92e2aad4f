"""What a relaxed node is worth: its true gain, and a bound that holds however exact it is."""

import math

from edgemarl.solvers._compile import light
from edgemarl.solvers.closed_forms import logistic_pair, value
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
    for j in range(count):
        i = index[ORDER, j]
        kind, floor = users[KIND, i], users[FLOOR, i]
        if j < prefix and kind in (FREE, CONCAVE):
            clipped = log_price >= users[LOG_LIMIT, i]
            w = users[LIMIT_W, i] if clipped else users[W, i]
            p = users[SCALE, i] / w
            s, rest = logistic_pair(users[OFFSET, i] - w)
            earned = users[PEAK, i] * s
            excess = earned * rest * w / p - price
            slack = excess * ((budget if excess > 0.0 else users[LOW, i]) - p)
            best = earned - price * p + (0.0 if clipped else slack) - floor
            bound += max(best, 0.0) if kind == FREE else best
        else:
            p = users[LOW, i]
            if j < prefix:
                p = users[ON, i]
            elif j == prefix:
                p += extra
            elif p == 0.0 and log_price > users[LOG_LIMIT, i] + ROUNDING:
                users[P, i] = 0.0
                continue
            earned = value(users[PEAK, i], users[OFFSET, i], users[SCALE, i], p)
            bound += straight_conjugate(users, i, price)
        gain += max(earned - floor, 0.0)
        users[P, i] = p
    return gain, bound


@light
def straight_conjugate(users, i, price):
    """The largest of envelope minus cost over a straight piece, less the floor."""
    best = -math.inf
    for p in (users[LOW, i], users[ON, i]):
        earned = value(users[PEAK, i], users[OFFSET, i], users[SCALE, i], p)
        best = max(best, max(earned - users[FLOOR, i], 0.0) - price * p)
    return best
