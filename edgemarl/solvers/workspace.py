"""The rows of the compiled solver's workspace, and how it is filled for one budget.

One 2-D float array holds everything about the `m` functions that can earn anything, sorted by the
slope of their envelope, steepest first; each quantity is a row. "User" below is one function.
"""

import math

import numpy as np

from edgemarl.solvers._compile import inner
from edgemarl.solvers.closed_forms import tangent, value

# Constants of a user.
PEAK, OFFSET, SCALE, FLOOR = 0, 1, 2, 3
SHIFT = 4  # ln(a / L): log_slope(w) = ln(price) + SHIFT where f' equals the price
TANGENT_W = 5  # w of the tangent point
SLOPE = 6  # of the root envelope's straight part
ON = 7  # where the root envelope's straight part ends
SPLIT = 8  # inflection of max(f, floor); nan until somebody branches on the user
# The user's interval and envelope in the current node.
KIND = 9
LOW, HIGH = 10, 11
LOG_LIMIT = 12  # ln of the price above which the user falls back to LOW (or to 0)
LIMIT_W = 13  # w at the least allocation of a curved piece
# The last point of the curved piece: w at ln(price) = LOG_PRICE, dw / d ln(price) = GAIN.
W, LOG_PRICE, GAIN = 14, 15, 16
P, BEST_P = 17, 18  # allocation at the last point, and of the best solution
NUM_ROWS = 19

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
NUM_INT_ROWS = 6


@inner
def sort_descending(keys, values, count):
    """Sort `values[:count]` by `keys`, largest first, both in place (heap sort, ties by value)."""
    for phase in range(2):
        for step in range(count):
            if phase == 0:
                root, end = count // 2 - 1 - step, count
                if root < 0:
                    break
            else:
                end = count - 1 - step
                if end <= 0:
                    break
                keys[0], keys[end] = keys[end], keys[0]
                values[0], values[end] = values[end], values[0]
                root = 0
            while True:
                child = 2 * root + 1
                if child >= end:
                    break
                other = child + 1
                if other < end and _after(keys, values, other, child):
                    child = other
                if not _after(keys, values, child, root):
                    break
                keys[root], keys[child] = keys[child], keys[root]
                values[root], values[child] = values[child], values[root]
                root = child


@inner
def _after(keys, values, i, j):
    """Whether entry i comes after entry j in the sorted order."""
    return keys[i] < keys[j] or (keys[i] == keys[j] and values[i] > values[j])


@inner
def load(users, index, peak, offset, scale, floor, members, budget):
    """Fill the workspace with the given members under a budget.

    Users whose envelope is too flat to matter (less than 1e-14 of what can be earned at all) are
    left out: they get nothing, which costs no more than the least price times the budget.

    Returns:
        Count of users kept, sum of all floors, least price worth looking at.
    """
    count, floors, potential = 0, 0.0, 0.0
    for member in members:
        floors += floor[member]
        if budget <= 0.0:
            continue
        w, slope = tangent(peak[member], offset[member], scale[member], floor[member])
        full = value(peak[member], offset[member], scale[member], budget)
        potential += max(full, floor[member])
        if scale[member] >= w * budget:
            slope = (full - floor[member]) / budget
        if slope > 0.0:
            users[W, count] = w
            users[P, count] = slope
            index[TOUCHED, count] = member
            index[ORDER, count] = count
            count += 1
    least_price = max(1e-14 * potential / budget, 1e-300) if budget > 0.0 else 1e-300
    sort_descending(users[P], index[ORDER], count)
    while count > 0 and users[P, count - 1] <= least_price:
        count -= 1
    for i in range(count):
        entry = index[ORDER, i]
        users[TANGENT_W, i] = users[W, entry]
        users[SLOPE, i] = users[P, i]
        index[SOURCE, i] = index[TOUCHED, entry]
    for i in range(count):
        member = index[SOURCE, i]
        users[PEAK, i] = peak[member]
        users[OFFSET, i] = offset[member]
        users[SCALE, i] = scale[member]
        users[FLOOR, i] = floor[member]
        users[SHIFT, i] = math.log(scale[member]) - math.log(peak[member])
        users[SPLIT, i] = np.nan
        widen(users, i, budget)
        users[W, i] = users[TANGENT_W, i]
        users[LOG_PRICE, i], users[GAIN, i] = users[LOG_LIMIT, i], 1.0
    find_twins(users, index, count)
    return count, floors, least_price


@inner
def widen(users, i, budget):
    """Give user i the whole interval [0, budget] and the root's envelope."""
    w = users[TANGENT_W, i]
    reach = users[SCALE, i] / w if w > 0.0 else budget
    users[KIND, i] = CAPPED if reach >= budget else FREE
    users[ON, i] = min(reach, budget)
    users[LOW, i], users[HIGH, i] = 0.0, budget
    users[LOG_LIMIT, i] = math.log(users[SLOPE, i])
    users[LIMIT_W, i] = w


@inner
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


@inner
def keep_best(users, count, gain, best):
    """Store the allocation of the last evaluated point if it earns more; the best gain."""
    if gain <= best:
        return best
    for i in range(count):
        users[BEST_P, i] = users[P, i]
    return gain
