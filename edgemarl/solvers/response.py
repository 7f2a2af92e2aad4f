"""How users respond to a price: their best allocations, exactly and by prediction.

Each curved user remembers its last point and the parabola of `log_slope` through it. A response
follows the parabola to the new price and corrects once; a prediction only follows the parabola,
which takes no exponential.
"""

from edgemarl.solvers._compile import light
from edgemarl.solvers.closed_forms import log_slope, step_to
from edgemarl.solvers.workspace import (
    CAPPED,
    CHORD,
    FIRST,
    KIND,
    LIMIT_W,
    LOG_LIMIT,
    LOG_PRICE,
    LOW,
    OFFSET,
    ON,
    ORDER,
    SCALE,
    SECOND,
    SHIFT,
    W,
)

MOST_ROUNDS = 100
SETTLED = 1e-3  # residual before a third-order step


@light
def move(users, i, log_price):
    """Where the parabola through the last point of user i puts w at a price; derivative there."""
    w = users[W, i]
    residual = log_price - users[LOG_PRICE, i]
    step, first = step_to(residual, users[FIRST, i], users[SECOND, i])
    return min(max(w + step, 0.1 * w), users[LIMIT_W, i]), first


@light
def rests(users, i, log_price):
    """Whether user i stays where it is at a price: on a chord, capped, or at its limit."""
    kind = users[KIND, i]
    return kind in (CHORD, CAPPED) or log_price >= users[LOG_LIMIT, i]


@light
def resting_demand(users, i):
    """Demand of a user that rests, above the low end of a chord."""
    if users[KIND, i] in (CHORD, CAPPED):
        return users[ON, i] - users[LOW, i]
    return users[SCALE, i] / users[LIMIT_W, i]


@light
def respond(users, index, prefix, log_price):
    """Move every curved user among the first `prefix` to a price: predict, then correct once.

    Returns:
        Their total demand (above the low ends of chords), and the largest residual of a prediction.
    """
    demand, worst = 0.0, 0.0
    for j in range(prefix):
        i = index[ORDER, j]
        if rests(users, i, log_price):
            demand += resting_demand(users, i)
        else:
            w, _ = move(users, i, log_price)
            level, first, second = log_slope(w, users[OFFSET, i])
            residual = log_price + users[SHIFT, i] - level
            step, first = step_to(residual, first, second)
            w = min(max(w + step, 0.1 * w), users[LIMIT_W, i])
            users[W, i], users[LOG_PRICE, i] = w, log_price
            users[FIRST, i], users[SECOND, i] = first, second
            demand += users[SCALE, i] / w
            worst = max(worst, abs(residual))
    return demand, worst


@light
def demand_at(users, index, prefix, log_price):
    """Demand of the first `prefix` users at a price, to about 1e-9."""
    demand = 0.0
    for _ in range(MOST_ROUNDS):
        demand, worst = respond(users, index, prefix, log_price)
        if worst <= SETTLED:
            break
    return demand


@light
def fits(users, index, prefix, log_price, room):
    """Whether the first `prefix` users are predicted to use no more than the room at a price."""
    demand = 0.0
    for j in range(prefix):
        i = index[ORDER, j]
        if rests(users, i, log_price):
            demand += resting_demand(users, i)
        else:
            demand += users[SCALE, i] / move(users, i, log_price)[0]
        if demand > room:  # no user takes anything back
            return False
    return demand <= room


@light
def predict(users, index, prefix, log_price):
    """Demand of the first `prefix` users as their parabolas say, and minus its derivative."""
    demand, gain = 0.0, 0.0
    for j in range(prefix):
        i = index[ORDER, j]
        if rests(users, i, log_price):
            demand += resting_demand(users, i)
        else:
            w, first = move(users, i, log_price)
            p = users[SCALE, i] / w
            demand += p
            gain += p / (w * first)
    return demand, gain
