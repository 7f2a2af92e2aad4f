"""The dual bounds every assignment, at any loads, and is concave with its slope."""

import numpy as np
import pytest

from edgemarl.mec.branch_and_bound import branch_and_bound
from edgemarl.mec.costs import SlotCosts
from edgemarl.mec.lower_bound import dual_at, maximise, priced
from edgemarl.mec.presets import SCENARIOS
from edgemarl.mec.state import next_state
from tests.offloading_slots import draw_costs, least_objective

SHARP = 1e-6  # a temperature at which the smoothed form is close to the dual


def dual_value(costs, load):
    """D from its definition."""
    return priced(costs, costs.table, load).min(axis=1).sum() - costs.load_cost @ load**2


@pytest.mark.parametrize("seed", range(5))
def test_any_loads_bound_every_assignment(seed):
    rng = np.random.default_rng(seed)
    costs = draw_costs(rng, 6, 2)
    least = least_objective(costs)
    for _ in range(50):
        load = rng.uniform(0, 1.5, 2) * costs.root_cycles.sum()
        assert dual_value(costs, load) <= least


@pytest.mark.parametrize("seed", range(3))
def test_compiled_and_defined_dual_agree(seed):
    rng = np.random.default_rng(seed)
    costs = draw_costs(rng, 12, 3)
    for temperature in (1.0, 0.1, SHARP):
        load = rng.uniform(0, 0.6, 3) * costs.root_cycles.sum()
        found = dual_at(costs, costs.table, load, temperature)
        assert found.value == pytest.approx(dual_value(costs, load), rel=1e-12)
        least = found.value - 12 * temperature * np.log(4)
        assert least <= found.smoothed <= found.value


def test_slope_and_hessian_are_those_of_the_smoothed_dual():
    rng = np.random.default_rng(0)
    costs = draw_costs(rng, 12, 3)
    load = rng.uniform(0.2, 0.4, 3) * costs.root_cycles.sum()
    here = dual_at(costs, costs.table, load, 0.1)
    for j, step in enumerate(1e-4 * np.diag(load)):
        ahead = dual_at(costs, costs.table, load + step, 0.1)
        behind = dual_at(costs, costs.table, load - step, 0.1)
        slope = (ahead.smoothed - behind.smoothed) / (2 * step[j])
        assert here.slope[j] == pytest.approx(slope, rel=1e-4, abs=1e-4 * abs(here.slope).max())
        bend = (behind.slope - ahead.slope) / (2 * step[j])
        np.testing.assert_allclose(here.hessian[j], bend, rtol=1e-3, atol=1e-3 * abs(bend).max())


def test_by_hand():
    """At t = 3 and a cost of 1/2 a root pays 3: 1 + 3 < 5 for the first, 7 is local; less 4.5."""
    costs = SlotCosts(
        local=np.array([5.0, 7.0]),
        offload=np.array([[1.0], [4.0]]),
        root_cycles=np.array([1.0, 2.0]),
        capacity=np.array([2.0]),
        time_weight=1.0,
    )
    assert dual_at(costs, costs.table, np.array([3.0]), SHARP).value == 4 + 7 - 4.5


@pytest.mark.parametrize(("devices", "servers"), [(5, 1), (30, 2), (100, 5)])
def test_the_maximum_is_found(devices, servers):
    """No loads nearby are better by more than the tolerance, and D is concave."""
    rng = np.random.default_rng(devices)
    costs = draw_costs(rng, devices, servers)
    start = np.full(servers, 0.5 * costs.root_cycles.sum() / servers)
    best = maximise(costs, costs.table, start)
    for width in (1e-4, 1e-3, 1e-2, 0.1, 0.5):
        for _ in range(50):
            other = best.load * (1 + width * rng.uniform(-1, 1, servers))
            assert dual_value(costs, other) <= best.value * (1 + 3e-5)


def test_forbidden_places_raise_the_dual():
    rng = np.random.default_rng(0)
    costs = draw_costs(rng, 20, 2)
    start = np.full(2, 0.3 * costs.root_cycles.sum())
    free = maximise(costs, costs.table, start)
    table = costs.table.copy()
    table[:, 0] = np.inf
    without = maximise(costs, table, start)
    assert np.isfinite(without.value)
    assert without.value > free.value
    assert without.load[0] == pytest.approx(0.0, abs=1e-6 * start[0])


@pytest.mark.parametrize(
    ("name", "overrides"),
    [
        ("n30-mixed", {"bandwidth": 1e21}),
        ("n30-mixed", {"server_capacity": 1e-30}),
        ("n180-mixed", {"server_capacity": 1e-5}),
        ("n180-mixed", {"server_capacity": 0.01}),
        ("n180-mixed", {"server_capacity": 10.0}),
    ],
)
def test_extreme_scenarios_are_bounded_closely(name, overrides):
    """With servers that compute next to nothing, everybody alone is optimal."""
    scenario = SCENARIOS[name].replace(**overrides)
    costs = SlotCosts.of(scenario, next_state(scenario, None, None, np.random.default_rng(0)))
    found = branch_and_bound(costs, tolerance=3e-4, most_nodes=200)
    assert found.lower_bound <= found.objective * (1 + 1e-12)
    assert found.lower_bound >= found.objective * (1 - 1e-3)
    if "server_capacity" in overrides:
        assert found.objective == pytest.approx(costs.local.sum(), rel=1e-12)


def test_enough_is_enough():
    rng = np.random.default_rng(0)
    costs = draw_costs(rng, 20, 2)
    start = np.full(2, 0.3 * costs.root_cycles.sum())
    most = maximise(costs, costs.table, start).value
    found = maximise(costs, costs.table, start, enough=0.9 * most).value
    assert 0.9 * most <= found <= most * (1 + 3e-5)
