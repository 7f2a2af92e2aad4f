"""A second bound for users that are nearly alike: how many of them are past their inflection?

Branching user by user tries the subsets of users that are alike one after the other. The question
"exactly K users past their inflection" splits the problem into n + 1 cases, however alike they
are. Some optimum has at most one user strictly left of its inflection: shifting resource between
two of them goes along a convex function, so one end of the shift is as good. That user stands
*aside*, at a fraction of its inflection point that lies in a *piece* of [0, 1]. Given a price, a
case of a piece is worth at most

    price * budget + (the largest sum of on_i over K users, plus aside_j of another one),

`on_i` being what user i is worth past its inflection and `aside_j` what j is worth at the better
end of the piece, both above their floors. One sort bounds all cases of a piece at once. The case
with the largest bound gets better prices, and where no price helps, its piece is cut in half.
"""

import math

import numpy as np

from edgemarl.solvers._compile import inner, light
from edgemarl.solvers.aside import ASIDE, ASIDE_P, INSIDE, ON, ON_P, OUTSIDE, choose, find_aside
from edgemarl.solvers.closed_forms import value
from edgemarl.solvers.result import NEGLIGIBLE
from edgemarl.solvers.workspace import (
    CHORDS,
    FLOOR,
    OFFSET,
    PEAK,
    SCALE,
    P,
    keep_best,
    sort_descending,
)

_MOST_PRICES = 120
_MOST_PIECES = 40

# Rows of the cases: bound; prices known to be too low and too high, and ln(demand / budget) there.
_BOUND, _LOW, _HIGH, _LOW_DEMAND, _HIGH_DEMAND = 0, 1, 2, 3, 4


@light
def swap(index, choices, aside, k, count, must):
    """Worth and demand of the best user aside of the k best: none, another, or one of them.

    Args:
        index: Integer workspace, its row CHORDS sorted by what users are worth on.
        choices: Worths and allocations.
        aside: What `find_aside` found.
        k: Number of users on.
        count: Number of users.
        must: Whether some user has to stand aside.
    """
    extra, extra_p = -math.inf if must else 0.0, 0.0
    if k < count and choices[ASIDE, aside[OUTSIDE, k]] > extra:
        i = aside[OUTSIDE, k]
        extra, extra_p = choices[ASIDE, i], choices[ASIDE_P, i]
    if 0 < k < count:  # one of the k best stands aside, and the next best takes its place
        i, instead = aside[INSIDE, k - 1], index[CHORDS, k]
        swapped = choices[ASIDE, i] - choices[ON, i] + choices[ON, instead]
        if swapped > extra:
            extra = swapped
            extra_p = choices[ASIDE_P, i] - choices[ON_P, i] + choices[ON_P, instead]
    return extra, extra_p


@light
def bound_cases(users, index, choices, aside, cases, count, log_price, budget, must):
    """Tighten the bound and the price bracket of every case of a piece with one price."""
    for i in range(count):
        users[P, i] = choices[ON, i]
        index[CHORDS, i] = i
    sort_descending(users[P], index[CHORDS], count)
    find_aside(index, choices, aside, count)
    bound, demand = math.exp(log_price) * budget, 0.0
    for k in range(count + 1):
        if k > 0:
            bound += users[P, k - 1]
            demand += choices[ON_P, index[CHORDS, k - 1]]
        extra, extra_p = swap(index, choices, aside, k, count, must)
        cases[_BOUND, k] = min(cases[_BOUND, k], bound + extra)
        surplus = math.log(max(demand + extra_p, 1e-300) / budget)
        if surplus > 0.0 and log_price > cases[_LOW, k]:
            cases[_LOW, k], cases[_LOW_DEMAND, k] = log_price, surplus
        elif surplus <= 0.0 and log_price < cases[_HIGH, k]:
            cases[_HIGH, k], cases[_HIGH_DEMAND, k] = log_price, surplus


@light
def next_price(cases, k, last, use_middle):
    """A price inside the bracket of case k: by interpolation, or in the middle."""
    low, high = cases[_LOW, k], cases[_HIGH, k]
    if low == -math.inf and high == math.inf:
        return last
    if low == -math.inf:
        return high - 1.0
    if high == math.inf:
        return low + 1.0
    rise = cases[_LOW_DEMAND, k] - cases[_HIGH_DEMAND, k]
    share = cases[_LOW_DEMAND, k] / rise if rise > 0.0 else 0.5
    if use_middle or not 0.01 < share < 0.99:
        share = 0.5
    return low + share * (high - low)


