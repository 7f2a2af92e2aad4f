"""Shapes for the map and the bars, as arrays: all of one kind in one call."""

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.snapshot import UNDECIDED, SlotSnapshot

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
BEND = 0.16  # of a link's length that its middle lies beside the straight line
CORNERS = 12  # along each side of a link


def radio_links(snapshot: SlotSnapshot) -> Array:
    """Lines (K, 2, 2) [m] from users to their RANs, of the users who use their radio.

    Those are the users who send a task, and users for whose task nothing was decided yet.
    """
    sends = snapshot.served_by == UNDECIDED
    if "wireless" in snapshot.latency:
        sends = sends | (snapshot.latency["wireless"] > 0)
    ends = snapshot.server_position[snapshot.ran[sends]]
    return np.stack([snapshot.user_position[sends], ends], axis=1)


def forwarded(snapshot: SlotSnapshot) -> tuple[Indices, Indices, Indices]:
    """Pairs of servers between which tasks are forwarded: from, to, and how many, each (K,)."""
    away = (snapshot.served_by >= 0) & (snapshot.served_by != snapshot.ran)
    servers = len(snapshot.server_load)
    pair, count = np.unique(
        snapshot.ran[away] * servers + snapshot.served_by[away], return_counts=True
    )
    return pair // servers, pair % servers, count


def bent_wedges(start: Array, end: Array, width: Array) -> Array:
    """Outlines (K, 2 * CORNERS, 2) of bent links that widen from a tenth to their full width.

    They bend to the right of their direction, so that the two directions between a pair of
    servers lie apart.

    Args:
        start: (K, 2).
        end: (K, 2).
        width: (K,) at the end.

    >>> wedge = bent_wedges(np.array([[0.0, 0.0]]), np.array([[10.0, 0.0]]), np.array([2.0]))[0]
    >>> bool(wedge[:, 1].min() < -0.7), bool(wedge[:, 1].max() < 1.1)
    (True, True)
    """
    along = end - start
    aside = np.stack([along[:, 1], -along[:, 0]], axis=1)  # to the right
    t = np.linspace(0.0, 1.0, CORNERS)[:, None]
    middle = (start + end) / 2 + 2 * BEND * aside
    a, m, b = start[:, None], middle[:, None], end[:, None]
    centre = (1 - t) ** 2 * a + 2 * t * (1 - t) * m + t**2 * b
    tangent = (1 - t) * (m - a) + t * (b - m)
    length = np.maximum(np.linalg.norm(tangent, axis=2, keepdims=True), 1e-12)
    normal = np.stack([tangent[..., 1], -tangent[..., 0]], axis=2) / length
    half = width[:, None, None] / 2 * (0.1 + 0.9 * t)
    return np.concatenate([centre + half * normal, (centre - half * normal)[:, ::-1]], axis=1)


def bars(low: Array, high: Array, width: float) -> Array:
    """Outlines (K, 4, 2) of upright bars around the integers.

    >>> bars(np.array([0.0]), np.array([3.0]), 0.5).tolist()
    [[[-0.25, 0.0], [0.25, 0.0], [0.25, 3.0], [-0.25, 3.0]]]
    """
    left = np.arange(len(low), dtype=np.float64) - width / 2
    right = left + width
    corners = [(left, low), (right, low), (right, high), (left, high)]
    return np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)


def frame(points: Array, margin: float) -> Array:
    """Least and greatest coordinates (2, 2) of points, with a margin as a share of the extent."""
    low, high = points.min(axis=0), points.max(axis=0)
    extent = max(float((high - low).max()), 1e-9)
    return np.stack([low - margin * extent, high + margin * extent]).astype(float)


def widened(box: Array, shape: float) -> Array:
    """The least box (2, 2) of a width over height that has another one in its middle.

    >>> widened(np.array([[0.0, 0.0], [10.0, 10.0]]), 2.0).tolist()
    [[-5.0, 0.0], [15.0, 10.0]]
    """
    size = box[1] - box[0]
    grown = np.maximum(size, [shape * size[1], size[0] / shape])
    return box + np.array([[-0.5], [0.5]]) * (grown - size)
