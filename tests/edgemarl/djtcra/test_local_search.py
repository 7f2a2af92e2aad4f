"""The local search under every allocation policy: what it reports is what a slot earns."""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest

from edgemarl.djtcra import SCENARIOS, evaluate, next_state
from edgemarl.djtcra.allocation import EqualShare, ExactAllocation
from edgemarl.djtcra.choices import Choices
from edgemarl.djtcra.local_search import FEW_SOLVES, Search, improve
from edgemarl.djtcra.optimum import least_prices, round_prices

TINY = SCENARIOS["tiny"]


@dataclass(frozen=True, kw_only=True)
class HalfExact(ExactAllocation):
    """A policy of a user's own that only looks like an exact one: it leaves half unused."""

    def allocate(self, problem):
        return EqualShare().allocate(problem)


POLICIES = {
    "exact": "exact",
    "cloud_aware": "cloud_aware",
    "equal": "equal_share",
    "own": HalfExact(),
}


def slot(scenario, seed):
    """Choices of a slot, prices, and the rounded start."""
    state = next_state(scenario, None, None, np.random.default_rng(seed))
    choices = Choices(scenario, state)
    found = least_prices(choices)
    return choices, found.prices, round_prices(found.gain, choices.cloud_qoe)


def reached(choices, server):
    assignment = choices.state.ran.copy()
    assignment[choices.users] = server
    return evaluate(choices.scenario, choices.state, assignment).system_qoe


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("seed", range(2))
def test_no_single_move_and_no_swap_helps(policy, seed):
    choices, prices, _ = slot(TINY.replace(allocation=POLICIES[policy]), seed)
    start = np.random.default_rng(seed).integers(3, size=8)
    server = improve(choices, prices, start)
    value = reached(choices, server)
    assert value >= reached(choices, start) - 1e-5
    for u, b in itertools.product(range(8), range(3)):
        moved = server.copy()
        moved[u] = b
        assert reached(choices, moved) <= value + 1e-5
    for u, v in itertools.combinations(range(8), 2):
        swapped = server.copy()
        swapped[[u, v]] = server[[v, u]]
        assert reached(choices, swapped) <= value + 1e-5


@pytest.mark.parametrize("policy", ["exact", "cloud_aware", "equal"])
def test_the_readable_search_keeps_count_of_what_servers_earn(policy):
    choices, prices, start = slot(TINY.replace(allocation=POLICIES[policy], num_users=20), 1)
    search = Search.of(choices, prices, start, 10_000)
    values = [search.qoe.sum()]
    while search.move() or search.chain():
        values.append(search.qoe.sum())
        assert search.qoe.sum() == pytest.approx(reached(choices, search.server), rel=1e-5)
    assert len(values) > 1
    assert (np.diff(values) > 0).all()


@pytest.mark.parametrize("policy", ["exact", "cloud_aware"])
def test_both_searches_come_equally_close(policy):
    ends = {"compiled": [], "readable": []}
    for seed in range(3):
        choices, prices, start = slot(
            SCENARIOS["paper"].replace(allocation=policy, num_users=60), seed
        )
        ends["compiled"].append(reached(choices, improve(choices, prices, start)))
        readable = Search.of(choices, prices, start, 10_000).run()
        ends["readable"].append(reached(choices, readable))
    assert np.mean(ends["compiled"]) == pytest.approx(np.mean(ends["readable"]), rel=1e-3)


def test_the_readable_search_ends_when_its_allocations_are_used_up():
    choices, prices, start = slot(TINY.replace(allocation="equal_share", num_users=30), 0)
    search = Search.of(choices, prices, start, 7)
    search.run()
    assert search.solves == 7


def test_a_qoe_without_compiled_form_asks_few_times(monkeypatch):
    scenario = TINY.with_overrides({"qoe": "log_logistic", "num_users": 12})
    choices, prices, start = slot(scenario, 0)
    asked = []
    one = Choices.server_qoe
    monkeypatch.setattr(
        Choices, "server_qoe", lambda self, *args: asked.append(args) or one(self, *args)
    )
    server = improve(choices, prices, start)
    assert len(asked) <= 1.5 * FEW_SOLVES
    assert reached(choices, server) >= reached(choices, start) - 1e-5


def test_nobody_to_move():
    idle = TINY.with_overrides({"arrivals": {"kind": "bernoulli", "probability": 0.0}})
    for policy in POLICIES.values():
        choices, prices, start = slot(idle.replace(allocation=policy), 0)
        assert improve(choices, prices, start).shape == (0,)
