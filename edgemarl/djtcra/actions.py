"""Actions of servers as agents: what a matrix of choices or of probabilities means."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.compiled import extent

ACTIONS = ("discrete", "probability")
NUMBERS = "iufb"  # kinds of numpy's types that hold real numbers


def decode_choices(
    choices: NDArray[Any], owner: NDArray[np.int64], num_servers: int, agents: Sequence[str]
) -> NDArray[np.int64]:
    """The assignment (U,) that each user's owner chose, from integer choices (N, U)."""
    check_choices(choices, num_servers, agents)
    return choices[owner, np.arange(len(owner))].astype(np.int64)


def check_choices(choices: NDArray[Any], num_servers: int, agents: Sequence[str]) -> None:
    """ValueError unless all choices, (N,) or (N, U), are server indices; says where."""
    if not np.issubdtype(choices.dtype, np.integer):
        raise ValueError(f"actions must be integers (server indices), got {choices.dtype}")
    if within(choices, num_servers):
        return
    agent, *row = np.argwhere((choices < 0) | (choices >= num_servers))[0]
    raise ValueError(
        f"action of {agents[agent]} must be a server index from 0 to {num_servers - 1}, "
        f"got {choices[agent, *row]}{f' at row {row[0]}' if row else ''}"
    )


def within(choices: NDArray[Any], num_servers: int) -> bool:
    """Whether an array of any shape holds nothing but server indices."""
    if not np.issubdtype(choices.dtype, np.integer):
        return False
    least, greatest = extent(choices.reshape(-1)) if choices.size else (0, 0)
    return least >= 0 and greatest < num_servers


def decode_probabilities(
    probabilities: NDArray[Any], owner: NDArray[np.int64], agents: Sequence[str]
) -> NDArray[np.int64]:
    """The assignment (U,) by the greatest probability, Eq. (21), from matrices (N, U, H)."""
    if probabilities.dtype.kind not in NUMBERS:
        raise ValueError(f"actions must be numbers (probabilities), got {probabilities.dtype}")
    rows = probabilities[owner, np.arange(len(owner))]
    good, best = likeliest(rows)
    if not good.all():
        row = int((~good).argmax())
        raise ValueError(
            f"action of {agents[owner[row]]} must have a positive finite maximum in every row of "
            f"a connected user, got {rows[row].tolist()} at row {row}"
        )
    return best


def likeliest(rows: NDArray[Any]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Whether rows (..., H) have a positive finite maximum, and where each has its greatest.

    None has one where the rows are no numbers.
    """
    if rows.dtype.kind not in NUMBERS:
        return np.zeros(rows.shape[:-1], bool), np.zeros(rows.shape[:-1], np.int64)
    good = np.isfinite(rows).all(axis=-1) & (rows.max(axis=-1) > 0)
    return good, rows.argmax(axis=-1)
