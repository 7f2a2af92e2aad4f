"""Copies that are stepped together beside others that are stepped one after the other."""

import pickle

import numpy as np


def assert_same(ours, others):
    """Equal keys, and equal values in arrays of equal shape and type."""
    if isinstance(others, dict):
        assert set(ours) == set(others)
        for key, value in others.items():
            assert_same(ours[key], value)
        return
    assert ours.shape == others.shape
    assert ours.dtype == others.dtype
    np.testing.assert_array_equal(ours, others)


def compare(together, alone, steps=11, seed=0):
    """Steps of three copies each with random actions, and resets at different times."""
    rng = np.random.default_rng(seed)
    space = alone.envs[0].action_space(alone.possible_agents[0])
    space.seed(seed)
    seeds = [7, 5, 2**31]
    assert_same(together.reset(seeds), alone.reset(seeds))
    for _ in range(steps):
        assert_same(together.observations(), alone.observations())
        assert_same(together.state(), alone.state())
        size = together.num_envs, len(together.possible_agents)
        actions = np.array([[space.sample() for _ in range(size[1])] for _ in range(size[0])])
        ours, others = together.step(actions), alone.step(actions)
        for one, other in zip(ours, others, strict=True):
            assert_same(one, other)
        over = ours[2] | (rng.random(together.num_envs) < 0.3)
        again = [None if rng.random() < 0.5 else int(rng.integers(100)) for _ in over]
        assert_same(together.reset(again, over), alone.reset(again, over))


def assert_same_places(envs, others):
    """Copies that a batch brought up to date are in the middle of the same episodes as others."""
    for ours, other in zip(envs, others, strict=True):
        assert ours.cycle == other.cycle
        assert ours.agents == other.agents
        assert ours.scenario == other.scenario
        np.testing.assert_array_equal(ours.state(), other.state())
        assert (ours.last_outcome is None) == (other.last_outcome is None)
        if other.last_outcome is not None:
            assert ours.snapshot().bound == other.snapshot().bound
            for name, value in vars(other.last_outcome).items():
                if not name.startswith("_"):
                    np.testing.assert_array_equal(getattr(ours.last_outcome, name), value)


def assert_goes_on_from_a_pickle(together, step):
    """A batch in the middle of its episodes, and what a pickle makes of it, go on alike.

    Args:
        together: the batch, not reset yet.
        step: takes a batch one step further.
    """
    together.reset([1, 2, 3])
    step(together)
    other = pickle.loads(pickle.dumps(together))
    for one, two in zip(step(together), step(other), strict=True):
        assert_same(one, two)
    assert_same(together.observations(), other.observations())
