"""Whole rollouts by every allocator: the same slots, the same system QoE, the same bounds."""

from typing import get_args

import numpy as np
import pytest

import edgemarl
from edgemarl.djtcra import SCENARIOS
from edgemarl.solvers import Backend

# Answers within 1e-6 of the optimum differ by more once users fall back to the cloud, which the
# paper's allocation does not look at.
CLOSE = 1e-4
SLOTS = {"auto": 20, "reference": 20, "linprog": 8, "cvxpy": 8}
POLICIES = ["exact", "cloud_aware"]


def rollout(allocator, scenario, slots):
    """Outcomes, rewards and observations under random actions."""
    env = edgemarl.make("edgemarl/djtcra-servers-v0", scenario=scenario, allocator=allocator)
    observations, _ = env.reset(seed=3)
    rng = np.random.default_rng(4)
    outcomes, rewards, seen = [], [], [observations]
    for _ in range(slots):
        actions = {
            agent: rng.integers(0, scenario.num_servers, scenario.num_users) for agent in env.agents
        }
        observations, reward, *_ = env.step(actions)
        outcomes.append(env.unwrapped.last_outcome)
        rewards.append(reward)
        seen.append(observations)
    return outcomes, rewards, seen


@pytest.mark.parametrize("allocator", SLOTS)
@pytest.mark.parametrize("policy", POLICIES)
def test_rollouts_do_not_depend_on_the_allocator(allocator, policy):
    scenario = SCENARIOS["tiny"].with_overrides({"allocation": policy})
    slots = SLOTS[allocator]
    found, rewards, seen = rollout(allocator, scenario, slots)
    expected, expected_rewards, expected_seen = rollout("compiled", scenario, slots)
    for one, other in zip(found, expected, strict=True):
        # Two answers within 1e-6 of the optimum of each server's problem.
        slack = 2e-6 * np.maximum(other.allocation_bound, 1.0)
        assert (np.abs(one.allocation_bound - other.allocation_bound) <= slack).all()
        assert one.system_qoe == pytest.approx(other.system_qoe, abs=CLOSE)
        np.testing.assert_array_equal(one.assignment, other.assignment)
    for one, other in zip(rewards, expected_rewards, strict=True):
        assert one == pytest.approx(other, abs=CLOSE)
    for one, other in zip(seen, expected_seen, strict=True):
        for agent, observation in one.items():
            np.testing.assert_array_equal(observation, other[agent])


def test_every_allocator_is_tested():
    assert set(get_args(Backend)) == {*SLOTS, "compiled"}


def test_qoe_without_a_compiled_form_goes_through_the_general_solvers():
    scenario = SCENARIOS["tiny"].with_overrides({"qoe": "log_logistic"})
    expected = [outcome.system_qoe for outcome in rollout(None, scenario, 3)[0]]
    for allocator in ("reference", "linprog", "cvxpy"):
        found = [outcome.system_qoe for outcome in rollout(allocator, scenario, 3)[0]]
        assert found == pytest.approx(expected, abs=CLOSE)
    with pytest.raises(TypeError, match="compiled backend needs a LatencySigmoids"):
        rollout("compiled", scenario, 1)


@pytest.mark.parametrize(
    ("scenario", "allocator", "message"),
    [
        ({}, "gpu", "backend must be one of 'auto', 'compiled', .* got 'gpu'"),
        (
            {"allocation": "equal_share"},
            "compiled",
            "allocation EqualShare has no keys to set, got 'backend'",
        ),
    ],
)
def test_allocators_that_make_no_sense_are_refused(scenario, allocator, message):
    with pytest.raises(ValueError, match=message):
        rollout(allocator, SCENARIOS["tiny"].with_overrides(scenario), 1)
