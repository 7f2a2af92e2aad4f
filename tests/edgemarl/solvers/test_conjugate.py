import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids, conjugate


def test_conjugate_by_hand():
    # offset 1, scale 1: at p = 1 the slope is 1/4, so f - p / 4 = 1/2 - 1/4.
    family = LatencySigmoids(np.ones(1), np.ones(1), np.ones(1))
    value, p = conjugate(family, 0.25, upper=10.0)
    assert value == pytest.approx([0.25])
    assert p == pytest.approx([1.0])


def test_prices_above_the_tangent_slope_buy_nothing():
    # offset 2: tangent slope peak * omega(1) / scale = 2/3.
    family = LatencySigmoids(np.full(2, 2.0), np.full(2, 2.0), np.full(2, 3.0))
    value, p = conjugate(family, np.array([0.66, 0.67]), upper=10.0)
    assert p[0] == pytest.approx(1.5, rel=0.05)
    assert p[1] == 0.0
    assert value[1] == 0.0


@pytest.mark.parametrize("with_floor", [False, True])
def test_conjugate_agrees_with_a_grid(rng, with_floor):
    shape = (20, 3)
    family = LatencySigmoids(
        rng.uniform(0.5, 2.0, shape), rng.normal(3.0, 3.0, shape), rng.uniform(0.1, 4.0, shape)
    )
    price, upper = rng.uniform(0.0, 1.0, 3), rng.uniform(0.2, 3.0, 3)
    floor = rng.uniform(-0.2, 1.0, (20, 1)) if with_floor else None
    value, p = conjugate(family, price, upper=upper, floor=floor)
    least = np.zeros(1) if floor is None else np.maximum(floor, 0.0)
    grid = np.linspace(0.0, 1.0, 4001)[:, None, None] * upper
    worth = np.maximum(family.value(grid), least) - price * grid
    assert (value >= worth.max(axis=0) - 1e-13).all()
    np.testing.assert_allclose(value, worth.max(axis=0), atol=2e-6)
    np.testing.assert_allclose(np.maximum(family.value(p), least) - price * p, value, atol=1e-13)
    assert ((p >= 0.0) & (p <= upper)).all()


def test_a_matrix_is_the_sum_of_its_parts(rng):
    family = LatencySigmoids(np.ones((5, 2)), rng.normal(3, 2, (5, 2)), rng.uniform(0.1, 3, (5, 2)))
    price, upper, floor = np.array([0.1, 0.3]), np.array([1.0, 2.0]), rng.uniform(0, 0.5, (5, 1))
    value, p = conjugate(family, price, upper=upper, floor=floor)
    for u in range(5):
        for h in range(2):
            one = LatencySigmoids(*(x[u, h] for x in (family.peak, family.offset, family.scale)))
            alone = conjugate(one, price[h], upper=upper[h], floor=floor[u, 0])
            assert (value[u, h], p[u, h]) == (alone[0], alone[1])


def test_edges():
    family = LatencySigmoids(np.array([1.0, 0.0]), np.array([5.0, 5.0]), np.ones(2))
    assert conjugate(family, 0.0, upper=2.0)[1].tolist() == [2.0, 0.0]
    assert conjugate(family, 1.0, upper=0.0)[0].tolist() == [0.0, 0.0]
    assert conjugate(family, 0.1, upper=9.0, floor=3.0)[0].tolist() == [3.0, 3.0]
    assert conjugate(family, 1e300, upper=9.0)[1].tolist() == [0.0, 0.0]
    value, p = conjugate(family, 1e-300, upper=1e12)
    assert value[0] == pytest.approx(1 / (1 + np.exp(-5.0)))
    assert p[0] == 1e12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"price": -1.0, "upper": 1.0}, "price must be non-negative and finite, got -1.0"),
        ({"price": np.nan, "upper": 1.0}, "price must be non-negative and finite, got nan"),
        ({"price": 1.0, "upper": np.inf}, "upper must be non-negative and finite, got inf"),
        ({"price": 1.0, "upper": 1.0, "floor": [0.0, np.nan]}, "floor must be finite, got nan at"),
        ({"price": np.ones(3), "upper": 1.0}, r"broadcast, got \(2,\), \(3,\), \(\) and \(\)"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    family = LatencySigmoids(np.ones(2), np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match=message):
        conjugate(family, arguments.pop("price"), **arguments)
