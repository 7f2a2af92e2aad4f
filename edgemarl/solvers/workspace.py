"""The rows of the compiled solver's workspace, and how it is filled for one budget.

One 2-D float array holds everything about the `m` functions that can earn anything, sorted by the
slope of their envelope, steepest first; each quantity is a row. "User" below is one function.
"""

import math

import numpy as np

from edgemarl.solvers._compile import inner, light
from edgemarl.solvers.closed_forms import log_slope, tangent, value
from edgemarl.solvers.elementary import logarithm
from edgemarl.solvers.lane_forms import wright_omega
from edgemarl.solvers.lanes import EIGHT, Lanes, Rows, eight

# Constants of a user.
PEAK, OFFSET, SCALE, FLOOR = 0, 1, 2, 3
SHIFT = 4  # ln(a / L): log_slope(w) = ln(price) + SHIFT where f' equals the price
TANGENT_W = 5  # w of the tangent point
LOG_SLOPE = 6  # ln of the slope of the root envelope's straight part
ON = 7  # where the root envelope's straight part ends
SPLIT = 8  # inflection of max(f, floor); nan until somebody branches on the user
# The user's interval and envelope in the current node.
KIND = 9
LOW, HIGH = 10, 11
LOG_LIMIT = 12  # ln of the price above which the user falls back to LOW (or to 0)
LIMIT_W = 13  # w at the least allocation of a curved piece
# The last point of the curved piece: w where ln(price) = LOG_PRICE, and the first two derivatives
# of log_slope there.
W, LOG_PRICE, FIRST, SECOND = 14, 15, 16, 17
P, BEST_P = 18, 19  # allocation at the last point, and of the best solution
RANK = 20  # place in the order of the current node; infinite beyond the users
NUM_ROWS = 21

# Kinds of envelope.
FREE = 0.0  # straight from 0 to ON, then the function itself
CAPPED = 1.0  # straight from 0 to ON = the budget
CHORD = 2.0  # interval left of the inflection: straight from LOW to HIGH
CONCAVE = 3.0  # interval right of the inflection: the function itself
FIXED = 4.0  # interval of no length

# Rows of the integer workspace.
ORDER = 0  # users by the slope of their envelope in the current node
SOURCE = 1  # index of the user in the caller's arrays
TWIN_FIRST, TWIN_LAST = 2, 3  # range of users that are exactly alike
TOUCHED = 4  # users whose interval differs from the root's
CHORDS = 5  # scratch: touched users with a straight envelope, by slope
REACH = 6  # number of columns that hold the order up to here
NUM_INT_ROWS = 7


@inner
def workspace(size):
    """Float and integer workspace for so many users, in whole groups of eight columns."""
    columns = (size + EIGHT - 1) // EIGHT * EIGHT
    users = np.zeros((NUM_ROWS, columns))
    return users, np.zeros((NUM_INT_ROWS, columns), np.int64)


@light
def sort_descending(keys, values, count):
    """Sort `values[:count]` by `keys`, largest first, both in place; ties by value (shell sort)."""
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, count):
            key, value_, j = keys[i], values[i], i
            while j >= gap:
                other = keys[j - gap]
                if other > key or (other == key and values[j - gap] < value_):
                    break
                keys[j], values[j] = other, values[j - gap]
                j -= gap
            keys[j], values[j] = key, value_
        gap //= 3


@light
def load(users, index, peak, offset, scale, floor, members, budget):
    """Fill the workspace with the given members under a budget.

    Users whose envelope is too flat to matter (less than 1e-14 of what can be earned at all) are
    left out: they get nothing, which costs no more than the least price times the budget.

    Returns:
        Count of users kept, sum of all floors, least price worth looking at.
    """
    count, floors, potential = 0, 0.0, 0.0
    find_tangents(users, peak, offset, scale, floor, members)
    for column in range(members.size):
        member = members[column]
        floors += floor[member]
        if budget <= 0.0:
            continue
        w, slope = users[W, column], users[P, column]
        rise = slope * scale[member] / max(w, 1.0)
        if scale[member] >= w * budget:
            rise = value(peak[member], offset[member], scale[member], budget) - floor[member]
            slope = rise / budget
        potential += floor[member] + max(rise, 0.0)
        if slope > 0.0:
            users[W, count] = w
            users[P, count] = slope
            index[TOUCHED, count] = member
            index[ORDER, count] = count
            count += 1
    least_price = 0.0
    if potential > 0.0:
        least_price = min(max(1e-14 * (potential / budget), 1e-300), 1e300)
    sort_descending(users[P], index[ORDER], count)
    while count > 0 and users[P, count - 1] <= least_price:
        count -= 1
    for i in range(count):
        entry = index[ORDER, i]
        users[TANGENT_W, i] = users[W, entry]
        users[LOG_SLOPE, i] = users[P, i]
        index[SOURCE, i] = index[TOUCHED, entry]
    for i in range(count):
        member = index[SOURCE, i]
        users[PEAK, i] = peak[member]
        users[OFFSET, i] = offset[member]
        users[SCALE, i] = scale[member]
        users[FLOOR, i] = floor[member]
        users[SPLIT, i] = np.nan
    find_shifts(users, count)
    for i in range(count):
        if users[FLOOR, i] > 0.0 or users[SCALE, i] >= users[TANGENT_W, i] * budget:
            users[LOG_SLOPE, i] = math.log(users[LOG_SLOPE, i])
        else:  # ln(L omega / a), where ln omega = k - 1 - omega
            users[LOG_SLOPE, i] = users[OFFSET, i] - users[TANGENT_W, i] - users[SHIFT, i]
        widen(users, i, budget)
        start_at_tangent(users, i)
        put_in_order(users, index, i, i)
    for i in range(count, users.shape[1]):
        users[RANK, i] = np.inf
    find_twins(users, index, count)
    return count, floors, least_price


