"""One slot of the hand-worked instance of conftest.py, from the draw to both views' rewards."""

import numpy as np
import pytest

from edgemarl.djtcra.allocation import AllocationProblem, ExactAllocation
from edgemarl.djtcra.env import DJTCRAEnv
from edgemarl.djtcra.latency import (
    cloud_latency,
    edge_cycles,
    forwarding_latency,
    processing_latency,
    wireless_latency,
)
from edgemarl.djtcra.optimum import near_optimal_assignment, slot_bound
from edgemarl.djtcra.outcome import evaluate

DECIDED = np.array([0, 1, 1])  # user 1 is forwarded, user 2 stays where nothing is left for it


def test_the_equations_one_after_the_other(hand, hand_state, logistic):
    wireless = wireless_latency(hand, hand_state)  # Eq. (1)
    np.testing.assert_allclose(wireless, [0.010, 0.020, 0.030])
    forwarding = forwarding_latency(hand, hand_state, hand_state.ran, DECIDED)  # Eq. (6)
    np.testing.assert_allclose(forwarding, [0.000, 0.070, 0.000])
    cycles = edge_cycles(hand, hand_state, DECIDED)  # Eq. (8)
    np.testing.assert_allclose(cycles, [0.5e9, 1e9, 12e9])
    cloud = cloud_latency(hand, hand_state, wireless)
    np.testing.assert_allclose(cloud, [0.445, 0.490, 0.535])

    fixed = wireless + forwarding  # problem (17): k = 20 (0.35 - fixed), a = 20 cycles
    alpha, beta = hand_state.steepness, hand_state.midpoint
    sigmoids = hand.qoe.sigmoids(fixed, cycles, alpha, beta)
    np.testing.assert_allclose(sigmoids.offset, [6.8, 5.2, 6.4])
    np.testing.assert_allclose(sigmoids.scale, [1e10, 2e10, 2.4e11])
    problem = AllocationProblem(
        sigmoids=sigmoids,
        server=DECIDED,
        capacity=hand.capacity,
        cloud_qoe=hand.qoe.value(cloud, alpha, beta),
    )
    power = ExactAllocation().allocate(problem).power
    np.testing.assert_allclose(power, [10e9, 20e9, 0], rtol=1e-9)

    edge = fixed + processing_latency(cycles, power)  # Eq. (9)
    np.testing.assert_allclose(edge, [0.060, 0.140, np.inf])
    qoe = hand.qoe.value(np.minimum(edge, cloud), alpha, beta)  # Eq. (11), the cloud's turn
    np.testing.assert_allclose(qoe, logistic([5.8, 4.2, -3.7]))

    outcome = evaluate(hand, hand_state, DECIDED)
    np.testing.assert_allclose(outcome.qoe, qoe)
    np.testing.assert_array_equal(outcome.served_by, [0, 1, -1])


def test_servers_as_agents(hand):
    env = DJTCRAEnv("servers", hand, action="probability", reward="local")
    observations, _ = env.reset(seed=0)
    np.testing.assert_allclose(
        observations["server_0"],
        [[0.5, -1, -1, 0, 0, 0, -1, 0, 0], [0.5, 0, 0, 0, 0, 0, 0, 0, 0], [0] * 9],
        atol=1e-6,
    )
    np.testing.assert_allclose(
        observations["server_1"], [[0] * 9, [0] * 9, [1, 1, 1, 0, 0, 0, 1, 0, 0]], atol=1e-6
    )
    actions = {  # Eq. (20); the rows of other servers' users are ignored
        "server_0": np.array([[0.9, 0.1], [0.2, 0.8], [1.0, 0.0]]),
        "server_1": np.array([[0.0, 1.0], [1.0, 0.0], [0.4, 0.6]]),
    }
    _, rewards, terminations, truncations, infos = env.step(actions)
    np.testing.assert_array_equal(env.last_outcome.assignment, DECIDED)  # Eq. (21)
    assert rewards["server_0"] == pytest.approx(0.9969816 + 0.9852260, abs=1e-6)
    assert rewards["server_1"] == pytest.approx(0.0241271, abs=1e-6)
    assert terminations == truncations == {"server_0": False, "server_1": False}
    assert infos["server_0"] == pytest.approx(
        {
            "system_qoe": 2.0063347,
            "mean_latency": 0.245,
            "num_satisfied": 2,
            "num_disturbed": 0,
            "num_gave_up": 1,
            "num_cloud": 1,
            "local_qoe": 1.9822076,
            "num_connected": 2,
            "num_served": 1,
        },
        abs=1e-6,
    )
    assert infos["server_1"]["num_served"] == 1
    assert env.step(actions)[3] == {"server_0": True, "server_1": True}  # two slots an episode


def test_users_as_agents(hand):
    env = DJTCRAEnv("users", hand)
    observations, _ = env.reset(seed=0)
    np.testing.assert_allclose(observations["user_1"], [0.5, 0, 0, 0, 0, 0, 0, 0, 0], atol=1e-6)
    actions = {"user_0": 0, "user_1": 1, "user_2": 1}
    _, rewards, _, _, infos = env.step(actions)
    assert rewards == pytest.approx(dict.fromkeys(env.possible_agents, 2.0063347), abs=1e-6)
    own = {key: infos["user_1"][key] for key in ("qoe", "latency", "cloud", "system_qoe")}
    expected = {"qoe": 0.9852260, "latency": 0.140, "cloud": 0.0, "system_qoe": 2.0063347}
    assert own == pytest.approx(expected, abs=1e-6)
    assert infos["user_2"]["cloud"] == 1.0


def test_the_best_assignment_and_its_bound(hand, hand_state, logistic):
    """User 0 at its own server, user 1 at the large one, user 2 wherever the cloud is its way out.

    All eight assignments by hand or by machine: none does better than 2.0063347.
    """
    every = {a: evaluate(hand, hand_state, np.array(a)).system_qoe for a in np.ndindex(2, 2, 2)}
    best = logistic([5.8, 4.2, -3.7]).sum()
    assert max(every.values()) == pytest.approx(best, abs=1e-4)
    found = near_optimal_assignment(hand, hand_state)
    assert found[:2].tolist() == [0, 1]
    assert evaluate(hand, hand_state, found).system_qoe == pytest.approx(max(every.values()))
    bound = slot_bound(hand, hand_state).upper_bound
    assert max(every.values()) <= bound <= best + 0.03
