"""Observations and infos that are made when they are looked up are those made at once."""

import numpy as np
import pytest
from pettingzoo.test import parallel_api_test, parallel_seed_test

import edgemarl
from edgemarl.core.lazy import LazyDict
from edgemarl.djtcra import SCENARIOS, Scenario
from edgemarl.djtcra.env import DJTCRAEnv

IDLE = SCENARIOS["tiny"].with_overrides({"arrivals": "bernoulli"})
FORMS = [
    {"view": "servers"},
    {"view": "servers", "action_mask": True, "report_bound": True},
    {"view": "servers", "action": "probability", "report_prices": True},
    {"view": "users", "report_bound": True, "report_prices": True},
    {"view": "users", "observation": "global"},
    {"view": "users", "action_mask": True},
]


def rollout(env, steps=3):
    """Observations and infos of a few slots with seeded random actions."""
    rng = np.random.default_rng(0)
    seen = [env.reset(seed=0)]
    for _ in range(steps):
        assignment = rng.integers(env.scenario.num_servers, size=env.scenario.num_users)
        observations, rewards, *_, infos = env.step(env.view.encode(assignment))
        seen += [(observations, infos), (rewards, {})]
    return seen


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_equal_to_what_is_made_at_once(form):
    lazy = rollout(DJTCRAEnv(scenario=IDLE, lazy=True, **form))
    dense = rollout(DJTCRAEnv(scenario=IDLE, lazy=False, **form))
    assert isinstance(lazy[0][0], LazyDict)
    assert type(dense[0][0]) is dict
    for one, other in zip(lazy, dense, strict=True):
        np.testing.assert_equal(tuple(map(dict, one)), other)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_pettingzoo_accepts_them(form):
    parallel_api_test(DJTCRAEnv(scenario="tiny", lazy=True, **form), num_cycles=25)
    parallel_seed_test(lambda: DJTCRAEnv(scenario="tiny", lazy=True, **form), num_cycles=5)


def test_they_tell_of_their_own_slot():
    """A look at what was observed two slots ago shows that slot."""
    env, dense = (DJTCRAEnv(scenario="tiny", lazy=lazy) for lazy in (True, False))
    late, early = rollout(env), rollout(dense)
    np.testing.assert_equal(dict(late[0][0]), early[0][0])


def test_many_users_are_looked_up_unless_one_says_otherwise():
    few, many = Scenario(num_users=1000), Scenario(num_users=1001)
    assert not DJTCRAEnv(scenario=few).view.lazy
    assert DJTCRAEnv(scenario=many).view.lazy
    assert not DJTCRAEnv(scenario=many, lazy=False).view.lazy
    assert edgemarl.make("djtcra-users-v0", scenario=few, lazy=True).unwrapped.view.lazy
    with pytest.raises(ValueError, match="lazy must be True or False, got 'yes'"):
        DJTCRAEnv(scenario=few, lazy="yes")  # type: ignore[arg-type]


@pytest.mark.parametrize("action", ["discrete", "probability"])
def test_one_action_for_all_servers_decides_as_copies_of_it(action):
    env = DJTCRAEnv(scenario="tiny", action=action)
    env.reset(seed=0)
    rng = np.random.default_rng(1)
    shape = env.action_space("server_0").shape
    one = rng.integers(3, size=shape) if action == "discrete" else rng.random(shape)
    shared = env.view.decode(dict.fromkeys(env.agents, one), env.slot_state)
    copies = {agent: one.copy() for agent in env.agents}
    np.testing.assert_array_equal(shared, env.view.decode(copies, env.slot_state))
    with pytest.raises(ValueError, match="action of server_0 must"):
        env.view.decode(dict.fromkeys(env.agents, one - 9), env.slot_state)