@light
def case_gain(users, index, choices, k, count, budget):
    """Put the k best users on, scale to the budget, fill in the allocation; what it gains."""
    total, gain = 0.0, 0.0
    for j in range(count):
        i = index[CHORDS, j]
        users[P, i] = choices[ON_P, i] if j < k else 0.0
        total += users[P, i]
    factor = budget / total if total > 0.0 else 0.0
    for i in range(count):
        users[P, i] = min(users[P, i] * factor, budget)
        earned = value(users[PEAK, i], users[OFFSET, i], users[SCALE, i], users[P, i])
        gain += max(earned - users[FLOOR, i], 0.0)
    return gain


@light
def worst_case(cases, pieces, count):
    """Piece and case with the largest bound."""
    piece, case = 0, 0
    for j in range(pieces):
        for k in range(count + 1):
            if cases[j, _BOUND, k] > cases[piece, _BOUND, case]:
                piece, case = j, k
    return piece, case


@light
def forget_prices(cases, piece, count):
    """Start the price brackets of a piece's cases anew."""
    for k in range(count + 1):
        cases[piece, _LOW, k], cases[piece, _HIGH, k] = -math.inf, math.inf
        cases[piece, _LOW_DEMAND, k], cases[piece, _HIGH_DEMAND, k] = 0.0, 0.0


@light
def halve(cases, ends, piece, pieces, count):
    """Cut a piece in the middle; the new half, number `pieces`, has the same bounds."""
    middle = 0.5 * (ends[0, piece] + ends[1, piece])
    ends[0, pieces], ends[1, pieces] = middle, ends[1, piece]
    ends[1, piece] = middle
    for k in range(count + 1):
        cases[pieces, _BOUND, k] = cases[piece, _BOUND, k]
    forget_prices(cases, pieces, count)
    forget_prices(cases, piece, count)


@inner
def bound_by_cardinality(users, index, count, floors, log_price, budget, tolerance, best):
    """Bound the gain of every allocation, and look for a better one on the way.

    Args:
        users: Float workspace; its row BEST_P is written when something better is found.
        index: Integer workspace.
        count: Number of users.
        floors: Sum of all floors.
        log_price: Logarithm of a price to start from.
        budget: Whole budget.
        tolerance: Relative gap at which to stop.
        best: The best gain so far.

    Returns:
        The bound, the best gain, and the number of prices tried.
    """
    choices, aside = np.empty((4, count)), np.empty((2, count), np.int64)
    cases, ends = np.empty((_MOST_PIECES, 5, count + 1)), np.empty((2, _MOST_PIECES))
    piece = case = prices = np.int64(0)  # not literals: callees would be compiled for each
    pieces = np.int64(1)
    forget_prices(cases, piece, count)
    for k in range(count + 1):
        cases[0, _BOUND, k] = math.inf
    ends[0, 0], ends[1, 0] = 0.0, 1.0
    while prices < _MOST_PRICES and pieces < _MOST_PIECES:
        prices += 1
        before = cases[piece, _BOUND, case]
        choose(users, choices, count, log_price, budget, ends[0, piece], ends[1, piece])
        bound_cases(
            users,
            index,
            choices,
            aside,
            cases[piece],
            count,
            log_price,
            budget,
            ends[0, piece] > 0.0,
        )
        gain = case_gain(users, index, choices, case, count, budget)
        best = keep_best(users, count, gain, best)
        enough = best + tolerance * max(floors + best, NEGLIGIBLE)
        gained = before - cases[piece, _BOUND, case]
        width = cases[piece, _HIGH, case] - cases[piece, _LOW, case]
        if cases[piece, _BOUND, case] > enough and width < 0.1 and gained < 0.1 * (before - best):
            halve(cases, ends, piece, pieces, count)
            pieces += 1
            continue
        piece, case = worst_case(cases, pieces, count)
        if cases[piece, _BOUND, case] <= enough:
            break
        log_price = next_price(cases[piece], case, log_price, prices % 3 == 0)
    piece, case = worst_case(cases, pieces, count)
    return cases[piece, _BOUND, case], best, prices
