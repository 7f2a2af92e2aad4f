"""How users respond to a price: their best allocations, exactly and by prediction.

Each curved user remembers its last point and the parabola of `log_slope` through it. A response
follows the parabola to the new price and corrects once; a prediction only follows the parabola,
which takes no exponential. Both look at eight users at a time.
"""

from typing import Any

from edgemarl.solvers._compile import light
from edgemarl.solvers.lane_forms import log_slope, step_to
from edgemarl.solvers.lanes import EIGHT, Lanes, Rows, absolute, eight, maximum, minimum, where
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
    RANK,
    REACH,
    SCALE,
    SECOND,
    SHIFT,
    W,
)

MOST_ROUNDS = 100
SETTLED = 1e-3  # residual before a third-order step


def move(users: Rows, log_price: Lanes) -> tuple[Lanes, Lanes]:
    """Where the parabolas through the users' last points put w at a price; derivatives there."""
    w = users[W]
    step, first = step_to(log_price - users[LOG_PRICE], users[FIRST], users[SECOND])
    return within(users, w, step), first


def within(users: Rows, w: Lanes, step: Lanes) -> Lanes:
    """Where a step leads that neither overshoots 0 nor leaves the curve."""
    return minimum(maximum(w + step, 0.1 * w), users[LIMIT_W])


def on_chord(users: Rows) -> Lanes:
    """Which users take all of a straight piece or nothing."""
    kind = users[KIND]
    return kind.equals(CHORD) | kind.equals(CAPPED)


def taken(users: Rows, w: Lanes, moves: Lanes) -> Lanes:
    """Demand of users that move to w, or else rest: above the low end of a chord, or at a limit."""
    straight = on_chord(users)
    curved = users[SCALE] / where(moves, w, users[LIMIT_W])
    return where(straight, users[ON] - users[LOW], curved)


@eight(2)
def respond_eight(users: Rows, prefix: Lanes, log_price: Lanes) -> tuple[Any, Any]:
    """Demand of eight users, those among the first `prefix`; the largest residual."""
    served = users[RANK] < prefix
    moves = served & (log_price < users[LOG_LIMIT]) & ~on_chord(users)
    w, _ = move(users, log_price)
    level, first, second = log_slope(w, users[OFFSET])
    residual = log_price + users[SHIFT] - level
    step, first = step_to(residual, first, second)
    w = within(users, w, step)
    for row, now in ((W, w), (LOG_PRICE, log_price), (FIRST, first), (SECOND, second)):
        users[row] = where(moves, now, users[row])
    demand = where(served, taken(users, w, moves), 0.0)
    return demand.total(), where(moves, absolute(residual), 0.0).largest()


@eight(2)
def predict_eight(users: Rows, prefix: Lanes, log_price: Lanes) -> tuple[Any, Any]:
    """Predicted demand of eight users, those among the first `prefix`; minus its derivative."""
    served = users[RANK] < prefix
    moves = served & (log_price < users[LOG_LIMIT]) & ~on_chord(users)
    w, first = move(users, log_price)
    demand = taken(users, w, moves)
    gain = where(moves, demand / (w * first), 0.0)
    return where(served, demand, 0.0).total(), gain.total()


@eight(1)
def demand_eight(users: Rows, prefix: Lanes, log_price: Lanes) -> tuple[Any]:
    """Predicted demand of eight users, those among the first `prefix`."""
    served = users[RANK] < prefix
    moves = (log_price < users[LOG_LIMIT]) & ~on_chord(users)
    w, _ = move(users, log_price)
    return (where(served, taken(users, w, moves), 0.0).total(),)


@light
def respond(users, index, prefix, log_price):
    """Move every curved user among the first `prefix` to a price: predict, then correct once.

    Returns:
        Their total demand (above the low ends of chords), and the largest residual of a prediction.
    """
    demand, worst = 0.0, 0.0
    for start in range(0, reach(index, prefix), EIGHT):
        more, residual = respond_eight(users, start, (float(prefix), log_price))
        demand += more
        worst = max(worst, residual)
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
    for start in range(0, reach(index, prefix), EIGHT):
        demand += demand_eight(users, start, (float(prefix), log_price))[0]
        if demand > room:  # no user takes anything back
            return False
    return demand <= room


@light
def predict(users, index, prefix, log_price):
    """Demand of the first `prefix` users as their parabolas say, and minus its derivative."""
    demand, gain = 0.0, 0.0
    for start in range(0, reach(index, prefix), EIGHT):
        more, steep = predict_eight(users, start, (float(prefix), log_price))
        demand += more
        gain += steep
    return demand, gain


@light
def reach(index, prefix):
    """Number of columns in which the first `prefix` users stand."""
    return index[REACH, prefix - 1] if prefix > 0 else 0
