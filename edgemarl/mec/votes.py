"""What the scores of all servers mean together: the vote of section IV.C, and one with capacities.

Servers decide apart, but a vote needs all their scores: each server accepting every score above
one half on its own would claim some devices twice, against Eq. (5).
"""

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.compiled import compiled

LOCAL = -1  # the server of a task that its device computes itself
THRESHOLD = 0.5  # [1] score below which a server does not want a task
Scores = NDArray[np.floating]
Assignment = NDArray[np.int64]


def vote_max(scores: Scores, limit: NDArray[np.int64]) -> Assignment:
    """The server with the highest score for every device (the paper), (..., N); -1 for none.

    A device whose scores are all below one half computes itself. Of equal scores that of the
    server with the lower index counts.

    Args:
        scores: (..., M, N) between 0 and 1.
        limit: (M,) without effect here.

    >>> vote_max(np.array([[0.7, 0.4], [0.8, 0.3], [0.2, 0.2]]), np.array([1, 1, 1]))
    array([ 1, -1])
    """
    return _wanted(*_highest(scores))


def vote_capacity(scores: Scores, limit: NDArray[np.int64]) -> Assignment:
    """:func:`vote_max`, after which a server keeps only as many devices as its limit, (..., N).

    It keeps those with its highest scores, of equal ones those with lower indices. The others
    compute themselves.

    Args:
        scores: (..., M, N) between 0 and 1.
        limit: (M,) most devices of a server.

    >>> vote_capacity(np.array([[0.7, 0.9, 0.8], [0.2, 0.2, 0.1]]), np.array([2, 2]))
    array([-1,  0,  0])
    """
    server, best = _highest(scores)
    assignment = _wanted(server, best)
    flat, best = assignment.reshape(-1), best.reshape(-1)
    away = np.flatnonzero(flat != LOCAL)
    # Every slot's servers have numbers of their own.
    server = flat[away] + away // assignment.shape[-1] * len(limit)
    order = np.lexsort((-best[away], server))
    wanted = np.bincount(server, minlength=flat.size // assignment.shape[-1] * len(limit))
    before = np.repeat(np.cumsum(wanted) - wanted, wanted)  # of servers with lower numbers
    beyond = np.arange(len(away)) - before >= limit[server[order] % len(limit)]
    flat[away[order[beyond]]] = LOCAL
    return assignment


def _wanted(server: Assignment, score: Scores) -> Assignment:
    """The servers whose scores are high enough, -1 for others."""
    return np.where(score >= THRESHOLD, server, LOCAL)


def _highest(scores: Scores) -> tuple[Assignment, Scores]:
    """The server with the highest score for every device, the first of equals, and the score."""
    if scores.dtype not in (np.float32, np.float64):
        scores = scores.astype(float)
    shape = *scores.shape[:-2], scores.shape[-1]
    server, best = highest_of_each(scores.reshape(-1, *scores.shape[-2:]))
    return server.reshape(shape), best.reshape(shape)


@compiled
def highest_of_each(scores):
    """Index of the first highest score (K, M, N) along M, (K, N), and the score."""
    slots, servers, devices = scores.shape
    best = scores[:, 0].copy()
    server = np.zeros((slots, devices), np.int64)
    for k in range(slots):
        for j in range(1, servers):
            for i in range(devices):
                if scores[k, j, i] > best[k, i]:
                    best[k, i] = scores[k, j, i]
                    server[k, i] = j
    return server, best


VOTES = MappingProxyType({"max": vote_max, "capacity": vote_capacity})
