"""Plane geometry of a city: from degrees to metres, and the polygon that people stay in."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
EARTH_RADIUS = 6_371_008.8  # [m] mean radius
TOUCHING = 1e-6  # [m] by which a point may be outside and count as inside


def to_plane(degrees: Array, origin: tuple[float, float]) -> Array:
    """Metres east and north of an origin.

    x = R cos(phi_0) (lambda - lambda_0) and y = R (phi - phi_0), with angles in radians.

    Within 10 km of the origin, and away from the poles, distances in this plane are those on the
    globe to about 0.1 %.

    Args:
        degrees: (N, 2) latitude phi and longitude lambda [degree].
        origin: latitude and longitude of the origin [degree].

    Returns:
        (N, 2) [m].
    """
    away = np.radians(np.asarray(degrees, dtype=float) - np.asarray(origin))
    east = EARTH_RADIUS * np.cos(np.radians(origin[0])) * away[:, 1]
    return np.stack([east, EARTH_RADIUS * away[:, 0]], axis=1)


def to_degrees(position: Array, origin: tuple[float, float]) -> Array:
    """Latitude and longitude (N, 2) [degree] of positions (N, 2) [m]: :func:`to_plane` undone."""
    scale = EARTH_RADIUS * np.cos(np.radians(origin[0]))
    away = np.stack([position[:, 1] / EARTH_RADIUS, position[:, 0] / scale], axis=1)
    return np.degrees(away) + np.asarray(origin)


def convex_hull(position: Array) -> Array:
    """Corners (K, 2) of the least convex polygon around positions (N, 2), counter-clockwise.

    Raises:
        ValueError: for positions on one line, around which there is no polygon.
    """
    from scipy.spatial import ConvexHull, QhullError  # only where a city is loaded

    try:
        hull = ConvexHull(position)
    except (QhullError, ValueError) as error:
        raise ValueError(
            f"positions must span a polygon, got {len(position)} on one line or at one place"
        ) from error
    return position[hull.vertices]


def inside(position: Array, polygon: Array) -> NDArray[np.bool_]:
    """Whether positions (N, 2) lie in a convex polygon (K, 2) with counter-clockwise corners."""
    side = np.roll(polygon, -1, axis=0) - polygon
    length = np.hypot(side[:, 0], side[:, 1])
    away = position[:, None, :] - polygon
    left = side[:, 0] * away[..., 1] - side[:, 1] * away[..., 0]  # cross product, area
    return np.asarray((left >= -TOUCHING * length).all(axis=1))


def area(polygon: Array) -> float:
    """Area [m^2] of a polygon (K, 2), by the shoelace formula.

    >>> area(np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 3.0], [0.0, 3.0]]))
    6.0
    """
    x, y = polygon.T
    return float(0.5 * abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def uniform_inside(polygon: Array, count: int, rng: np.random.Generator) -> Array:
    """Positions (count, 2) uniform over a convex polygon (K, 2).

    The polygon is a fan of triangles from its first corner: one is drawn by its area, then a point
    of the parallelogram that it is half of, folded back where it is in the other half.
    """
    first, second, third = polygon[0], polygon[1:-1], polygon[2:]
    along, across = second - first, third - first
    size = np.abs(along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0])
    triangle = rng.choice(len(size), size=count, p=size / size.sum())
    share = rng.random((count, 2))
    share = np.where(share.sum(axis=1, keepdims=True) > 1, 1 - share, share)
    return first + share[:, :1] * along[triangle] + share[:, 1:] * across[triangle]
