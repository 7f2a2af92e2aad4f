"""Costs of assignments against the outcome, which is computed by the readable equations."""

import numpy as np
import pytest

from edgemarl.mec.costs import SlotCosts, transmission
from edgemarl.mec.outcome import evaluate
from edgemarl.mec.presets import SCENARIOS
from edgemarl.mec.state import next_state

VARIANTS = {
    "paper": {},
    "mixed": {"tasks": "uniform"},
    "weights": {"time_weight": 1.5, "energy_weight": 0.5},
    "own device": {"local_capacity": 0.7e9, "switched_capacitance": 3e-27},
    "servers": {"server_capacity": (5e9, 2e9)},
    "noise density": {"noise": 3e-18, "noise_is_density": True},
}


def first_slot(scenario, seed=0):
    return next_state(scenario, None, None, np.random.default_rng(seed))


@pytest.mark.parametrize("variant", VARIANTS)
def test_costs_are_those_of_the_outcome(variant):
    scenario = SCENARIOS["n30"].with_overrides(VARIANTS[variant])
    state = first_slot(scenario)
    assignments = np.random.default_rng(1).integers(-1, 2, (20, 30))
    assignments[:3] = [[-1], [0], [1]]
    found = SlotCosts.of(scenario, state).objective(assignments)
    expected = [evaluate(scenario, state, assignment).objective for assignment in assignments]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["n30", "n180", "n200"])
def test_a_local_task_costs_two_at_the_paper_s_parameters(name):
    """One second and, at one watt, one joule."""
    scenario = SCENARIOS[name]
    costs = SlotCosts.of(scenario, first_slot(scenario))
    everybody = np.full((1, scenario.num_devices), -1)
    assert costs.objective(everybody)[0] == pytest.approx(2 * scenario.num_devices, rel=1e-14)


def test_by_hand():
    """Roots 1 and 2 at a server of 6 cost 1.5 * 9 / 6 together; the third is local."""
    costs = SlotCosts(
        local=np.array([5.0, 6.0, 7.0]),
        offload=np.array([[0.5, 1.0], [0.25, 1.0], [0.125, 1.0]]),
        root_cycles=np.array([1.0, 2.0, 3.0]),
        capacity=np.array([6.0, 8.0]),
        time_weight=1.5,
    )
    found = costs.objective(np.array([[0, 0, -1], [1, 0, 1]]))
    np.testing.assert_allclose(found, [0.75 + 7 + 2.25, 2.25 + 1 + 1.5 * 16 / 8])


def test_no_other_power_costs_less():
    """Of every device to every server, of 300 powers up to the limit."""
    scenario = SCENARIOS["tiny"]
    state = first_slot(scenario)
    power, time = transmission(scenario, state)
    least = time * (scenario.time_weight + scenario.energy_weight * power)
    np.testing.assert_allclose(SlotCosts.of(scenario, state).offload, least, rtol=1e-14)
    for other in np.linspace(0.005, scenario.max_power, 300):
        snr = other * state.gain / scenario.noise_power
        time = state.volume[:, None] / (scenario.bandwidth * np.log2(1 + snr))
        cost = time * (scenario.time_weight + scenario.energy_weight * other)
        assert (cost >= least * (1 - 1e-14)).all()
