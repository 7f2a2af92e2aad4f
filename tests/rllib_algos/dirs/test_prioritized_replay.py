import numpy as np
import pytest

from rllib_algos.dirs.replay import PrioritizedReplay
from rllib_algos.joint.fragment import JointFragment
from rllib_algos.joint.layout import Field


def replay(capacity=4, exponent=1.0, epsilons=(0.08, 0.02), seed=0):
    fields = {"gains": Field((1,), "float32")}
    rng = np.random.default_rng(seed)
    return PrioritizedReplay(capacity, fields, 2, exponent, epsilons, rng)


def demonstrate(store, *numbers):
    gains = np.array(numbers, np.float32)[:, None]
    store.add_demonstrations({"gains": gains}, np.tile(gains.astype(int), 2))


def fragment(first, targets):
    """Steps whose observations are `first`, `first` + 1, ... and, after the last, one more."""
    steps = len(targets)
    gains = np.arange(first, first + steps + 1, dtype=np.float32)[:, None]
    return JointFragment(
        observations={"gains": gains},
        actions={},
        rewards=np.zeros((steps, 1), np.float32),
        terminated=False,
        notes={"target": np.array(targets)},
    )


def contents(store, size=2000):
    batch, _ = store.sample(size)
    return sorted({float(g) for g in batch["gains"][:, 0]})


def test_only_refined_steps_are_kept_beside_their_observations():
    store = replay()
    store.add(fragment(5, [[-2, -2], [1, -1], [-2, -2], [0, 1]]))
    batch, _ = store.sample(50)
    assert len(store) == 2
    kept = {(float(g), *t) for (g,), t in zip(batch["gains"], batch["target"], strict=True)}
    assert kept == {(6.0, 1, -1), (8.0, 0, 1)}
    assert not batch["demonstration"].any()
    store.add(fragment(9, [[-2, -2]]))
    assert len(store) == 2


def test_the_newest_replace_the_oldest_demonstrations_included():
    store = replay()
    demonstrate(store, 1, 2, 3)
    store.add(fragment(4, [[0, 0]]))
    assert contents(store) == [1, 2, 3, 4]
    store.add(fragment(5, [[0, 0], [0, 0]]))
    assert contents(store) == [3, 4, 5, 6]
    batch, _ = store.sample(200)
    np.testing.assert_array_equal(batch["demonstration"], batch["gains"][:, 0] == 3)
    demonstrate(store, *range(10, 20))  # more than there is room for
    assert contents(store) == [16, 17, 18, 19]


def test_probabilities_by_hand():  # Eq. (15)
    store = replay(exponent=2.0)
    demonstrate(store, 1, 2)
    store.add(fragment(3, [[0, 0]]))
    store.update(np.array([0, 1, 2]), np.array([0.5, 0.7, 0.3]))
    store.update(np.array([0, 2]), np.array([0.4, 0.6]))
    # |Delta delta| is 0.1, 0.7 (from 0, drawn once) and 0.3; epsilon is 0.02, 0.02, 0.08
    weights = np.array([0.12, 0.72, 0.38]) ** 2
    np.testing.assert_allclose(store.probabilities(), weights / weights.sum(), rtol=1e-5)


def test_what_has_never_been_drawn_counts_as_much_as_what_has_changed_most():
    store = replay(epsilons=(0.1, 0.1))
    demonstrate(store, 1, 2)
    np.testing.assert_allclose(store.probabilities(), 0.5)
    store.update(np.array([0, 1]), np.array([0.5, 0.2]))
    store.add(fragment(3, [[0, 0]]))
    np.testing.assert_allclose(store.probabilities(), np.array([6, 3, 6]) / 15, rtol=1e-5)


def test_of_a_slot_drawn_twice_the_last_loss_counts():
    store = replay(epsilons=(0.1, 0.1))
    demonstrate(store, 1, 2)
    store.update(np.array([0, 1, 0]), np.array([0.9, 0.2, 0.4]))
    np.testing.assert_allclose(store.probabilities(), np.array([5, 3]) / 8, rtol=1e-5)


def test_samples_follow_the_probabilities():
    store = replay(capacity=8)
    demonstrate(store, 0, 1, 2, 3)
    store.update(np.arange(4), np.array([0.1, 0.2, 0.3, 1.0]))
    batch, slots = store.sample(20_000)
    np.testing.assert_array_equal(batch["gains"][:, 0], slots)
    share = np.bincount(slots) / 20_000
    np.testing.assert_allclose(share, store.probabilities(), atol=0.015)


def test_a_restored_replay_goes_on_alike():
    store, other = replay(seed=3), replay(seed=4)
    demonstrate(store, 1, 2, 3, 4, 5)
    store.update(np.arange(4), np.array([0.1, 0.2, 0.3, 1.0]))
    state = store.get_state()
    expected = [store.sample(6)[0]["gains"] for _ in range(2)]
    other.set_state(state)
    np.testing.assert_array_equal([other.sample(6)[0]["gains"] for _ in range(2)], expected)
    demonstrate(store, 6)
    demonstrate(other, 6)
    assert contents(other) == contents(store) == [3, 4, 5, 6]


def test_states_that_do_not_fit_and_an_empty_replay_are_refused():
    with pytest.raises(ValueError, match="replay is empty"):
        replay().sample(1)
    with pytest.raises(ValueError, match=r"replay_capacity is 4, but .* written with 5"):
        replay().set_state(replay(capacity=5).get_state())
