"""Copies stepped together against each copy alone, slot by slot."""

import pickle

import numpy as np
import pytest

from edgemarl.core.in_turn import InTurn
from edgemarl.djtcra import Scenario
from edgemarl.djtcra.allocation import Allocation
from edgemarl.djtcra.batch import TogetherEnv
from edgemarl.djtcra.env import DJTCRAEnv
from tests.side_by_side import (
    assert_goes_on_from_a_pickle,
    assert_same,
    assert_same_places,
    compare,
)

COPIES = 3
SMALL = Scenario(num_users=12, server_capacity=(5e9, 10e9, 20e9), slots_per_episode=4)


def pair(view="servers", overrides=None, copies=COPIES, **options):
    """The copies together, and others in turn."""
    scenario = SMALL.with_overrides(overrides or {})
    envs = [DJTCRAEnv(view, scenario, **options) for _ in range(copies)]
    together = envs[0].batched(envs)
    assert isinstance(together, TogetherEnv)
    return together, InTurn([DJTCRAEnv(view, scenario, **options) for _ in range(copies)])


SERVERS = [
    {},
    {"reward": "local", "report_prices": True},
    {"action": "probability", "report_bound": True},
    {"action_mask": True},
    {"topologies": 3},
    {"allocator": "compiled", "lazy": True},
]
USERS = [
    {},
    {"observation": "global", "reward": "local"},
    {"report_prices": True, "report_bound": True, "action_mask": True},
    {"topologies": 3},
]
SCENARIOS = [
    {"arrivals": "bernoulli"},
    {"mobility": "random_walk", "migration_delay": 0.05, "observation.observe_previous": True},
    {"population": "churn", "observation.observe_eta": True},
    {"availability": "failures", "observation.observe_capacity": True},
    {"availability": {"kind": "varying", "step": 0.05}},
    {"subchannel": 8e6, "observation": "raw"},
    {"allocation": "cloud_aware", "reward": "negative_latency"},
    {"allocation": "equal_share", "channel": "log_distance"},
    {"channel": "urban_micro", "migration_delay": 0.1},
    {"qoe.steepness_mean": 4.0, "qoe.steepness_std": 3.0},
    {"qoe.midpoint_std": 0.0},
]


@pytest.mark.parametrize("options", SERVERS, ids=str)
def test_servers_together_are_servers_alone(options):
    compare(*pair("servers", **options))


@pytest.mark.parametrize("options", USERS, ids=str)
def test_users_together_are_users_alone(options):
    compare(*pair("users", **options))


@pytest.mark.parametrize("overrides", SCENARIOS, ids=str)
@pytest.mark.parametrize("view", ["servers", "users"])
def test_every_scenario(view, overrides):
    compare(*pair(view, overrides))


def test_probabilities_of_rows():
    together, alone = pair(action="probability")
    together.reset([1, 2, 3])
    alone.reset([1, 2, 3])
    rows = np.random.default_rng(0).random((COPIES, 12, 3))
    for one, other in zip(together.step_rows(rows), alone.step_rows(rows), strict=True):
        assert_same(one, other)


def test_choices_of_rows_belong_to_owners():
    together, alone = pair(overrides={"arrivals": "bernoulli"})
    np.testing.assert_array_equal(together.row_owner(), np.full((COPIES, 12), -1))
    together.reset([1, 2, 3])
    alone.reset([1, 2, 3])
    assert_same(together.row_owner(), alone.row_owner())
    rows = np.random.default_rng(0).integers(3, size=(COPIES, 12))
    for one, other in zip(together.step_rows(rows), alone.step_rows(rows), strict=True):
        assert_same(one, other)


def test_users_have_no_rows():
    together, alone = pair("users")
    assert together.row_owner() is alone.row_owner() is None
    together.reset([1, 2, 3])
    with pytest.raises(ValueError, match="rows of the state must have owners"):
        together.step_rows(np.zeros((COPIES, 12), int))
    assert pair(action_mask=True)[0].row_owner() is None


@pytest.mark.parametrize("overrides", [{}, {"mobility": "random_walk"}], ids=str)
def test_the_copies_are_where_the_batch_has_got_to(overrides):
    together, alone = pair(overrides=overrides, topologies=2)
    assert [env.slot_state for env in together.envs] == [None] * COPIES
    for batch in (together, alone):
        batch.reset([1, 2, 3])
        batch.step_rows(np.ones((COPIES, 12), int))
        batch.reset([None, 9, None], np.array([False, True, False]))
    assert_same_places(together.envs, alone.envs)
    assert together.envs[1].last_outcome is None
    after = [env.step(dict.fromkeys(env.agents, np.zeros(12, int))) for env in together.envs]
    for copy, env in enumerate(alone.envs):
        expected = env.step(dict.fromkeys(env.agents, np.zeros(12, int)))
        assert after[copy][1] == expected[1]
        np.testing.assert_array_equal(after[copy][0]["server_1"], expected[0]["server_1"])


@pytest.mark.parametrize("overrides", [{}, {"population": "churn"}], ids=str)
def test_running_copies_are_taken_over(overrides):
    scenario = SMALL.with_overrides(overrides)
    envs = [DJTCRAEnv(scenario=scenario) for _ in range(2)]
    others = pickle.loads(pickle.dumps(envs))
    for both in (envs, others):
        both[0].reset(seed=1)
        both[0].step(dict.fromkeys(both[0].agents, np.ones(12, int)))
    together = envs[0].batched(envs)
    assert together is not None
    with pytest.raises(RuntimeError, match="copy 1 must be reset first"):
        together.state()
    together.reset([None, 4], np.array([False, True]))
    others[1].reset(seed=4)
    rows = np.zeros((2, 12), int)
    cut = [together.step_rows(rows)[2] for _ in range(3)][-1]
    assert cut.tolist() == [True, False]
    for env in others:
        for _ in range(3):
            env.step(dict.fromkeys(env.agents, rows[0]))
    np.testing.assert_array_equal(together.state(), [env.state() for env in others])


