import dataclasses

import numpy as np
import pytest

from edgemarl.mec.outcome import METRICS, evaluate
from edgemarl.mec.presets import SCENARIOS
from edgemarl.mec.scenario import Scenario


def test_the_hand_worked_assignment(hand, hand_state):
    """Devices 0 and 1 at server 0, whose 6 Gcycles/s divide as 1 : 2; device 2 at server 1."""
    outcome = evaluate(hand, hand_state, np.array([0, 0, 1]))
    np.testing.assert_allclose(outcome.power, [1, 1, 1], rtol=1e-12)
    np.testing.assert_allclose(outcome.frequency, [2e9, 4e9, 12e9], rtol=1e-12)
    np.testing.assert_allclose(outcome.transmission_latency, [0.2, 0.5, 0.2], rtol=1e-12)
    np.testing.assert_allclose(outcome.processing_latency, [0.5, 1.0, 0.75], rtol=1e-12)
    np.testing.assert_allclose(outcome.latency, [0.7, 1.5, 0.95], rtol=1e-12)
    np.testing.assert_allclose(outcome.energy, [0.2, 0.5, 0.2], rtol=1e-12)
    np.testing.assert_allclose(outcome.cost, [1.6, 3.5, 2.1], rtol=1e-12)
    expected = {"objective": 7.2, "time": 3.15, "energy": 0.9, "num_local": 0.0}
    assert outcome.metrics() == pytest.approx(expected, rel=1e-12)


def test_a_device_that_computes_itself(hand, hand_state):
    """Device 0 takes 1 s at 1 W; device 1 then has server 0 alone."""
    outcome = evaluate(hand, hand_state, np.array([-1, 0, 1]))
    np.testing.assert_allclose(outcome.frequency, [1e9, 6e9, 12e9], rtol=1e-12)
    np.testing.assert_allclose(outcome.latency, [1.0, 0.5 + 4 / 6, 0.95], rtol=1e-12)
    np.testing.assert_allclose(outcome.energy, [1.0, 0.5, 0.2], rtol=1e-12)
    np.testing.assert_allclose(outcome.cost, [3.0, 2 * (0.5 + 4 / 6) + 0.5, 2.1], rtol=1e-12)
    assert outcome.num_local == 1


def test_power_below_the_limit(hand, hand_state):
    """At an SNR of 1 per W and equal weights y = 1: e - 1 watt, and B / ln 2 bit/s."""
    free = hand.replace(time_weight=1.0, max_power=2.0)
    outcome = evaluate(free, hand_state, np.array([1, -1, -1]))
    assert outcome.power[0] == pytest.approx(np.e - 1, rel=1e-9)
    assert outcome.transmission_latency[0] == pytest.approx(0.8 * np.log(2), rel=1e-9)
    assert outcome.energy[0] == pytest.approx((np.e - 1) * 0.8 * np.log(2), rel=1e-9)


def test_all_power_is_used_where_energy_has_no_weight(hand, hand_state):
    timely = hand.replace(energy_weight=0.0)
    outcome = evaluate(timely, hand_state, np.array([0, 0, 1]))
    np.testing.assert_array_equal(outcome.power, [1, 1, 1])
    assert outcome.objective == pytest.approx(2 * 3.15, rel=1e-12)


def test_everybody_computing_costs_two_each(draw):
    """T = 1 s and E = 1 J at the paper's parameters: the objective is exactly 2 N."""
    for name in ("n30", "n180", "n200"):
        scenario = SCENARIOS[name]
        devices = scenario.num_devices
        outcome = evaluate(scenario, draw(scenario), np.full(devices, -1))
        assert outcome.objective == pytest.approx(2 * devices, rel=1e-12)
        assert (outcome.num_local, outcome.time) == (devices, devices)


def test_servers_give_all_they_have(tiny, draw):
    """Eq. (6) holds with equality at every server that has a task."""
    scenario = tiny.with_overrides({"tasks": "uniform", "num_servers": 2})
    outcome = evaluate(scenario, draw(scenario), np.array([0, 0, 0, -1, 0, 1]))
    given = [outcome.frequency[outcome.assignment == server].sum() for server in (0, 1)]
    np.testing.assert_allclose(given, scenario.capacity, rtol=1e-12)
    assert (outcome.power <= scenario.max_power * (1 + 1e-12)).all()  # Eq. (7)


def test_devices_in_another_order_cost_the_same(tiny, draw):
    scenario = tiny.with_overrides({"tasks": "uniform"})
    state, assignment = draw(scenario), np.array([0, 1, -1, 0, 1, 0])
    order = np.random.default_rng(0).permutation(6)
    moved = dataclasses.replace(
        state, gain=state.gain[order], volume=state.volume[order], cycles=state.cycles[order]
    )
    first, second = (
        evaluate(scenario, slot, choice)
        for slot, choice in ((state, assignment), (moved, assignment[order]))
    )
    np.testing.assert_allclose(second.cost, first.cost[order], rtol=1e-12)


def test_a_better_channel_costs_less(tiny, draw):
    state, assignment = draw(tiny), np.array([0, 0, 0, 1, 1, 1])
    better = dataclasses.replace(state, gain=2 * state.gain)
    worse = evaluate(tiny, state, assignment).cost
    assert (evaluate(tiny, better, assignment).cost < worse).all()


def test_the_outcome_keeps_a_copy(hand, hand_state):
    assignment = np.array([0, 0, 1])
    outcome = evaluate(hand, hand_state, assignment)
    assignment[:] = -1
    np.testing.assert_array_equal(outcome.assignment, [0, 0, 1])
    assert tuple(outcome.metrics()) == METRICS


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ([0, 1], r"^assignment must have shape \(3,\), got \(2,\)$"),
        ([0, 1, 2], r"^assignment must be a server index from -1 to 1, got 2 at index 2$"),
        ([0, -2, 1], r"^assignment must be a server index from -1 to 1, got -2 at index 1$"),
        ([0.0, 1.0, 1.0], r"^assignment must hold integers, got float64$"),
    ],
)
def test_assignments_that_are_none(hand, hand_state, assignment, message):
    with pytest.raises(ValueError, match=message):
        evaluate(hand, hand_state, np.array(assignment))


def test_a_single_device(draw):
    scenario = Scenario(num_devices=1, num_servers=1)
    outcome = evaluate(scenario, draw(scenario), np.array([0]))
    assert outcome.processing_latency[0] == pytest.approx(1 / 15, rel=1e-12)
