import doctest
import importlib

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemarl.solvers import LatencySigmoids, Status, maximize
from edgemarl.solvers.general import (
    Floored,
    Hill,
    Logistic,
    Mixed,
    NormalCDF,
    SigmoidalProgram,
    maximize_program,
)


def check(program, result, tolerance=1e-6):
    """What must hold of every answer."""
    assert result.status == Status.OPTIMAL
    assert (result.x >= program.lower).all()
    assert (result.x <= program.upper).all()
    assert (program.A @ result.x <= program.b + 1e-9).all()
    np.testing.assert_allclose(program.C @ result.x, program.d, atol=1e-9)
    assert result.objective == program.value(result.x)
    assert result.upper_bound >= result.objective
    assert 0.0 <= result.gap <= tolerance


def test_standard_problems(standard, backend):
    program = standard.program
    result = maximize_program(program, **backend)
    check(program, result)
    assert result.objective == pytest.approx(standard.objective, rel=1e-6, abs=1e-6)
    assert result.upper_bound >= standard.objective
    if standard.x is not None:
        np.testing.assert_allclose(result.x, standard.x, atol=3e-3)
    multipliers = np.append(result.dual_multiplier, result.equality_multiplier)
    np.testing.assert_allclose(multipliers, standard.dual, atol=3e-3)
    assert result.num_failures == 0


def test_shadow_prices_explain_the_slopes():
    # Two of three logistics share 6 as 3 and 3; the slope there is 4 s (1 - s) with s = f(3).
    family = Logistic(np.ones(3), 4.0, 2.0)
    program = SigmoidalProgram(family, lower=0.0, upper=10.0, A=np.ones((2, 3)), b=[6.0, 7.0])
    result = maximize_program(program)
    s = 1.0 / (1.0 + np.exp(-4.0))
    assert sorted(result.x.round(2)) == [0.0, 3.0, 3.0]
    np.testing.assert_allclose(result.shadow_price, [4.0 * s * (1.0 - s), 0.0], rtol=1e-3)
    # The root's price is that of the envelope, f(t) / t at its tangent point, and larger.
    assert result.dual_multiplier[0] > 4.0 * result.shadow_price[0]


@pytest.mark.parametrize("seed", range(12))
def test_nothing_on_a_grid_is_better(seed, random_program, box_grid_optimum):
    program = random_program(seed)
    result = maximize_program(program)
    check(program, result)
    best = box_grid_optimum(program)
    assert result.upper_bound >= best
    assert result.objective >= best - 1e-6


def test_nothing_on_a_line_is_better(rng):
    for _ in range(4):
        family = Mixed(
            [
                NormalCDF(rng.uniform(0.5, 2.0), rng.normal(), rng.uniform(0.1, 1.0)),
                Logistic(rng.uniform(0.5, 2.0), rng.uniform(1.0, 9.0), rng.normal()),
            ]
        )
        program = SigmoidalProgram(family, lower=-3.0, upper=2.0, C=[[2.0, -1.0]], d=[-1.5])
        result = maximize_program(program)
        check(program, result)
        line = np.linspace(-2.25, 0.25, 20001)  # x2 = 2 x1 + 1.5 in [-3, 2]
        best = max(program.value(np.array([x, 2.0 * x + 1.5])) for x in line)
        assert best - 1e-6 <= result.objective <= best + 1e-4
        assert result.upper_bound >= best


def test_agrees_with_the_compiled_path_on_one_budget(rng, random_family, backend):
    for size, with_floor in ((1, False), (4, True), (8, False), (15, True)):
        family = random_family(rng, size)
        floor = rng.uniform(-0.2, 0.3, size) if with_floor else None
        program = SigmoidalProgram.single_budget(family, 3.0, floor)
        result = maximize_program(program, **backend)
        exact = maximize(family, 3.0, floor=floor)
        check(program, result)
        assert result.objective == pytest.approx(exact.objective, rel=2e-6)
        assert result.upper_bound >= exact.objective
        assert result.objective <= exact.upper_bound
        assert result.num_nodes < 100
        assert result.x.sum() <= 3.0


def test_units_of_cycles_per_second_close_like_any_other(rng):
    size, budget = 15, 3e10  # [cycles/s]
    family = LatencySigmoids(
        rng.uniform(0.5, 1.0, size), rng.normal(5.0, 3.0, size), rng.uniform(1e9, 3e10, size)
    )
    result = maximize_program(SigmoidalProgram.single_budget(family, budget))
    exact = maximize(family, budget)
    assert result.status == Status.OPTIMAL
    assert result.num_nodes < 100
    assert result.x.sum() <= budget
    assert result.objective == pytest.approx(exact.objective, rel=2e-6)
    assert result.shadow_price[0] == pytest.approx(exact.shadow_price, rel=1e-2)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), more=st.floats(0.0, 2.0))
