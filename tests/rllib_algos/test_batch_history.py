import numpy as np
import pytest

from rllib_algos.joint.batch_history import BatchHistory

NONE, ALL = np.zeros(2, bool), np.ones(2, bool)
BOTH, SECOND = np.array([0, 1]), np.array([1])


def seen(*numbers):
    return {"x": np.array(numbers)}


@pytest.fixture
def history():
    """Two copies that began with observations 0 and 100, and have taken two steps."""
    history = BatchHistory(2)
    history.restart(seen(0, 100), ALL)
    for step in (1, 2):
        history.add({"a": np.array([step, -step])}, np.full((2, 3), step), seen(step, 100 + step))
        history.note({"n": np.array([10 * step, 20 * step])})
    return history


def test_each_copy_gets_its_own_steps(history):
    one, other = history.cut(BOTH, np.array([False, True]))
    assert one.observations["x"].tolist() == [0, 1, 2]
    assert other.observations["x"].tolist() == [100, 101, 102]
    assert (one.actions["a"].tolist(), other.actions["a"].tolist()) == ([1, 2], [-1, -2])
    assert (one.notes["n"].tolist(), other.notes["n"].tolist()) == ([10, 20], [20, 40])
    assert one.rewards.tolist() == [[1, 1, 1], [2, 2, 2]]
    assert (one.terminated, other.terminated) == (False, True)


def test_an_episode_ends_with_what_was_seen_before_the_next_begins(history):
    (ended,) = history.cut(SECOND, NONE)
    assert ended.observations["x"].tolist() == [100, 101, 102]
    history.restart(seen(2, 500), np.array([False, True]))
    history.add({"a": np.array([3, -3])}, np.full((2, 3), 3), seen(3, 501))
    history.note({"n": np.array([30, 60])})
    one, other = history.cut(BOTH, NONE)
    assert one.observations["x"].tolist() == [0, 1, 2, 3]
    assert other.observations["x"].tolist() == [500, 501]
    assert other.actions["a"].tolist() == [-3]
    assert other.notes["n"].tolist() == [60]


def test_fragments_join_without_a_gap_and_nothing_comes_twice(history):
    assert len(history.cut(BOTH, NONE)) == 2
    assert history.cut(BOTH, NONE) == []
    history.add({"a": np.array([3, -3])}, np.full((2, 3), 3), seen(3, 103))
    one, other = history.cut(BOTH, NONE)
    assert (one.observations["x"].tolist(), len(one)) == ([2, 3], 1)
    assert other.observations["x"].tolist() == [102, 103]


def test_what_was_not_cut_is_dropped_where_a_copy_begins_anew(history):
    history.restart(seen(2, 500), np.array([False, True]))
    (one,) = history.cut(BOTH, NONE)
    assert one.observations["x"].tolist() == [0, 1, 2]


def test_only_what_some_copy_still_needs_is_kept(history):
    history.cut(SECOND, NONE)
    assert len(history._rewards) == 2
    history.cut(BOTH, NONE)
    assert len(history._rewards) == len(history._actions) == 0
    assert [values["x"].tolist() for values in history._observations] == [[2, 102]]