def test_it_pickles_in_the_middle_of_an_episode():
    together, _ = pair()
    rows = np.ones((COPIES, 12), int)
    assert_goes_on_from_a_pickle(together, lambda batch: batch.step_rows(rows))


def test_errors_name_the_copy_and_nothing_moves():
    together, _ = pair(max_cycles=1)
    with pytest.raises(RuntimeError, match=r"copy 0 must be reset first: call reset\(seeds\)"):
        together.observations()
    together.reset([1, 2, 3])
    before, actions = together.state(), np.zeros((COPIES, 3, 12), int)
    actions[2, 1, 5] = 3
    with pytest.raises(
        ValueError, match=r"copy 2: action of server_1 must be a server index .* got 3 at row 5"
    ):
        together.step(actions)
    with pytest.raises(ValueError, match=r"copy 0: actions must be integers .* got float64"):
        together.step(np.zeros((COPIES, 3, 12)))
    with pytest.raises(ValueError, match=r"actions must have shape \(3, 3, 12\), got \(3, 12\)"):
        together.step(np.zeros((COPIES, 12), int))
    with pytest.raises(ValueError, match=r"copy 1: .* from 0 to 2, got -1 at row 0"):
        together.step_rows(np.array([[0], [-1], [0]]) + np.zeros((1, 12), int))
    np.testing.assert_array_equal(together.state(), before)
    together.step_rows(np.zeros((COPIES, 12), int))
    together.reset([None] * COPIES, np.array([True, False, True]))
    with pytest.raises(RuntimeError, match="the episode of copy 1 is over"):
        together.step_rows(np.zeros((COPIES, 12), int))


def test_what_a_batch_returns_belongs_to_the_caller():
    together, alone = pair("users", reward="local", report_prices=True)
    for batch in (together, alone):
        batch.reset([1, 2, 3])
    actions = np.ones((COPIES, 12), int)
    rewards, _, _, infos = together.step(actions)
    expected = alone.step(actions)
    for values in (rewards, *infos.values(), together.state(), together.observations()):
        values *= 0
    assert_same_places(together.envs, alone.envs)
    assert_same(together.observations(), alone.observations())
    assert_same(together.step(actions)[0], alone.step(actions)[0])
    assert expected[0].any()


def test_errors_of_probabilities_and_of_users_name_the_copy():
    together, _ = pair(action="probability")
    together.reset([1, 2, 3])
    rows = np.ones((COPIES, 12, 3))
    for wrong in (rows.astype(object), rows.astype(str), rows + 0j):
        message = rf"copy 0: actions must be numbers \(probabilities\), got {wrong.dtype}"
        with pytest.raises(ValueError, match=message):
            together.step_rows(wrong)
        with pytest.raises(ValueError, match=message):
            together.step(np.stack([wrong] * 3, axis=1))
    rows[1, 4] = 0.0
    with pytest.raises(ValueError, match=r"copy 1: .* positive finite maximum .* at row 4"):
        together.step_rows(rows)
    users, _ = pair("users")
    users.reset([1, 2, 3])
    actions = np.zeros((COPIES, 12), int)
    actions[1, 7] = 5
    with pytest.raises(ValueError, match=r"copy 1: action of user_7 must be .* got 5$"):
        users.step(actions)


class Half:
    """Half of the power to be divided, as a policy of one's own."""

    def allocate(self, problem):
        served = np.bincount(problem.server, minlength=len(problem.capacity))
        return Allocation(power=(problem.capacity / 2 / np.maximum(served, 1))[problem.server])


@pytest.mark.parametrize(
    ("overrides", "options"),
    [
        ({"allocation": Half()}, {}),
        ({"qoe": "log_logistic"}, {}),
        ({}, {"allocator": "reference"}),
        ({}, {"render_mode": "human"}),
    ],
    ids=["allocation", "qoe", "allocator", "window"],
)
def test_what_cannot_be_stepped_together(overrides, options):
    envs = [DJTCRAEnv(scenario=SMALL.with_overrides(overrides), **options) for _ in range(2)]
    assert envs[0].batched(envs) is None


def test_copies_must_be_configured_alike():
    def make(**options):
        return DJTCRAEnv(**{"scenario": SMALL, "max_cycles": 3, **options})

    first = make()
    assert first.batched([first, make()]) is not None
    others = {"max_cycles": 4, "action": "probability", "report_prices": True, "topologies": 2}
    for name, value in others.items():
        assert first.batched([first, make(**{name: value})]) is None
    assert first.batched([first, make(scenario=SMALL.replace(seed=1))]) is None
    assert first.batched([first, make(view="users")]) is None

    class Mine(DJTCRAEnv):
        """Does something else."""

    assert first.batched([first, Mine(scenario=SMALL, max_cycles=3)]) is None


class Squared:
    """A reward of one's own."""

    scope = "local"

    def per_user(self, outcome):
        return outcome.qoe**2 + (outcome.assignment == 1) + outcome.allocation_price.sum()


@pytest.mark.parametrize("view", ["servers", "users"])
def test_a_reward_of_one_s_own_sees_one_copy(view):
    compare(*pair(view, {"reward": Squared()}), steps=3)