def test_more_room_is_never_worse(seed, more):
    family = Logistic([1.0, 0.7, 1.3], [3.0, 9.0, 1.0], np.random.default_rng(seed).normal(size=3))
    rows = np.abs(np.random.default_rng(seed + 1).normal(size=(2, 3)))
    tight, loose = (
        maximize_program(
            SigmoidalProgram(family, lower=-1.0, upper=2.0, A=rows, b=np.array([0.5, 0.7]) + extra)
        )
        for extra in (0.0, more)
    )
    assert tight.status == loose.status == Status.OPTIMAL
    assert loose.upper_bound >= tight.objective
    assert loose.objective >= tight.objective - 2e-6 * max(1.0, abs(tight.objective))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_order_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    family = Hill(rng.uniform(0.5, 2.0, 4), rng.uniform(0.5, 2.0, 4), rng.uniform(1.0, 6.0, 4))
    rows, order = rng.uniform(size=(2, 4)), rng.permutation(4)
    one = maximize_program(SigmoidalProgram(family, lower=0.0, upper=3.0, A=rows, b=[1.0, 1.5]))
    other = maximize_program(
        SigmoidalProgram(family.take(order), lower=0.0, upper=3.0, A=rows[:, order], b=[1.0, 1.5])
    )
    assert one.status == other.status == Status.OPTIMAL
    assert one.objective == pytest.approx(other.objective, abs=2e-6)
    assert one.upper_bound >= other.objective
    assert other.upper_bound >= one.objective


def test_sparse_and_dense_constraints_are_the_same(random_program):
    program = random_program(3)
    sparse = SigmoidalProgram(
        program.family, lower=program.lower, upper=program.upper, A=sp.coo_array(program.A),
        b=program.b,
    )  # fmt: skip
    dense = SigmoidalProgram(
        program.family, lower=program.lower, upper=program.upper, A=program.A.toarray(), b=program.b
    )
    np.testing.assert_array_equal(maximize_program(sparse).x, maximize_program(dense).x)


@pytest.mark.parametrize("side", ["inequality", "equality"])
def test_contradictions_are_a_status(side, backend):
    family, row = Logistic(np.ones(2), 1.0, 0.0), np.ones((1, 2))
    rows = {"A": row, "b": [1.9]} if side == "inequality" else {"C": row, "d": [4.1]}
    result = maximize_program(SigmoidalProgram(family, lower=1.0, upper=2.0, **rows), **backend)
    assert result.status == Status.INFEASIBLE
    assert result.objective == result.upper_bound == -np.inf
    assert np.isnan(result.x).all()
    assert np.isnan(result.gap)


def test_a_single_feasible_point_is_found(backend):
    family = Logistic([1.0, 2.0], 1.0, 0.0)
    program = SigmoidalProgram(family, lower=1.0, upper=2.0, A=np.ones((1, 2)), b=[2.0])
    result = maximize_program(program, **backend)
    check(program, result)
    np.testing.assert_allclose(result.x, [1.0, 1.0], atol=1e-9)


def test_variables_that_cannot_move(backend):
    program = SigmoidalProgram(Hill(np.ones(2), 1.0, 2.0), lower=[1.0, 0.0], upper=[1.0, 3.0])
    result = maximize_program(program, **backend)
    check(program, result)
    assert result.objective == pytest.approx(0.5 + 0.9)
    assert result.x.tolist() == [1.0, 3.0]


def test_nothing_to_choose(backend):
    family = Logistic(np.empty(0), np.empty(0), np.empty(0))
    result = maximize_program(SigmoidalProgram(family, lower=0.0, upper=1.0), **backend)
    assert (result.status, result.objective, result.upper_bound) == (Status.OPTIMAL, 0.0, 0.0)
    impossible = SigmoidalProgram(family, lower=0.0, upper=1.0, A=np.empty((1, 0)), b=[-1.0])
    assert maximize_program(impossible, **backend).status == Status.INFEASIBLE


def test_a_floor_on_an_interval_below_zero():
    # max(f, 1/2) of the standard logistic leaves its floor at 0.
    family = Logistic(np.ones(1), 1.0, 0.0)
    floored = Floored.of(family, np.array([0.5]), upper=3.0, lower=-3.0)
    assert floored.inflection == pytest.approx(0.0, abs=1e-12)
    program = SigmoidalProgram(floored, lower=-3.0, upper=3.0, A=[[1.0]], b=[1.0])
    result = maximize_program(program)
    check(program, result)
    assert result.objective == pytest.approx(1.0 / (1.0 + np.exp(-1.0)))


def crowd():
    """Eleven alike and 5.5 of them fit: many nodes."""
    family = Logistic(np.linspace(1.0, 1.01, 11), 8.0, 1.0)
    return SigmoidalProgram.single_budget(family, 5.5 * 1.4)


def test_limits_are_honest():
    program = crowd()
    few = maximize_program(program, max_nodes=5)
    assert few.status == Status.NODE_LIMIT
    assert few.num_nodes <= 5
    short = maximize_program(program, time_limit=1e-9)
    assert short.status == Status.TIME_LIMIT
    many = maximize_program(program, max_nodes=60)
    for result in (few, short):
        assert result.gap > 1e-6
        assert result.upper_bound >= many.objective
        assert program.A @ result.x <= program.b


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"backend": "gurobi"}, "backend must be one of linprog, cvxpy, got 'gurobi'"),
        ({"solver": "HIGHS"}, 'backend="linprog" always uses HiGHS'),
        ({"backend": "cvxpy", "solver": "NONE"}, "finds installed .*HIGHS.* got 'NONE'"),
        ({"tolerance": 0.0}, "tolerance must be between 0 and 1"),
        ({"max_nodes": 0}, "max_nodes must be at least 1"),
        ({"time_limit": -1.0}, "time_limit must be positive"),
    ],
)
def test_bad_options_are_refused(options, message, standard):
    with pytest.raises(ValueError, match=message):
        maximize_program(standard.program, **options)


def test_the_example_in_the_documentation_runs():
    found = doctest.testmod(importlib.import_module("edgemarl.solvers.general.solve"))
    assert (found.attempted > 0, found.failed) == (True, 0)
