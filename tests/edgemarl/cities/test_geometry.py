import numpy as np
import pytest

from edgemarl.cities.geometry import (
    EARTH_RADIUS,
    area,
    convex_hull,
    inside,
    to_degrees,
    to_plane,
    uniform_inside,
)

RNG = np.random.default_rng
SQUARE = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])


def test_degrees_to_metres_by_hand():
    """A degree of latitude is pi R / 180 = 111,195 m; at 60 degrees, one of longitude is half."""
    degree = np.pi * EARTH_RADIUS / 180
    assert degree == pytest.approx(111_195, abs=1)
    found = to_plane(np.array([[60.0, 10.0], [61.0, 10.0], [60.0, 11.0]]), (60.0, 10.0))
    np.testing.assert_allclose(found, [[0, 0], [0, degree], [degree / 2, 0]], atol=1e-6)


def test_distances_are_those_on_the_globe():
    """The haversine formula, over a city of 3 km."""
    degrees = np.array([-37.815, 144.963]) + RNG(0).uniform(-0.015, 0.015, (50, 2))
    position = to_plane(degrees, (-37.815, 144.963))
    (phi, lam), (phi_0, lam_0) = np.radians(degrees).T, np.radians(degrees[0])
    half = np.sin((phi - phi_0) / 2) ** 2
    half += np.cos(phi) * np.cos(phi_0) * np.sin((lam - lam_0) / 2) ** 2
    globe = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(half))
    flat = np.linalg.norm(position - position[0], axis=1)
    np.testing.assert_allclose(flat, globe, rtol=1e-3)


def test_metres_go_back_to_degrees():
    position = RNG(1).normal(0, 1_000, (20, 2))
    origin = (-37.8, 144.9)
    np.testing.assert_allclose(to_plane(to_degrees(position, origin), origin), position, atol=1e-6)


def test_the_hull_leaves_out_what_is_within():
    hull = convex_hull(np.concatenate([SQUARE, [[1.0, 2.0], [3.0, 3.0]]]))
    assert {tuple(corner) for corner in hull} == {tuple(corner) for corner in SQUARE}
    assert area(hull) == pytest.approx(16)
    with pytest.raises(ValueError, match="positions must span a polygon, got 3 on one line"):
        convex_hull(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]))


def test_inside_the_square_by_hand():
    points = np.array([[2, 2], [0, 0], [4, 2], [4.1, 2], [-1, 2], [2, 5], [2, -0.1]], dtype=float)
    np.testing.assert_array_equal(inside(points, SQUARE), [1, 1, 1, 0, 0, 0, 0])


def test_uniform_over_the_polygon():
    """Over the triangle (0, 0), (6, 0), (0, 3), whose centre is at (2, 1)."""
    triangle = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 3.0]])
    found = uniform_inside(triangle, 20_000, RNG(0))
    assert inside(found, triangle).all()
    np.testing.assert_allclose(found.mean(axis=0), [2, 1], atol=0.03)
    assert np.mean(found[:, 0] < 3) == pytest.approx(0.75, abs=0.01)  # 1 - (1/2)^2 of the area
    bent = uniform_inside(SQUARE, 20_000, RNG(1))
    assert np.histogram2d(*bent.T, bins=2)[0].min() > 4_700
