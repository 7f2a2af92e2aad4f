"""The allocation of one budget on extreme and on random inputs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemarl.solvers import LatencySigmoids, Status, maximize
from tests.certificates import BACKENDS, check_certificate

EXTREMES = {
    "nobody": ([], [], [], 1.0),
    "one": ([1.0], [4.0], [1.0], 1.0),
    "one before its inflection": ([1.0], [4.0], [1.0], 0.1),
    "no budget": ([1.0, 1.0], [4.0, 2.0], [1.0, 1.0], 0.0),
    "hardly a budget": ([1.0, 1.0], [4.0, 2.0], [1.0, 1.0], 1e-9),
    "any amount of budget": ([1.0, 1.0], [4.0, 2.0], [1.0, 1.0], 1e12),
    "least budget there is": ([1.0, 1.0], [4.0, 2.0], [1.0, 1.0], 5e-324),
    "huge offset": ([1.0, 1.0, 2.0], [2000.0, 5.0, 700.0], [1.0, 1.0, 3.0], 0.01),
    "hopeless offsets": ([1.0, 1.0], [-800.0, -700.0], [1.0, 1.0], 1.0),
    "hopeless next to easy": ([1.0, 1.0, 1.0], [-800.0, 5.0, 2000.0], [1.0, 1.0, 1.0], 1.0),
    "scales from 1e-12 to 1e12": ([1.0] * 4, [4.0] * 4, [1e-12, 1e-6, 1.0, 1e12], 1.0),
    "tiny scales": ([1.0] * 3, [4.0] * 3, [1e-12, 2e-12, 3e-12], 1e-12),
    "large scales": ([1.0] * 3, [4.0] * 3, [1e12, 2e12, 3e12], 1e12),
    "tiny units": ([1.0], [10.0], [1e-51], 1e-50),
    "tiny units, alike": ([1.0] * 3, [4.0] * 3, [1e-100] * 3, 1e-100),
    "huge units, alike": ([1.0] * 3, [4.0] * 3, [1e100] * 3, 1e100),
    "flat": ([1.0] * 3, [1e-9] * 3, [1e-9, 2e-9, 3e-9], 1.0),
    "worthless": ([0.0, 0.0], [4.0, 4.0], [1.0, 1.0], 1.0),
    "one worthless": ([0.0, 1.0], [4.0, 4.0], [1.0, 1.0], 0.3),
    "as good as hopeless": ([1.0], [-699.81], [2.0], 1e12),
    "tiny peaks": ([1e-200, 2e-200], [4.0, 4.0], [1.0, 1.0], 0.4),
    "huge peaks": ([1e200, 2e200], [4.0, 4.0], [1.0, 1.0], 0.4),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("floor", [None, 0.0, 0.5, 3.0, -1.0])
@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_inputs(name, floor, backend):
    peak, offset, scale, budget = EXTREMES[name]
    family = LatencySigmoids(np.array(peak), np.array(offset), np.array(scale))
    least = None if floor is None else np.full(len(family), floor)
    result = maximize(family, budget, floor=least, backend=backend)
    assert result.status == Status.OPTIMAL
    check_certificate(family, budget, least, result)
    if floor == 3.0 and "huge peaks" not in name:
        assert result.objective == 3.0 * len(family)


@pytest.mark.parametrize("backend", BACKENDS)
def test_extremes_by_hand(backend):
    easy = LatencySigmoids(np.array([1.0, 2.0]), np.array([5.0, -5.0]), np.ones(2))
    ample = maximize(easy, 1e12, backend=backend)
    assert ample.objective == pytest.approx(1 / (1 + np.exp(-5)) + 2 / (1 + np.exp(5)), rel=1e-9)
    assert ample.allocation.sum() == pytest.approx(1e12)
    alone = maximize(easy.take(np.array([0])), 0.05, backend=backend)
    assert alone.allocation == pytest.approx([0.05])
    assert alone.objective == pytest.approx(1 / (1 + np.exp(15.0)), rel=1e-12)
    cloud = maximize(easy, 1.0, floor=np.array([-2.0, 2.5]), backend=backend)
    assert cloud.objective == pytest.approx(2.5 + 1 / (1 + np.exp(-4.0)), rel=1e-12)
    assert cloud.allocation == pytest.approx([1.0, 0.0])


users = st.lists(
    st.tuples(
        st.floats(0.0, 3.0), st.floats(-30.0, 60.0), st.floats(1e-3, 1e3), st.floats(-0.5, 2.0)
    ),
    min_size=1,
    max_size=7,
)
budgets = st.floats(1e-3, 1e3)


def unpack(drawn):
    peak, offset, scale, floor = np.array(drawn).T
    return LatencySigmoids(peak, offset, scale), floor


@settings(max_examples=150, deadline=None)
@given(users, budgets, st.floats(1.0, 3.0))
def test_gap_closes_and_more_budget_is_never_worse(drawn, budget, more):
    family, floor = unpack(drawn)
    result = maximize(family, budget, floor=floor)
    assert result.status == Status.OPTIMAL
    check_certificate(family, budget, floor, result)
    assert maximize(family, budget * more, floor=floor).upper_bound >= result.objective
    assert result.objective >= np.maximum(floor, 0.0).sum() * (1 - 1e-15)


@settings(max_examples=80, deadline=None)
@given(users, budgets)
def test_worthless_users_change_nothing(drawn, budget):
    family, floor = unpack(drawn)
    worthless = [(0.0, 3.0, 1.0, 0.0), (0.0, -4.0, 9.0, -1.0)]
    larger, larger_floor = unpack(drawn + worthless)
    here = maximize(family, budget, floor=floor)
    there = maximize(larger, budget, floor=larger_floor)
    assert there.allocation[-2:].tolist() == [0.0, 0.0]
    assert there.objective == pytest.approx(here.objective, rel=1.1e-6)


@settings(max_examples=80, deadline=None)
@given(users, budgets, st.floats(-100.0, 100.0), st.floats(-3.0, 3.0))
def test_units_do_not_matter(drawn, budget, resource_digits, value_digits):
    family, floor = unpack(drawn)
    resource_unit, value_unit = 10.0**resource_digits, 10.0**value_digits
    rescaled = LatencySigmoids(
        family.peak * value_unit, family.offset, family.scale * resource_unit
    )
    here = maximize(family, budget, floor=floor)
    there = maximize(rescaled, budget * resource_unit, floor=floor * value_unit)
    assert there.objective == pytest.approx(here.objective * value_unit, rel=1.1e-6)
    assert there.upper_bound >= here.objective * value_unit * (1 - 1e-12)
