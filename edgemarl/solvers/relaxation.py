"""The concave-envelope relaxation of one node: its price and its allocation.

The relaxation has one budget row, so its dual is a search for one price. Users are ordered by the
price above which they fall back to the low end of their interval; the search moves a prefix of
that order. Prices are kept as logarithms.
"""

import math

from edgemarl.solvers._compile import light
from edgemarl.solvers.response import SETTLED, demand_at, fits, predict, respond
from edgemarl.solvers.workspace import CONCAVE, FREE, KIND, LOG_LIMIT, LOW, ON, ORDER

MOST_ROUNDS = 100
HASTY_ROUNDS = 8  # from here on the price moves only when every user has arrived
CLOSE = 1e-10  # of demand to room, relative
PREDICTIONS = 8  # of a price, at most, before looking at the curves themselves
LONGEST_MOVE = 4.0  # of the logarithm of a price in one round


@light
def predicted_prefix(users, index, low, high, guess, count, log_least, room):
    """Largest prefix in [low, high] that is predicted to fit at the price where it ends.

    Looks near a guess first, then further and further away, then between what it has seen.
    """
    guess, far, beyond = min(max(guess, low + 1), high), 1, high + 1  # beyond does not fit
    while low + 1 < beyond:
        if fits(users, index, guess, limit_after(users, index, guess, count, log_least), room):
            low = guess
            guess = low + far
        else:
            beyond = guess
            guess = beyond - far
        if not low < guess < beyond:
            guess = (low + beyond) // 2
        far *= 2
    return low


@light
def limit_after(users, index, prefix, count, log_least):
    """Logarithm of the price below which the user after the first `prefix` has its turn."""
    return users[LOG_LIMIT, index[ORDER, prefix]] if prefix < count else log_least


@light
def predicted_price(users, index, prefix, log_price, low, high, room):
    """The price in [low, high] at which the parabolas of the first `prefix` users use the room.

    Newton on 1 / demand, which is nearly linear in the logarithm of the price; a step out of the
    bracket goes to its end once, then to the middle.
    """
    low_tried, high_tried = False, False
    for _ in range(PREDICTIONS):
        demand, gain = predict(users, index, prefix, log_price)
        if gain > 0.0:
            step = (demand - room) / gain * (demand / room)
        else:  # no curve moves at this price, and the unit of the room says nothing about prices
            step = 0.0 if demand == room else math.copysign(math.inf, demand - room)
        if demand < room:
            if log_price <= low:
                break
            high, high_tried = log_price, True
            log_price = max(log_price + step, low)
            if low_tried and log_price <= low:
                log_price = 0.5 * (low + high)
        else:
            if log_price >= high:
                break
            low, low_tried = log_price, True
            log_price = min(log_price + step, high)
            if high_tried and log_price >= high:
                log_price = 0.5 * (low + high)
        if abs(step) <= 1e-5:
            break
    return log_price


@light
def balance(users, index, prefix, log_price, low, high, room):
    """The logarithm of the price in [low, high] at which the first `prefix` users use `room`.

    Every round predicts the price, moves the users there and corrects them once (after some
    rounds, as often as it takes). A prediction outside the bracket goes to an end that was not
    tried yet, else to the middle.

    Returns:
        The logarithm of the price; `low` or `high` if the demand is below or above the room there.
    """
    low_tried, high_tried = False, False
    for round_ in range(MOST_ROUNDS):
        before = log_price
        log_price = predicted_price(users, index, prefix, before, low, high, room)
        log_price = min(max(log_price, before - LONGEST_MOVE), before + LONGEST_MOVE)
        stuck = round_ >= HASTY_ROUNDS and round_ % 3 == 0
        if low_tried and high_tried and (stuck or not low < log_price < high):
            log_price = 0.5 * (low + high)
        demand, worst = respond(users, index, prefix, log_price)
        if worst > SETTLED:
            if round_ < HASTY_ROUNDS:
                continue
            demand = demand_at(users, index, prefix, log_price)
        if abs(demand - room) <= CLOSE * room or high - low <= 1e-13:
            break
        if demand < room:
            if log_price <= low:
                break
            high, high_tried = log_price, True
        else:
            if log_price >= high:
                break
            low, low_tried = log_price, True
    return log_price


@light
def largest_limit(users, index, prefix):
    """Logarithm of the price above which none of the first `prefix` users' curves moves."""
    largest = -math.inf
    for j in range(prefix):
        i = index[ORDER, j]
        if users[KIND, i] in (FREE, CONCAVE):
            largest = max(largest, users[LOG_LIMIT, i])
    return largest


@light
def relax(users, index, always, count, log_least, room, guess):
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
        guess: About how many users may end up above their low end.

    Returns:
        Logarithm of the price; number of users above their low end; the allocation of the next
        user above its low end, if that user is strictly inside its straight part, else 0.
    """
    low, high = always, count
    while True:
        prefix = predicted_prefix(users, index, low, high, guess, count, log_least, room)
        before = math.inf
        if prefix > always:
            before = users[LOG_LIMIT, index[ORDER, prefix - 1]]
        elif prefix > 0:
            before = max(largest_limit(users, index, prefix), log_least)
        if prefix == count:
            if count == 0:
                return log_least, 0, 0.0
            log_price = balance(users, index, prefix, before, log_least, before, room)
            if log_price < before or prefix == always:
                return log_price, prefix, 0.0
            high = guess = prefix - 1
            continue
        last = index[ORDER, prefix]
        at = users[LOG_LIMIT, last]
        demand = demand_at(users, index, prefix, at)
        if demand > room:
            log_price = balance(users, index, prefix, at, at, before, room)
            if log_price < before or prefix == always:
                return log_price, prefix, 0.0
            high = guess = prefix - 1
            continue
        if demand + users[ON, last] - users[LOW, last] >= room:
            return at, prefix, room - demand
        after = limit_after(users, index, prefix + 1, count, log_least)
        log_price = balance(users, index, prefix + 1, at, after, at, room)
        if log_price > after:
            return log_price, prefix + 1, 0.0
        low = guess = prefix + 1
