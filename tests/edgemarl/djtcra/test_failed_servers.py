"""Servers without power: the cloud serves their tasks, and everything else stays exact."""

import dataclasses
import itertools

import numpy as np
import pytest

from edgemarl.djtcra import SCENARIOS, evaluate, next_state, slot_bound, solve_slot
from edgemarl.djtcra.baselines import baseline_names, make_baseline
from edgemarl.djtcra.broadcast import static_prices
from edgemarl.djtcra.choices import Choices
from edgemarl.djtcra.local_search import Search
from edgemarl.djtcra.optimum import dual_value, least_prices
from edgemarl.djtcra.server_bounds import PricedWorth, ServerBounds

SMALL = SCENARIOS["tiny"].replace(num_users=4)
POLICIES = {
    "exact": {},
    "cloud_aware": {"allocation": "cloud_aware"},
    "equal_share": {"allocation": "equal_share"},
    "idle users": {"arrivals": "bernoulli"},
    "share of none": {"availability": {"kind": "varying", "share": (0.0, 0.0)}},
}
FAILED = [(0,), (1, 2), (0, 1, 2)]


def slot(scenario, failed, seed=0):
    """A slot in which some servers have no power."""
    state = next_state(scenario, None, None, np.random.default_rng(seed))
    capacity = state.capacity.copy()
    capacity[list(failed)] = 0.0
    return dataclasses.replace(state, capacity=capacity)


def best_of_all(scenario, state):
    every = itertools.product(range(scenario.num_servers), repeat=scenario.num_users)
    return max(evaluate(scenario, state, np.array(a)).system_qoe for a in every)


def test_tasks_at_a_failed_server_by_hand(hand, hand_state):
    """All three at server 0 without power: the cloud's 445, 490, 535 ms of the table."""
    state = dataclasses.replace(hand_state, capacity=np.array([0.0, 20e9]))
    outcome = evaluate(hand, state, np.zeros(3, dtype=int))
    np.testing.assert_array_equal(outcome.served_by, -1)
    np.testing.assert_array_equal(outcome.allocation, 0.0)
    np.testing.assert_allclose(outcome.latency, [0.445, 0.490, 0.535])
    expected = 1 / (1 + np.exp(20 * (np.array([0.445, 0.490, 0.535]) - 0.350)))
    np.testing.assert_allclose(outcome.qoe, expected)
    assert outcome.allocation_bound is not None
    np.testing.assert_array_equal(outcome.allocation_bound, 0.0)


def test_a_failed_server_does_not_touch_the_others(hand, hand_state):
    state = dataclasses.replace(hand_state, capacity=np.array([0.0, 20e9]))
    assignment = np.array([0, 1, 1])
    failed, whole = evaluate(hand, state, assignment), evaluate(hand, hand_state, assignment)
    np.testing.assert_array_equal(failed.qoe[1:], whole.qoe[1:])
    assert failed.served_by[0] == -1 != whole.served_by[0]


@pytest.mark.parametrize("failed", FAILED)
@pytest.mark.parametrize("policy", POLICIES)
def test_bound_best_and_near_optimal(policy, failed):
    """Over all 3^4 assignments: bound >= best = near-optimal, with finite numbers."""
    scenario = SMALL.with_overrides(POLICIES[policy])
    state = slot(scenario, failed)
    best, found = best_of_all(scenario, state), solve_slot(scenario, state)
    assert found.upper_bound >= best
    assert found.system_qoe == pytest.approx(best, abs=1e-5)
    assert np.isfinite(found.prices).all()
    outcome = evaluate(scenario, state, found.assignment)
    assert np.isfinite(outcome.latency).all()
    assert not np.isin(outcome.served_by, failed).any()


def test_a_family_without_compiled_form():
    """Over all 3^2 assignments of two users, by the general solver."""
    scenario = SMALL.with_overrides({"qoe": "log_logistic", "num_users": 2})
    state = slot(scenario, (1,))
    best, found = best_of_all(scenario, state), solve_slot(scenario, state)
    assert found.upper_bound >= best == pytest.approx(found.system_qoe, abs=1e-5)


