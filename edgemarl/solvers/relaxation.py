"""The concave-envelope relaxation of one node: its price, its allocation and a certified bound.

The relaxation has one budget row, so its dual is a search for one price. Users are ordered by the
price above which they fall back to the low end of their interval; the search moves a prefix of
that order. Prices are kept as logarithms.
"""

import math

from edgemarl.solvers._compile import inner
from edgemarl.solvers.closed_forms import log_slope, logistic_pair, value
from edgemarl.solvers.workspace import (
    CAPPED,
    CHORD,
    CONCAVE,
    FLOOR,
    FREE,
    GAIN,
    KIND,
    LIMIT_W,
    LOG_LIMIT,
    LOG_PRICE,
    LOW,
    OFFSET,
    ON,
    ORDER,
    PEAK,
    SCALE,
    SHIFT,
    P,
    W,
)

MOST_ROUNDS = 200
HASTY_ROUNDS = 8  # from here on the price moves only when every user has arrived


@inner
def newton_round(users, index, prefix, log_price):
    """One Newton step of every curved user among the first `prefix` towards a price.

    Returns:
        Their total demand (above the low ends of chords), its derivative with respect to the
        logarithm of the price with the sign changed, and the largest residual before the step.
    """
    demand, gain, worst = 0.0, 0.0, 0.0
    for j in range(prefix):
        i = index[ORDER, j]
        kind = users[KIND, i]
        if kind in (CHORD, CAPPED):
            demand += users[ON, i] - users[LOW, i]
        elif log_price >= users[LOG_LIMIT, i]:
            demand += users[SCALE, i] / users[LIMIT_W, i]
        else:
            w = users[W, i]
            slope, derivative = log_slope(w, users[OFFSET, i])
            residual = log_price + users[SHIFT, i] - slope
            inverse = 1.0 / derivative
            w = min(max(w + residual * inverse, 0.1 * w), users[LIMIT_W, i])
            users[W, i], users[LOG_PRICE, i], users[GAIN, i] = w, log_price, inverse
            p = users[SCALE, i] / w
            demand += p
            gain += p * inverse / w
            worst = max(worst, abs(residual))
    return demand, gain, worst


@inner
def demand_at(users, index, prefix, log_price):
    """Demand of the first `prefix` users at a price, to about 1e-12."""
    demand = 0.0
    for _ in range(MOST_ROUNDS):
        demand, _gain, worst = newton_round(users, index, prefix, log_price)
        if worst <= 1e-6:
            break
    return demand


@inner
def predicted_demand(users, index, prefix, log_price):
    """Demand of the first `prefix` users, each curve continued from its last point."""
    demand = 0.0
    for j in range(prefix):
        i = index[ORDER, j]
        kind = users[KIND, i]
        if kind in (CHORD, CAPPED):
            demand += users[ON, i] - users[LOW, i]
        elif log_price >= users[LOG_LIMIT, i]:
            demand += users[SCALE, i] / users[LIMIT_W, i]
        else:
            w = users[W, i]
            moved = w + (log_price - users[LOG_PRICE, i]) * users[GAIN, i]
            demand += users[SCALE, i] / min(max(moved, 0.1 * w), users[LIMIT_W, i])
    return demand


@inner
def predicted_prefix(users, index, low, high, count, log_least, room):
    """Largest prefix in [low, high] that is predicted to fit at the price where it ends."""
    while low < high:
        middle = (low + high + 1) // 2
        at = users[LOG_LIMIT, index[ORDER, middle]] if middle < count else log_least
        if predicted_demand(users, index, middle, at) <= room:
            low = middle
        else:
            high = middle - 1
    return low


