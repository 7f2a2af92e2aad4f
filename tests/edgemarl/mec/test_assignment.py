"""The assignment of equal tasks against every assignment of small slots."""

import numpy as np
import pytest

from edgemarl.mec.assignment import assign_equal, equal_cycles, slots
from edgemarl.mec.costs import SlotCosts
from tests.offloading_slots import draw_costs, least_objective


@pytest.mark.parametrize(("devices", "servers"), [(1, 1), (4, 1), (5, 2), (6, 2), (5, 3), (4, 4)])
@pytest.mark.parametrize("seed", range(10))
def test_equal_to_brute_force(devices, servers, seed):
    costs = draw_costs(np.random.default_rng(seed), devices, servers, equal=True)
    found = costs.objective(assign_equal(costs)[None])[0]
    assert found == pytest.approx(least_objective(costs), rel=1e-12)


def alike(devices, capacity, *, local=2.0, offload=0.25):
    """Devices that differ in nothing, tasks of one cycle."""
    return SlotCosts(
        local=np.full(devices, local),
        offload=np.full((devices, len(capacity)), offload),
        root_cycles=np.ones(devices),
        capacity=np.array(capacity),
        time_weight=1.0,
    )


def test_by_hand():
    """Slots at a capacity of 4 cost 1/4, 3/4, 5/4, 7/4, .. and save 7/4 less that: three pay."""
    costs = alike(6, [4.0])
    server, price = slots(costs)
    np.testing.assert_array_equal(server, 0)
    np.testing.assert_allclose(price, [0.25, 0.75, 1.25])
    assignment = assign_equal(costs)
    assert (assignment == 0).sum() == 3
    assert costs.objective(assignment[None])[0] == pytest.approx(3 * 2 + 3 * 0.25 + 9 / 4)


def test_no_more_slots_than_devices():
    server, _ = slots(alike(3, [1e3, 1e4]))
    np.testing.assert_array_equal(np.bincount(server), [3, 3])
    np.testing.assert_array_equal(assign_equal(alike(3, [1e3])), 0)


def test_nobody_offloads_where_it_never_pays():
    costs = alike(3, [4.0, 1.0], offload=5.0)
    np.testing.assert_array_equal(assign_equal(costs), -1)


def test_equal_cycles():
    rng = np.random.default_rng(0)
    assert equal_cycles(draw_costs(rng, 5, 2, equal=True))
    assert not equal_cycles(draw_costs(rng, 5, 2))
