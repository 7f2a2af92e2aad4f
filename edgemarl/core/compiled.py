"""Small compiled functions that do in one pass over an array what numpy does in several."""

from typing import Any

import numba
import numpy as np


def compiled(function: Any) -> Any:
    """Compile a function of arrays and numbers at its first call; the code is kept on disk.

    The function must not call compiled functions of other files of ours: what is kept on disk is
    renewed when the function's own file changes, not when another one does.
    """
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


@compiled
def extent(values):
    """Least and greatest entry of a non-empty one-dimensional array; NaN where there is a NaN."""
    low = high = values[0]
    for value in values:
        if value < low:
            low = value
        elif value > high:
            high = value
        elif value != value:
            return value, value
    return low, high


@compiled
def scatter_rows(rows, owner, num_owners):
    """Each owner's rows (U, F) in an array (num_owners, U, F), zero elsewhere."""
    spread = np.zeros((num_owners, *rows.shape), rows.dtype)
    scatter_into(spread, rows, owner)
    return spread


@compiled
def scatter_rows_of_each(rows, owner, num_owners):
    """As :func:`scatter_rows` for E copies: rows (E, U, F) to (E, num_owners, U, F)."""
    copies, users, features = rows.shape
    spread = np.zeros((copies, num_owners, users, features), rows.dtype)
    for copy in range(copies):
        scatter_into(spread[copy], rows[copy], owner[copy])
    return spread


@compiled
def scatter_into(spread, rows, owner):
    """Write each owner's rows (U, F) into its part of (num_owners, U, F)."""
    for user in range(rows.shape[0]):
        for feature in range(rows.shape[1]):
            spread[owner[user], user, feature] = rows[user, feature]