@pytest.mark.parametrize("backend", ["reference", "linprog"])
def test_every_backend_agrees(backend):
    scenario = SMALL.with_overrides({"allocation.backend": backend})
    state, assignment = slot(scenario, (0,)), np.array([0, 0, 1, 1])
    one, other = evaluate(scenario, state, assignment), evaluate(SMALL, state, assignment)
    np.testing.assert_allclose(one.qoe, other.qoe, atol=1e-4)
    np.testing.assert_array_equal(one.served_by[:2], -1)
    assert one.allocation_bound is not None
    assert other.allocation_bound is not None
    np.testing.assert_allclose(one.allocation_bound, other.allocation_bound, atol=1e-4)


@pytest.mark.parametrize("failed", FAILED)
def test_the_readable_search_agrees(failed):
    """It finds the best of all assignments from the worst start, too."""
    state = slot(SMALL, failed, seed=2)
    choices = Choices(SMALL, state)
    start = np.zeros(4, dtype=int)
    server = Search.of(choices, least_prices(choices).prices, start, most_solves=2_000).run()
    assert evaluate(SMALL, state, server).system_qoe >= 0.97 * best_of_all(SMALL, state)


@pytest.mark.parametrize("qoe", ["logistic", "log_logistic"])
def test_server_bounds_hold(qoe):
    scenario = SMALL.with_overrides({"qoe": qoe, "allocation": "cloud_aware"})
    choices = Choices(scenario, slot(scenario, (1,)))
    server = np.array([0, 1, 1, 2])
    bounds = ServerBounds(PricedWorth.of(choices, least_prices(choices).prices), server)
    earned = choices.server_qoe(server, np.arange(3))
    assert (bounds.totals.min(axis=0) >= earned).all()
    assert earned[1] == pytest.approx(choices.cloud_qoe[1:3].sum())
    assert bounds.totals[:, 1].min() == pytest.approx(earned[1])


def test_any_prices_bound_a_slot_with_failed_servers():
    state = slot(SMALL, (0,))
    choices, best = Choices(SMALL, state), best_of_all(SMALL, state)
    for price in np.random.default_rng(0).uniform(0, 3e-10, (20, 3)):
        value, slack, server = dual_value(choices, price)
        assert value >= best
        assert slack[0] == 0.0
        assert np.isfinite(slack).all()
        assert server.shape == (4,)


def test_less_power_is_worth_less():
    scenario = SCENARIOS["tiny"]
    bounds = [slot_bound(scenario, slot(scenario, range(n))).upper_bound for n in range(4)]
    assert bounds == sorted(bounds, reverse=True)
    assert len(set(bounds)) == 4


def test_rules_meet_failures_without_a_warning():
    scenario = SCENARIOS["tiny"].with_overrides({"availability": "failures"})
    state, rng = slot(scenario, (2,)), np.random.default_rng(0)
    for name in baseline_names():
        outcome = evaluate(scenario, state, make_baseline(name).rule(scenario, state, rng))
        assert np.isfinite(outcome.latency).all()
    forwarded = make_baseline("greedy-forwarding").rule(scenario, state, rng)
    assert (forwarded != 2).all()


def test_static_prices_leave_out_the_slots_of_a_failure(monkeypatch):
    """Prices 2 and 4 in two slots, the second server working in the second one alone."""
    scenario = SCENARIOS["tiny"].replace(server_capacity=(5e9, 10e9))
    seen = iter([(2.0, 0.0, (5e9, 0.0)), (4.0, 4.0, (5e9, 10e9))])
    found = {}

    def drawn(*arguments):
        one, other, capacity = next(seen)
        found["prices"] = np.array([one, other])
        state = next_state(*arguments)
        return dataclasses.replace(state, capacity=np.array(capacity))

    module = "edgemarl.djtcra.broadcast."
    monkeypatch.setattr(module + "next_state", drawn)
    monkeypatch.setattr(module + "slot_prices", lambda *_: found["prices"])
    np.testing.assert_array_equal(static_prices(scenario, slots=2), [3.0, 4.0])
