"""Optimum and bound of whole slots: against brute force, and what the paper's settings allow."""

import numpy as np
import pytest

from edgemarl.mec.baselines import BASELINES
from edgemarl.mec.costs import SlotCosts
from edgemarl.mec.optimum import optimal_assignment, slot_bound, solve_costs, solve_slot
from edgemarl.mec.outcome import evaluate
from edgemarl.mec.presets import SCENARIOS
from tests.offloading_slots import least_objective

TINY = SCENARIOS["tiny"]
VARIANTS = {
    "equal": {},
    "mixed": {"tasks": "uniform"},
    "time": {"time_weight": 1.5, "energy_weight": 0.5, "tasks": "uniform"},
    "servers": {"server_capacity": (1e9, 4e9), "tasks": "uniform"},
    "far": {"reference_gain": 1e-9, "tasks": "uniform"},
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("seed", range(4))
def test_equal_to_brute_force(draw, variant, seed):
    scenario = TINY.with_overrides(VARIANTS[variant] | {"seed": seed})
    state = draw(scenario, seed)
    solved = solve_slot(scenario, state, tolerance=1e-12)
    least = least_objective(SlotCosts.of(scenario, state))
    assert solved.objective == pytest.approx(least, rel=1e-12)
    assert least * (1 - 3e-12) <= solved.lower_bound < least
    reached = evaluate(scenario, state, solved.assignment).objective
    assert reached == pytest.approx(solved.objective, rel=1e-12)
    near = evaluate(scenario, state, optimal_assignment(scenario, state)).objective
    assert least * (1 - 1e-12) <= near <= least * (1 + 3e-4)


@pytest.mark.parametrize("name", ["tiny", "n30", "n30-mixed", "n180-energy", "n180-mixed"])
def test_bound_and_assignment_are_those_of_the_solved_slot(draw, name):
    scenario = SCENARIOS[name]
    state = draw(scenario)
    solved = solve_slot(scenario, state)
    assert slot_bound(scenario, state).lower_bound == solved.lower_bound
    np.testing.assert_array_equal(optimal_assignment(scenario, state), solved.assignment)
    assert type(solved.lower_bound) is type(solved.objective) is float
    assert solved.gap == solved.objective / solved.lower_bound - 1
    assert 0 < solved.gap <= (1e-3 if name.endswith("mixed") else 1e-11)


@pytest.mark.parametrize("name", ["n30", "n30-mixed"])
def test_no_other_rule_is_better(draw, name):
    scenario = SCENARIOS[name]
    state = draw(scenario)
    bound = slot_bound(scenario, state).lower_bound
    best = evaluate(scenario, state, optimal_assignment(scenario, state)).objective
    for rule in ("random", "remote", "remote-uncapped", "local"):
        assignment = BASELINES.make(rule).rule(scenario, state, np.random.default_rng(0))
        other = evaluate(scenario, state, assignment).objective
        assert other >= best * (1 - 1e-12) >= bound * (1 - 1e-12), rule


def gaps(name, draw, topologies):
    scenarios = [SCENARIOS[name].replace(seed=seed) for seed in range(topologies)]
    return np.array([solve_slot(scenario, draw(scenario)).gap for scenario in scenarios])


def test_the_gap_of_unequal_tasks(draw):
    assert gaps("n30-mixed", draw, 20).max() <= 3.1e-4
    assert gaps("n180-mixed", draw, 4).max() <= 1e-3


@pytest.mark.slow
def test_the_gap_of_unequal_tasks_on_many_topologies(draw):
    assert gaps("n30-mixed", draw, 500).max() <= 3.1e-4
    assert gaps("n180-mixed", draw, 60).max() <= 1e-3


def over_free_transmission(scenario, state):
    """The optimum over the one that transmitting for nothing would allow."""
    costs = SlotCosts.of(scenario, state)
    free = SlotCosts(
        local=costs.local,
        offload=np.zeros_like(costs.offload),
        root_cycles=costs.root_cycles,
        capacity=costs.capacity,
        time_weight=costs.time_weight,
    )
    return solve_costs(costs).objective / solve_costs(free).objective


@pytest.mark.parametrize("fading", ["rician", "none"])
@pytest.mark.parametrize(
    ("name", "ratio", "width"), [("n180", 1.023, 0.002), ("n200", 1.026, 0.003)]
)
def test_transmission_costs_little_at_the_paper_s_parameters(draw, name, ratio, width, fading):
    scenarios = [SCENARIOS[name].with_overrides({"fading": fading, "seed": s}) for s in range(5)]
    ratios = [over_free_transmission(scenario, draw(scenario)) for scenario in scenarios]
    np.testing.assert_allclose(ratios, ratio, atol=width)


def test_limits_of_the_search(draw):
    state = draw(TINY)
    with pytest.raises(ValueError, match=r"tolerance must be zero or positive, got -0\.1"):
        solve_slot(TINY, state, tolerance=-0.1)
    with pytest.raises(ValueError, match="most_nodes must be an integer of at least 0, got -1"):
        solve_slot(TINY, state, most_nodes=-1)
