"""Branch and bound against every assignment of small slots."""

import numpy as np
import pytest

from edgemarl.mec.branch_and_bound import branch_and_bound
from edgemarl.mec.costs import SlotCosts
from edgemarl.mec.presets import SCENARIOS
from edgemarl.mec.state import next_state
from tests.offloading_slots import draw_costs, least_objective

TOPOLOGIES = 180  # of which few make a search leave the optimum aside at a given tolerance
SIZES = [(1, 1), (2, 3), (7, 1), (6, 2), (7, 2), (5, 3), (4, 4)]


@pytest.mark.parametrize(("devices", "servers"), SIZES)
@pytest.mark.parametrize("seed", range(10))
def test_equal_to_brute_force(devices, servers, seed):
    costs = draw_costs(np.random.default_rng(seed), devices, servers)
    found = branch_and_bound(costs, tolerance=1e-12, most_nodes=10_000)
    least = least_objective(costs)
    assert found.objective == pytest.approx(least, rel=1e-12)
    assert found.objective == costs.objective(found.assignment[None])[0]
    assert least * (1 - 1e-11) <= found.lower_bound <= least * (1 + 1e-14)


@pytest.mark.parametrize("most_nodes", [0, 1, 3, 10])
@pytest.mark.parametrize("seed", range(10))
def test_the_bound_holds_wherever_the_search_ends(most_nodes, seed):
    costs = draw_costs(np.random.default_rng(seed), 7, 2)
    found = branch_and_bound(costs, tolerance=1e-9, most_nodes=most_nodes)
    assert found.num_nodes <= most_nodes
    least = least_objective(costs)
    assert found.lower_bound <= least * (1 + 1e-14)
    assert least <= found.objective * (1 + 1e-14)


@pytest.fixture(scope="module")
def solved():
    """A slot of 30 devices and two servers for each topology, and its optimum."""
    slots = []
    for seed in range(TOPOLOGIES):
        scenario = SCENARIOS["n30-mixed"].replace(seed=seed)
        state = next_state(scenario, None, None, np.random.default_rng(0))
        costs = SlotCosts.of(scenario, state)
        slots.append((costs, branch_and_bound(costs, tolerance=1e-9, most_nodes=10_000)))
    return slots


@pytest.mark.parametrize(
    ("tolerance", "most_nodes"), [(0.0, 0), (1e-4, 3), (3e-4, 200), (1e-3, 200), (1e-2, 200)]
)
def test_the_bound_counts_all_that_was_left_aside(tolerance, most_nodes, solved):
    """The optimum can be in a node still open, in a node closed or at a place ruled out."""
    for costs, best in solved:
        assert best.objective - best.lower_bound <= 1e-9 * best.objective
        found = branch_and_bound(costs, tolerance=tolerance, most_nodes=most_nodes)
        assert found.lower_bound <= best.objective * (1 + 1e-12)
        assert best.lower_bound <= found.objective * (1 + 1e-12)


def test_more_nodes_close_the_gap():
    costs = draw_costs(np.random.default_rng(0), 40, 3)
    gaps, nodes = [], []
    for tolerance in (1.0, 1e-3, 1e-5, 1e-7):
        found = branch_and_bound(costs, tolerance=tolerance, most_nodes=10_000)
        gaps.append(1 - found.lower_bound / found.objective)
        nodes.append(found.num_nodes)
        assert gaps[-1] <= tolerance
    assert nodes[0] == 0 < nodes[-1]
    assert nodes == sorted(nodes)
