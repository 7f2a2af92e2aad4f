import numpy as np
import pytest

from edgemarl.djtcra import SCENARIOS, evaluate
from edgemarl.djtcra.baselines import (
    ALIASES,
    baseline_names,
    make_baseline,
)
from edgemarl.djtcra.choices import Choices
from edgemarl.djtcra.env import DJTCRAEnv
from edgemarl.djtcra.optimum import slot_bound

NAMES = ["nearest", "random", "greedy", "greedy-forwarding", "cloud", "static-price"]
NAMES += ["broadcast-price", "near-optimal"]
# System QoE by an independent simulator, mean of 4 topologies x 6 slots.
SANITY = {
    70: {"nearest": 41.2, "random": 37.5, "greedy": 52.8, "near-optimal": 58.2},
    100: {"nearest": 51.3, "random": 46.1, "greedy": 69.4, "near-optimal": 73.6},
    120: {"nearest": 57.2, "random": 51.0, "greedy": 76.4, "near-optimal": 81.8},
}


def apply(name, scenario, state, seed=0):
    return make_baseline(name).rule(scenario, state, np.random.default_rng(seed))


def test_names_and_aliases():
    assert baseline_names() == NAMES
    assert ALIASES == {"daes": "nearest", "ga-aware": "greedy"}
    assert make_baseline("daes").name == "nearest"
    with pytest.raises(ValueError, match=r"baseline must be one of 'nearest', .*got 'best'"):
        make_baseline("best")


def test_rules_by_hand(hand, hand_state):
    np.testing.assert_array_equal(apply("nearest", hand, hand_state), [0, 0, 1])
    np.testing.assert_array_equal(apply("greedy", hand, hand_state), [0, 1, 0])
    np.testing.assert_array_equal(apply("cloud", hand, hand_state), [-1, -1, -1])
    # With 1.5 tasks a server: 75 against 50 + 75 ms, 300 against 70 + 75, 90 + 1800 against 900.
    np.testing.assert_array_equal(apply("greedy-forwarding", hand, hand_state), [0, 1, 1])


def test_the_random_rule_is_uniform_and_seeded(tiny, draw):
    scenario = tiny.replace(num_users=3_000)
    state = draw(scenario)
    chosen = apply("random", scenario, state, seed=1)
    assert (np.abs(np.bincount(chosen, minlength=3) - 1_000) < 120).all()
    np.testing.assert_array_equal(chosen, apply("random", scenario, state, seed=1))
    assert (chosen != apply("random", scenario, state, seed=2)).any()


def test_rules_do_not_hand_out_the_state_itself(tiny, draw):
    state = draw(tiny)
    for name in NAMES:
        chosen = apply(name, tiny, state)
        chosen[:] = 0
    assert state.ran.any()


def test_the_static_price_rule_takes_the_best_server_at_the_scenarios_prices(tiny, draw):
    for seed in range(3):
        state = draw(tiny, seed)
        best = Choices(tiny, state).priced(tiny.static_prices)[0].argmax(axis=1)
        np.testing.assert_array_equal(apply("static-price", tiny, state), best)


def test_the_broadcast_price_rule_takes_the_best_server_at_the_slots_own_prices(tiny, draw):
    for seed in range(3):
        state = draw(tiny, seed)
        best = Choices(tiny, state).priced(slot_bound(tiny, state).prices)[0].argmax(axis=1)
        np.testing.assert_array_equal(apply("broadcast-price", tiny, state), best)


def test_the_slots_own_prices_are_worth_more_than_fixed_ones(draw):
    scenario = SCENARIOS["paper"].replace(num_users=70)
    earned = {"static-price": 0.0, "broadcast-price": 0.0}
    for slot in range(8):
        state = draw(scenario, slot)
        for name in earned:
            earned[name] += evaluate(scenario, state, apply(name, scenario, state)).system_qoe
    assert earned["static-price"] < earned["broadcast-price"]


@pytest.mark.parametrize("users", SANITY)
def test_the_paper_s_regime(users, draw):
    means = {name: [] for name in SANITY[users]}
    for seed in range(4):
        scenario = SCENARIOS["paper"].replace(num_users=users, seed=seed)
        for slot in range(2):
            state = draw(scenario, 10 * seed + slot)
            bound = slot_bound(scenario, state).upper_bound
            for name, values in means.items():
                values.append(evaluate(scenario, state, apply(name, scenario, state)).system_qoe)
                assert values[-1] <= bound
    for name, expected in SANITY[users].items():
        assert np.mean(means[name]) == pytest.approx(expected, rel=0.08), name


@pytest.mark.parametrize("view", ["servers", "users"])
@pytest.mark.parametrize("name", NAMES)
def test_rules_are_policies(tiny, view, name):
    env, policy = DJTCRAEnv(view, tiny.replace(num_users=4)), make_baseline(name)
    observations, _ = env.reset(seed=0)
    policy.reset(env, np.random.default_rng(0))
    if name == "cloud":
        with pytest.raises(ValueError, match="assignment must be a server index from 0 to 2"):
            policy(observations)
        env.advance(policy.assign())
        np.testing.assert_array_equal(env.last_outcome.served_by, -1)
        return
    expected = apply(name, env.scenario, env.slot_state)
    env.step(policy(observations))
    np.testing.assert_array_equal(env.last_outcome.assignment, expected)


def test_a_policy_must_see_the_environment_first():
    policy = make_baseline("nearest")
    with pytest.raises(RuntimeError, match=r"policy nearest must be reset first"):
        policy.assign()
    with pytest.raises(RuntimeError, match=r"policy nearest must be reset first"):
        policy({})