@inner
def balance(users, index, prefix, log_price, low, high, room):
    """The logarithm of the price in [low, high] at which the first `prefix` users use `room`.

    Newton on 1 / demand, which is nearly linear in the logarithm of the price; every round also
    moves each user one Newton step (after some rounds, as many as it takes). A step that leaves
    the bracket goes to an end that was not
    tried yet, else to the middle. A user's Newton step never passes its root from the left, so
    demand is over-estimated and "less than room" can be believed at once.

    Returns:
        The logarithm of the price; `low` or `high` if the demand is below or above the room there.
    """
    low_tried, high_tried = False, False
    for round_ in range(MOST_ROUNDS):
        demand, gain, worst = newton_round(users, index, prefix, log_price)
        settled = worst <= 1e-6
        if not settled and round_ >= HASTY_ROUNDS:
            continue
        if settled and abs(demand - room) <= 1e-12 * room:
            break
        if demand < room:
            if log_price <= low:
                break
            high, high_tried = log_price, True
        elif settled:
            if log_price >= high:
                break
            low, low_tried = log_price, True
        step = (demand - room) / gain * (demand / room) if gain > 0.0 else demand - room
        if settled and (abs(step) <= 1e-12 or high - low <= 1e-12):
            break
        log_price += step
        halve = round_ >= HASTY_ROUNDS and low_tried and high_tried
        if log_price <= low or (halve and step < 0.0):
            log_price = 0.5 * (low + high) if low_tried else low
        elif log_price >= high:
            log_price = 0.5 * (low + high) if high_tried else high
    return log_price


@inner
def largest_limit(users, index, prefix):
    """Logarithm of the price above which none of the first `prefix` users' curves moves."""
    largest = -math.inf
    for j in range(prefix):
        i = index[ORDER, j]
        if users[KIND, i] in (FREE, CONCAVE):
            largest = max(largest, users[LOG_LIMIT, i])
    return largest


@inner
def relax(users, index, always, count, log_least, room):
    """Solve the relaxation of the node that `users` describes.

    The order starts with `always` users that never fall back. Let D(J) be the demand of the first
    J users at the price where user J falls back; the search finds the largest J with D(J) <= room.

    Args:
        users: Float workspace.
        index: Integer workspace.
        always: Number of users that never fall back.
        count: Number of users in the order.
        log_least: Logarithm of the least price to look at.
        room: Budget less the low ends of all chords.

    Returns:
        Logarithm of the price; number of users above their low end; the allocation of the next
        user above its low end, if that user is strictly inside its straight part, else 0.
    """
    low, high = always, count
    while True:
        prefix = predicted_prefix(users, index, low, high, count, log_least, room)
        at = users[LOG_LIMIT, index[ORDER, prefix]] if prefix < count else log_least
        demand = demand_at(users, index, prefix, at)
        if demand > room:
            if prefix == always:
                before = largest_limit(users, index, prefix)
            else:
                before = users[LOG_LIMIT, index[ORDER, prefix - 1]]
            log_price = balance(users, index, prefix, at, at, before, room)
            if log_price < before or prefix == always:
                return log_price, prefix, 0.0
            high = prefix - 1
            continue
        if prefix == count:
            return log_least, prefix, 0.0
        last = index[ORDER, prefix]
        if demand + users[ON, last] - users[LOW, last] >= room:
            return at, prefix, room - demand
        after = users[LOG_LIMIT, index[ORDER, prefix + 1]] if prefix + 1 < count else log_least
        log_price = balance(users, index, prefix + 1, at, after, at, room)
        if log_price > after:
            return log_price, prefix + 1, 0.0
        low = prefix + 1


@inner
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
            elif p == 0.0 and log_price >= users[LOG_LIMIT, i]:
                users[P, i] = 0.0
                continue
            earned = value(users[PEAK, i], users[OFFSET, i], users[SCALE, i], p)
            bound += straight_conjugate(users, i, price)
        gain += max(earned - floor, 0.0)
        users[P, i] = p
    return gain, bound


@inner
def straight_conjugate(users, i, price):
    """The largest of envelope minus cost over a straight piece, less the floor."""
    best = -math.inf
    for p in (users[LOW, i], users[ON, i]):
        earned = value(users[PEAK, i], users[OFFSET, i], users[SCALE, i], p)
        best = max(best, max(earned - users[FLOOR, i], 0.0) - price * p)
    return best
