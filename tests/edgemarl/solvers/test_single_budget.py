"""The best allocation of one budget: by hand, against grids, and by both backends."""

import itertools
import math

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids, Status, conjugate, maximize
from tests.certificates import BACKENDS, check_certificate


@pytest.mark.parametrize("backend", BACKENDS)
def test_two_users_alike_by_hand(backend):
    # offset = scale = 1: at p = 1 each, s = 1/2 and f' = 1/4; the relaxation is exact.
    result = maximize(LatencySigmoids(np.ones(2), np.ones(2), np.ones(2)), 2.0, backend=backend)
    assert result.allocation == pytest.approx([1.0, 1.0], rel=1e-8)
    assert result.objective == pytest.approx(1.0, rel=1e-12)
    assert result.dual_multiplier == pytest.approx(0.25, rel=1e-8)
    assert result.shadow_price == pytest.approx(0.25, rel=1e-8)
    assert result.num_nodes == 1
    assert result.status == Status.OPTIMAL
    assert result.wall_time > 0.0


@pytest.mark.parametrize("backend", BACKENDS)
def test_prices_differ_where_branching_was_needed(backend):
    # offset 2, scale 1: the envelope is straight up to 1/2 with slope 1. Within 3/4 the relaxation
    # buys one user whole and half of the other at price 1, while the best is 3/8 for each.
    family = LatencySigmoids(np.ones(2), np.full(2, 2.0), np.ones(2))
    result = maximize(family, 0.75, backend=backend)
    s = 1 / (1 + math.exp(8 / 3 - 2))
    assert result.allocation == pytest.approx([0.375, 0.375], rel=1e-6)
    assert result.objective == pytest.approx(2 * s, rel=1e-12)
    assert result.dual_multiplier == pytest.approx(1.0)
    assert result.shadow_price == pytest.approx(s * (1 - s) * (8 / 3) ** 2, rel=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("with_floor", [False, True])
def test_no_grid_point_is_better(rng, random_family, grid_optimum, backend, size, with_floor):
    for budget in (0.1, 0.5, 1.5, 4.0):
        family = random_family(rng, size)
        floor = rng.uniform(-0.3, 1.0, size) if with_floor else None
        result = maximize(family, budget, floor=floor, backend=backend)
        optimum = grid_optimum(family, budget, floor)
        assert result.status == Status.OPTIMAL
        assert result.upper_bound >= optimum
        assert result.objective >= optimum * (1 - 1e-6)
        check_certificate(family, budget, floor, result)


def test_backends_agree(rng, random_family):
    for round_ in range(200):
        size = int(rng.integers(1, 9))
        family, budget = random_family(rng, size), float(rng.uniform(0.1, 4.0))
        floor = rng.uniform(-0.2, 0.8, size) if round_ % 2 else None
        fast = maximize(family, budget, floor=floor, backend="compiled")
        slow = maximize(family, budget, floor=floor, backend="reference")
        assert fast.status == slow.status == Status.OPTIMAL
        assert fast.objective == pytest.approx(slow.objective, rel=1.1e-6)
        assert min(fast.upper_bound, slow.upper_bound) >= max(fast.objective, slow.objective)
        # The multipliers may differ where the dual function is flat, its value may not.
        duals = [dual(family, budget, floor, x.dual_multiplier) for x in (fast, slow)]
        assert duals[0] == pytest.approx(duals[1], rel=1e-9)


def dual(family, budget, floor, price):
    worth, _ = conjugate(family, price, upper=budget, floor=floor)
    return price * budget + worth.sum()


@pytest.mark.parametrize("backend", BACKENDS)
def test_users_alike_share_or_go_without(backend):
    # Room for two and a half of each kind of user.
    family = LatencySigmoids(*np.repeat([[1.0, 0.8], [4.0, 6.0], [1.0, 1.2]], 4, axis=1))
    result = maximize(family, 1.3, backend=backend)
    assert result.status == Status.OPTIMAL
    check_certificate(family, 1.3, None, result)
    for kind in (slice(0, 4), slice(4, 8)):
        served = result.allocation[kind][result.allocation[kind] > 0.0]
        np.testing.assert_allclose(served, served[:1].repeat(len(served)), rtol=1e-4)


def test_users_alike_need_few_nodes():
    for size, room in itertools.product((10, 20, 60), (2.5, 5.5, 8.5)):
        family = LatencySigmoids(np.ones(size), np.full(size, 4.0), np.ones(size))
        assert maximize(family, room * 0.27).num_nodes <= 7


def test_the_dual_function_at_the_multiplier_bounds_the_bound(rng, random_family):
    for _ in range(20):
        family, floor = random_family(rng, 30), rng.uniform(0.0, 0.3, 30)
        result = maximize(family, 4.0, floor=floor)
        bound = dual(family, 4.0, floor, result.dual_multiplier)
        assert bound >= result.upper_bound * (1 - 1e-9)


def test_shadow_price_is_what_more_budget_is_worth(rng, random_family):
    for _ in range(20):
        family = random_family(rng, 10)
        here, more = (maximize(family, budget, tolerance=1e-9) for budget in (2.0, 2.0 + 1e-4))
        if ((here.allocation > 0) == (more.allocation > 0)).all():
            slope = (more.objective - here.objective) / 1e-4
            assert slope == pytest.approx(here.shadow_price, rel=1e-2)


def test_order_of_the_users_does_not_matter(rng, random_family):
    for _ in range(20):
        family, floor = random_family(rng, 15), rng.uniform(0.0, 0.3, 15)
        order = rng.permutation(15)
        here = maximize(family, 3.0, floor=floor)
        there = maximize(family.take(order), 3.0, floor=floor[order])
        np.testing.assert_allclose(there.allocation, here.allocation[order], rtol=1e-9)
        assert there.objective == pytest.approx(here.objective, rel=1e-14)


def test_node_limit_is_honest(rng, random_family):
    family = random_family(rng, 200)
    best = maximize(family, 20.0, tolerance=1e-9)
    for max_nodes in (1, 2, 3, 5):
        stopped = maximize(family, 20.0, tolerance=1e-9, max_nodes=max_nodes)
        assert stopped.num_nodes <= max_nodes
        assert stopped.upper_bound >= best.objective
        assert stopped.objective <= best.upper_bound
        if stopped.gap > 1e-9:
            assert stopped.status == Status.NODE_LIMIT


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_gap_that_rounding_keeps_open_is_not_called_a_node_limit(backend):
    family = LatencySigmoids(np.ones(2), np.full(2, 2.0), np.ones(2))
    result = maximize(family, 0.75, tolerance=1e-15, backend=backend)
    assert result.num_nodes < 20
    assert result.status == Status.NUMERICAL
    check_certificate(family, 0.75, None, result)


def test_time_limit_is_honest():
    # A tolerance that rounding does not allow keeps the search going until it is stopped.
    noise = 1 + 1e-6 * np.random.default_rng(0).normal(size=(3, 200))
    family = LatencySigmoids(noise[0], 4 * noise[1], noise[2])
    result = maximize(family, 50.5 * 0.27, tolerance=1e-13, time_limit=1e-9)
    assert result.status == Status.TIME_LIMIT
    check_certificate(family, 50.5 * 0.27, None, result)
    plenty = maximize(family, 50.5 * 0.27, time_limit=60.0)
    assert plenty.status == Status.OPTIMAL


FAMILY = LatencySigmoids(np.ones(2), np.ones(2), np.ones(2))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"budget": math.inf}, "budget must be non-negative and finite, got inf"),
        ({"budget": math.nan}, "budget must be non-negative and finite, got nan"),
        ({"budget": -1.0}, "budget must be non-negative and finite, got -1.0"),
        ({"floor": np.array([np.inf, 0.0])}, "floor must be finite, got inf at index 0"),
        ({"floor": np.zeros(1)}, r"floor must have shape \(2,\), got \(1,\)"),
        ({"tolerance": 1.0}, "tolerance must be between 0 and 1, got 1.0"),
        ({"max_nodes": -3}, "max_nodes must be at least 1 .* got -3"),
        ({"time_limit": 0.0}, "time_limit must be positive, or None for no limit, got 0.0"),
        ({"backend": "julia"}, "backend must be one of auto, .*, cvxpy, got 'julia'"),
        ({"family": LatencySigmoids(*np.ones((3, 2, 2)))}, "family must be one-dimensional"),
    ],
)
@pytest.mark.parametrize("backend", BACKENDS)
def test_bad_arguments_are_named(change, message, backend):
    with pytest.raises(ValueError, match=message):
        maximize(**({"family": FAMILY, "budget": 1.0, "backend": backend} | change))


def test_the_compiled_backend_wants_its_own_family():
    class Other:
        pass

    with pytest.raises(TypeError, match=r"needs a LatencySigmoids, got Other; use backend="):
        maximize(Other(), 1.0, backend="compiled")  # type: ignore[arg-type]
