"""No move and no swap improves what the search returns."""

import numpy as np
import pytest

from edgemarl.mec.costs import SlotCosts
from edgemarl.mec.local_search import improve
from tests.offloading_slots import draw_costs


def neighbours(assignment, servers):
    """All assignments that one move or one swap leads to, (K, N)."""
    found = []
    for i in range(len(assignment)):
        for place in range(-1, servers):
            found.append(assignment.copy())
            found[-1][i] = place
        for k in range(i):
            found.append(assignment.copy())
            found[-1][[i, k]] = assignment[[k, i]]
    return np.array(found)


@pytest.mark.parametrize("seed", range(10))
def test_no_neighbour_is_better(seed):
    rng = np.random.default_rng(seed)
    costs = draw_costs(rng, 20, 3)
    start = rng.integers(-1, 3, 20)
    found = improve(costs, start)
    reached, before = costs.objective(np.array([found, start]))
    assert reached < before
    assert (costs.objective(neighbours(found, 3)) >= reached * (1 - 1e-11)).all()


def two(offload, local=9.0):
    return SlotCosts(
        local=np.full(2, local),
        offload=np.array(offload),
        root_cycles=np.array([1.0, 2.0]),
        capacity=np.array([1.0, 1.0]),
        time_weight=1.0,
    )


def test_a_swap_where_no_move_helps():
    """Each is where the other belongs; both at one server would cost 9 for computing alone."""
    costs = two([[3.0, 0.0], [0.0, 3.0]])
    start = np.array([0, 1])
    assert (costs.objective(np.array([[1, 1], [0, 0], [-1, 1], [0, -1]])) > 11).all()
    assert costs.objective(start[None])[0] == 11
    np.testing.assert_array_equal(improve(costs, start), [1, 0])
    np.testing.assert_array_equal(start, [0, 1])


def test_a_swap_with_the_own_device():
    """The second costs the server four times as much, so the first should have it; not both."""
    costs = two([[0.5, 99.0], [0.5, 99.0]], local=5.0)
    start = np.array([-1, 0])
    assert (costs.objective(np.array([[0, 0], [-1, -1], [-1, 1], [1, 0]])) > 9.5).all()
    assert costs.objective(start[None])[0] == 9.5
    np.testing.assert_array_equal(improve(costs, start), [0, -1])


def test_the_optimum_stays():
    costs = two([[0.0, 3.0], [3.0, 0.0]])
    np.testing.assert_array_equal(improve(costs, np.array([0, 1])), [0, 1])