@light
def find_tangents(users, peak, offset, scale, floor, members):
    """Fill in w and slope of every member's tangent point, in the rows W and P."""
    for column in range(members.size):
        member = members[column]
        users[PEAK, column], users[OFFSET, column] = peak[member], offset[member]
        users[SCALE, column] = scale[member]
    for start in range(0, members.size, EIGHT):
        tangent_eight(users, start, (0.0,))
    for column in range(members.size):
        member = members[column]
        if floor[member] > 0.0 or peak[member] <= 0.0:
            users[W, column], users[P, column] = tangent(
                peak[member], offset[member], scale[member], floor[member]
            )


@eight(0)
def tangent_eight(users: Rows, _: Lanes) -> tuple[()]:
    """Where the tangents from the origin touch."""
    omega = wright_omega(users[OFFSET] - 1.0)
    users[W] = 1.0 + omega
    users[P] = users[PEAK] * omega / users[SCALE]
    return ()


@light
def find_shifts(users, count):
    """Fill in the row SHIFT."""
    for start in range(0, count, EIGHT):
        shift_eight(users, start, (0.0,))
    for i in range(count):
        if not 1e-300 < users[SCALE, i] / users[PEAK, i] < 1e300:
            users[SHIFT, i] = log_ratio(users[SCALE, i], users[PEAK, i])


@eight(0)
def shift_eight(users: Rows, _: Lanes) -> tuple[()]:
    """Logarithms of scale over peak, where that is a number within range."""
    users[SHIFT] = logarithm(users[SCALE] / users[PEAK])
    return ()


@light
def put_in_order(users, index, place, i):
    """Let user i have a place in the order, which is filled from the first place on."""
    index[ORDER, place], users[RANK, i] = i, place
    index[REACH, place] = max(i + 1, index[REACH, place - 1] if place > 0 else 0)


@light
def log_ratio(numerator, denominator):
    """Logarithm of a ratio of positive numbers that may itself be out of range."""
    ratio = numerator / denominator
    if 1e-300 < ratio < 1e300:
        return math.log(ratio)
    return math.log(numerator) - math.log(denominator)


@light
def widen(users, i, budget):
    """Give user i the whole interval [0, budget] and the root's envelope."""
    w = users[TANGENT_W, i]
    reach = users[SCALE, i] / w
    users[KIND, i] = CAPPED if reach >= budget else FREE
    users[ON, i] = min(reach, budget)
    users[LOW, i], users[HIGH, i] = 0.0, budget
    users[LOG_LIMIT, i] = users[LOG_SLOPE, i]
    users[LIMIT_W, i] = w


@light
def start_at_tangent(users, i):
    """Make the tangent point the last point of user i."""
    w, users[LOG_PRICE, i] = users[TANGENT_W, i], users[LOG_LIMIT, i]
    users[W, i], users[FIRST, i], users[SECOND, i] = w, 1.0, -2.0 / w
    if users[FLOOR, i] > 0.0 or users[KIND, i] == CAPPED:
        level, first, second = log_slope(w, users[OFFSET, i])
        users[LOG_PRICE, i] = level - users[SHIFT, i]
        users[FIRST, i], users[SECOND, i] = first, second


@light
def find_twins(users, index, count):
    """Mark for every user the range of users with the same four parameters."""
    first = 0
    for i in range(1, count + 1):
        alike = i < count
        if alike:
            for row in (PEAK, OFFSET, SCALE, FLOOR):
                alike = alike and users[row, i] == users[row, first]
        if not alike:
            for j in range(first, i):
                index[TWIN_FIRST, j], index[TWIN_LAST, j] = first, i - 1
            first = i


@light
def keep_best(users, count, gain, best):
    """Store the allocation of the last evaluated point if it earns more; the best gain."""
    if gain <= best:
        return best
    for i in range(count):
        users[BEST_P, i] = users[P, i]
    return gain
