"""The rules: what they decide on hand-worked slots, and how far they are from the optimum."""

import numpy as np
import pytest

from edgemarl.mec.baselines import BASELINES, keep_first, nearest_server
from edgemarl.mec.optimum import solve_slot
from edgemarl.mec.outcome import evaluate
from edgemarl.mec.presets import SCENARIOS

SIMPLE = ("random", "remote", "remote-saving", "remote-uncapped", "local", "exact")


def decide(name, scenario, state, seed=0):
    return BASELINES.make(name).rule(scenario, state, np.random.default_rng(seed))


def test_names():
    assert BASELINES.names() == [*SIMPLE, "pso", "de"]
    assert BASELINES.make("nearest").name == "remote"


@pytest.mark.parametrize("name", SIMPLE)
def test_rules_give_assignments_and_repeat_themselves(tiny, draw, name):
    state = draw(tiny)
    found = decide(name, tiny, state)
    assert found.dtype == np.int64
    assert evaluate(tiny, state, found).objective > 0
    np.testing.assert_array_equal(found, decide(name, tiny, state))


def test_nearest_server_by_hand(hand, hand_state):
    """The second device is as far from both servers; the first of them counts."""
    np.testing.assert_array_equal(nearest_server(hand, hand_state), [0, 0, 1])
    np.testing.assert_array_equal(decide("remote-uncapped", hand, hand_state), [0, 0, 1])
    np.testing.assert_array_equal(decide("local", hand, hand_state), [-1, -1, -1])


def test_a_server_keeps_the_least(hand):
    scenario = hand.replace(server_capacity=(1e9, 2e9))
    order = np.array([[3.0, 1.0], [2.0, 2.0], [1.0, 3.0]])
    found = keep_first(scenario, np.array([0, 0, 0]), order)
    np.testing.assert_array_equal(found, [-1, -1, 0])
    found = keep_first(scenario, np.array([1, 1, 1]), order)
    np.testing.assert_array_equal(found, [1, 1, -1])
    found = keep_first(scenario, np.array([0, 1, -1]), order)
    np.testing.assert_array_equal(found, [0, 1, -1])


def test_remote_keeps_cheap_transmissions_and_remote_saving_big_tasks(hand, hand_state):
    """Device 0 sends .8 Mbit at 4 Mbit/s, device 1 1 Mbit at 2 Mbit/s; itself it takes 1 and 4 s.

    Server 0 has room for one. At 1 W a second costs 3: sending costs .6 and 1.5, computing 3 and
    12, so that the second device would lose more.
    """
    scenario = hand.replace(server_capacity=(1e9, 12e9))
    np.testing.assert_array_equal(decide("remote", scenario, hand_state), [0, -1, 1])
    np.testing.assert_array_equal(decide("remote-saving", scenario, hand_state), [-1, 0, 1])


def test_random_chooses_all_places_alike(draw):
    scenario = SCENARIOS["n180"].replace(server_capacity=1e12)
    state = draw(scenario)
    found = np.concatenate([decide("random", scenario, state, seed) for seed in range(50)])
    share = np.bincount(found + 1, minlength=9) / len(found)
    np.testing.assert_allclose(share, 1 / 9, atol=0.02)


@pytest.mark.parametrize("name", ["random", "remote", "remote-saving"])
def test_the_capacity_rule(draw, name):
    scenario = SCENARIOS["n180"].replace(server_capacity=3.5e9)
    for seed in range(5):
        found = decide(name, scenario, draw(scenario, seed), seed)
        served = np.bincount(found[found >= 0], minlength=8)
        assert (served <= 3).all()


def rate(draw, name, rule, topologies=10):
    """Mean of optimum over objective."""
    rates = []
    for seed in range(topologies):
        scenario = SCENARIOS[name].replace(seed=seed)
        state = draw(scenario, seed)
        reached = evaluate(scenario, state, decide(rule, scenario, state)).objective
        rates.append(solve_slot(scenario, state).objective / reached)
    return np.mean(rates)


def test_the_nearest_server_is_almost_optimal_where_tasks_are_equal(draw):
    assert rate(draw, "n180", "remote") == pytest.approx(1.0, abs=1e-3)
    assert rate(draw, "n30", "remote") == pytest.approx(0.99, abs=5e-3)


def test_the_nearest_server_is_not_optimal_where_tasks_differ(draw):
    assert rate(draw, "n180-mixed", "remote", 4) == pytest.approx(0.925, abs=0.02)
    assert rate(draw, "n30-mixed", "remote") == pytest.approx(0.93, abs=0.02)
    assert rate(draw, "n180-mixed", "remote-saving", 4) == pytest.approx(0.989, abs=0.006)
