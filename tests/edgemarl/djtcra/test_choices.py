import numpy as np
import pytest

from edgemarl.djtcra import evaluate, next_state
from edgemarl.djtcra.choices import Choices
from edgemarl.djtcra.latency import (
    cloud_latency,
    edge_cycles,
    forwarding_latency,
    wireless_latency,
)


@pytest.fixture
def idle(tiny, draw):
    """A scenario in which some users have no task, and a slot of it."""
    scenario = tiny.with_overrides({"arrivals": "bernoulli"})
    state = draw(scenario, 1)
    assert 0 < np.count_nonzero(state.active) < 8
    return scenario, state


def test_matrices_are_the_equations_at_every_server(tiny, draw):
    state = draw(tiny)
    choices = Choices(tiny, state)
    for server in range(3):
        every = np.full(8, server)
        forwarding = forwarding_latency(tiny, state, state.ran, every)
        np.testing.assert_array_equal(choices.forwarding[:, server], forwarding)
        np.testing.assert_allclose(choices.cycles[:, server], edge_cycles(tiny, state, every))
    latency = cloud_latency(tiny, state, wireless_latency(tiny, state))
    cloud = tiny.qoe.value(latency, state.steepness, state.midpoint)
    np.testing.assert_array_equal(choices.cloud_qoe, cloud)


def test_forwarding_holds_the_migration_delay(hand, hand_state):
    moving = hand.replace(migration_delay=0.1)
    second = next_state(moving, hand_state, np.array([0, 1, 1]), np.random.default_rng(0))
    expected = np.array([[0, 150], [100, 70], [190, 0]]) / 1000
    np.testing.assert_allclose(Choices(moving, second).forwarding, expected)


def test_the_priced_value_is_the_best_over_power(idle):
    scenario, state = idle
    choices, prices = Choices(scenario, state), np.array([1e-11, 4e-11, 2e-10])
    value, power = choices.priced(prices)
    assert value.shape == power.shape == (np.count_nonzero(state.active), 3)
    shares = np.linspace(0, 1, 2_001)[:, None, None]
    grid = shares * scenario.capacity
    flat = np.broadcast_to(grid, (2_001, *value.shape)).reshape(2_001, -1)
    earned = np.array([choices.sigmoids.value(row) for row in flat]).reshape(2_001, *value.shape)
    best = (earned - prices * grid).max(axis=0)
    assert (value >= best - 1e-12).all()
    np.testing.assert_allclose(value, best, atol=1e-4)
    at = choices.sigmoids.value(power.ravel()).reshape(value.shape) - prices * power
    np.testing.assert_allclose(at, value, atol=1e-9)


@pytest.mark.parametrize("allocation", ["exact", "cloud_aware", "equal_share"])
@pytest.mark.parametrize("seed", range(4))
def test_server_sums_are_those_of_the_outcome(idle, draw, allocation, seed):
    scenario = idle[0].replace(allocation=allocation)
    state = draw(scenario, seed)
    assignment = np.random.default_rng(seed).integers(3, size=8)
    outcome = evaluate(scenario, state, assignment)
    expected = np.bincount(assignment, weights=outcome.qoe, minlength=3)
    choices = Choices(scenario, state)
    np.testing.assert_allclose(
        choices.server_qoe(assignment[choices.users], np.arange(3)), expected, atol=1e-5
    )
    some = choices.server_qoe(assignment[choices.users], np.array([2, 0]))
    np.testing.assert_allclose(some, expected[[2, 0]], atol=1e-5)


def test_nobody_has_a_task(tiny, draw):
    scenario = tiny.with_overrides({"arrivals": {"kind": "bernoulli", "probability": 0.0}})
    choices = Choices(scenario, draw(scenario))
    value, power = choices.priced(np.ones(3))
    assert value.shape == power.shape == (0, 3)
    np.testing.assert_array_equal(choices.server_qoe(np.zeros(0, int), np.arange(3)), 0)
