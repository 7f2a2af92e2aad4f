import itertools

import numpy as np
import pytest

import edgemarl
from edgemarl.experiments.rollout import STREAMS, episode_seed, rollout


class Recorder:
    """Keeps every task at its own RAN, and what it was shown."""

    def __init__(self):
        self.resets = []
        self.seen = []

    def reset(self, env, rng):
        self.env = env
        self.resets.append(rng.random())

    def __call__(self, observations):
        self.seen.append(observations)
        return self.env.unwrapped.view.encode(self.env.unwrapped.slot_state.ran)


@pytest.fixture
def env():
    return edgemarl.make("djtcra-servers-v0", scenario="tiny", max_cycles=3)


def test_slots_are_counted_across_episodes(env):
    policy = Recorder()
    slots = list(rollout(env, policy, slots=7, seed=0))
    assert [slot.episode for slot in slots] == [0, 0, 0, 1, 1, 1, 2]
    assert len(policy.resets) == 3
    assert len(policy.seen) == 7


def test_each_slot_pairs_a_state_with_its_own_outcome(env):
    for slot in rollout(env, Recorder(), slots=5, seed=0):
        np.testing.assert_array_equal(slot.outcome.assignment, slot.state.ran)


def test_equal_seeds_give_equal_slots_and_others_do_not(env):
    def volumes(**kwargs):
        return np.array([s.state.volume for s in rollout(env, Recorder(), slots=5, **kwargs)])

    np.testing.assert_array_equal(volumes(seed=1), volumes(seed=1))
    for other in ({"seed": 2}, {"seed": 1, "stream": "validation"}):
        assert not np.any(volumes(seed=1) == volumes(**other))


def test_policy_draws_are_reproducible_and_new_in_each_episode(env):
    first, second = Recorder(), Recorder()
    list(rollout(env, first, slots=7, seed=3))
    list(rollout(env, second, slots=7, seed=3))
    assert first.resets == second.resets
    assert len(set(first.resets)) == 3


def test_streams_are_disjoint_from_one_another_and_from_training():
    seeds = {
        stream: {episode_seed(stream, seed, k) for seed, k in itertools.product(range(5), range(9))}
        for stream in STREAMS
    }
    assert all(seed >= 2**32 for drawn in seeds.values() for seed in drawn)
    assert not set.intersection(*seeds.values())
    assert all(len(drawn) == 45 for drawn in seeds.values())


def test_actions_for_the_wrong_agents_are_named(env):
    def incomplete(observations):
        return {agent: np.zeros(8, dtype=np.int64) for agent in list(observations)[1:]}

    with pytest.raises(ValueError, match="server_0"):
        list(rollout(env, incomplete, slots=1, seed=0))


def test_an_action_outside_its_space_names_the_agent(env):
    def too_high(observations):
        return {agent: np.full(8, 3) for agent in observations}

    with pytest.raises(ValueError, match=r"server_\d must be a server index from 0 to 2, got 3"):
        list(rollout(env, too_high, slots=1, seed=0))


def test_probabilities_that_are_nan_name_the_agent():
    env = edgemarl.make("djtcra-servers-v0", scenario="tiny", action="probability")

    def broken(observations):
        return {agent: np.full((8, 3), np.nan, np.float32) for agent in observations}

    with pytest.raises(ValueError, match=r"server_\d must have a positive finite maximum"):
        list(rollout(env, broken, slots=1, seed=0))


def test_a_policy_must_return_a_mapping(env):
    with pytest.raises(TypeError, match="must return a dict of actions by agent, got list"):
        list(rollout(env, lambda observations: [0, 1, 2], slots=1, seed=0))


def test_a_policy_must_be_callable(env):
    with pytest.raises(TypeError, match="policy must be callable"):
        list(rollout(env, "nearest", slots=1, seed=0))


@pytest.mark.parametrize("slots", [0, -1, 2.5])
def test_slots_must_be_a_count(env, slots):
    with pytest.raises(ValueError, match="slots must be an integer of at least 1"):
        list(rollout(env, Recorder(), slots=slots, seed=0))
