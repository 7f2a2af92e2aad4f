"""Prices that minimise the dual: worked examples, the claimed distance, few evaluations."""

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids, conjugate
from edgemarl.solvers.curves import NumericCurves, curves_of
from edgemarl.solvers.prices import SHORTLIST, minimize_prices

OMEGA = 0.5671432904097838  # omega(0): a tangent at p = 1 / (1 + OMEGA) for L = a = k = 1


def solve(family, budgets, outside, **options):
    shape = len(outside), len(budgets)
    upper = np.broadcast_to(budgets, shape).ravel()
    return minimize_prices(curves_of(family, upper), budgets, outside, **options)


def dual(family, budgets, outside, prices):
    shape = len(outside), len(budgets)
    every = [np.broadcast_to(part, shape).ravel() for part in (prices, budgets)]
    best, _ = conjugate(family, every[0], upper=every[1])
    return prices @ budgets + np.maximum(best.reshape(shape).max(axis=1), outside).sum()


def alike(count):
    return LatencySigmoids(np.ones(count), np.ones(count), np.ones(count))


@pytest.fixture
def large(rng, random_family):
    return random_family(rng, 60 * 5), rng.uniform(2.0, 10.0, 5), rng.uniform(0.0, 0.3, 60)


@pytest.mark.parametrize("room", [1.5, 2.5])
def test_alike_functions_share_along_their_envelope(room):
    """Three alike and one budget for `room` of them: the envelope's value, at its slope."""
    reach = 1 / (1 + OMEGA)
    found = solve(alike(3), np.array([room * reach]), np.zeros(3))
    assert found.dual_value == pytest.approx(room * OMEGA * reach, rel=2e-5)
    assert found.dual_value >= room * OMEGA * reach * (1 - 1e-12)
    assert found.prices.item() == pytest.approx(OMEGA, rel=1e-3)


def test_where_one_budget_serves_none_well_one_takes_all():
    """Half of what the tangent point needs: the envelope of a budget ends at the budget."""
    half = 0.5 / (1 + OMEGA)
    found = solve(alike(3), np.array([half]), np.zeros(3))
    assert found.dual_value == pytest.approx(1 / (1 + np.exp(1 / half - 1)), rel=2e-5)


def test_one_function_takes_the_better_budget():
    """Five units or one: all of the five, and the other budget is worth nothing."""
    found = solve(alike(2), np.array([5.0, 1.0]), np.zeros(1))
    full = 1 / (1 + np.exp(-(1 - 1 / 5)))
    assert found.dual_value == pytest.approx(full, rel=2e-5)
    assert found.prices[1] < 1e-4


def test_whoever_is_better_off_outside_stays_there():
    found = solve(alike(2), np.array([5.0, 1.0]), np.array([0.9]))
    assert found.dual_value == pytest.approx(0.9, rel=2e-5)


@pytest.mark.parametrize("size", [0, 3])
def test_nothing_to_earn(size):
    family = LatencySigmoids(np.zeros(2 * size), np.zeros(2 * size), np.ones(2 * size))
    found = solve(family, np.ones(2), np.zeros(size))
    assert found.dual_value == found.distance == 0.0
    np.testing.assert_array_equal(found.prices, [0.0, 0.0])


def test_the_value_is_the_dual_and_its_distance_is_as_claimed(large):
    family, budgets, outside = large
    least = solve(family, budgets, outside, tolerance=1e-9, max_calls=400)
    for tolerance in (1e-2, 1e-3, 1e-4, 1e-5):
        found = solve(family, budgets, outside, tolerance=tolerance)
        assert found.dual_value == pytest.approx(
            dual(family, budgets, outside, found.prices), rel=1e-10
        )
        above = found.dual_value - least.dual_value
        assert -1e-9 <= above <= found.distance * 1.5 + 1e-9
        assert found.distance <= tolerance * found.dual_value
        assert found.num_calls <= 30


@pytest.fixture
def many(rng, random_family):
    """More budgets than a function looks at first, and many functions to each."""
    assert 2 * SHORTLIST < 30
    return random_family(rng, 300 * 30), rng.uniform(5.0, 20.0, 30), np.zeros(300)


def test_looking_at_some_budgets_finds_what_looking_at_all_does(many, monkeypatch):
    some = solve(*many)
    monkeypatch.setattr("edgemarl.solvers.prices.SHORTLIST", len(many[1]))
    every = solve(*many)
    assert some.dual_value == pytest.approx(every.dual_value, rel=2e-5)
    assert some.dual_value == pytest.approx(dual(*many, some.prices), rel=1e-10)
    assert some.distance <= 2e-5 * some.dual_value
    assert some.gain.shape == (300, 30)


@pytest.mark.parametrize("count", [1, 2])
def test_too_short_a_list_grows(many, monkeypatch, count):
    """With one budget each at first, prices are wrong until functions look at more."""
    every = solve(*many).dual_value
    monkeypatch.setattr("edgemarl.solvers.prices.SHORTLIST", count)
    assert solve(*many).dual_value == pytest.approx(every, rel=3e-5)


def test_some_of_numeric_curves(many):
    family, budgets, _ = many
    upper = np.broadcast_to(budgets, (300, 30)).ravel()
    taken = NumericCurves(family, upper).take(np.arange(0, 80, 7))
    price = np.full(12, 0.3)
    for one, other in zip(taken.at(price), solved_alone(family, upper).at(price), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3)


def solved_alone(family, upper):
    return curves_of(family, upper).take(np.arange(0, 80, 7))


def test_no_price_nearby_is_better(large, rng):
    family, budgets, outside = large
    found = solve(family, budgets, outside)
    for _ in range(200):
        prices = found.prices * np.exp(rng.normal(0.0, 10 ** rng.uniform(-4, -1), 5))
        assert dual(family, budgets, outside, prices) >= found.dual_value * (1 - 1.5e-5)


def test_fewer_calls_only_loosen_the_bound(large):
    values = [solve(*large, max_calls=calls).dual_value for calls in (1, 2, 4, 8, 16)]
    assert (np.diff(values) <= 0).all()
    assert values[-1] < values[0]


def test_units_do_not_matter(large):
    family, budgets, outside = large
    found = solve(family, budgets, outside)
    scaled = LatencySigmoids(3 * family.peak, family.offset, 1e9 * family.scale)
    other = solve(scaled, 1e9 * budgets, 3 * outside)
    assert other.dual_value == pytest.approx(3 * found.dual_value, rel=1e-6)
    np.testing.assert_allclose(other.prices, 3e-9 * found.prices, rtol=1e-2)


@pytest.mark.parametrize(
    ("budgets", "outside", "name"),
    [(np.zeros(2), np.zeros(1), "budgets"), (np.ones(2), np.full(1, -1.0), "outside")],
)
def test_errors_name_what_is_wrong(budgets, outside, name):
    curves = curves_of(alike(2), np.ones(2))
    with pytest.raises(ValueError, match=f"{name} must"):
        minimize_prices(curves, budgets, outside)
