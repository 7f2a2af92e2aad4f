import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edgemarl.mec.votes import LOCAL, VOTES, vote_capacity, vote_max

LIMIT = np.array([2, 1])


def test_the_example_of_section_4c():
    """Scores 0.7, 0.8 and 0.2 give the second server; all below 0.5 give none."""
    scores = np.array([[0.7, 0.49], [0.8, 0.3], [0.2, 0.1]])
    np.testing.assert_array_equal(vote_max(scores, np.ones(3, int)), [1, LOCAL])


def test_one_half_is_enough_and_the_first_of_equals_wins():
    scores = np.array([[0.5, 0.9, 0.0], [0.5, 0.9, 0.5]], dtype=np.float32)
    np.testing.assert_array_equal(vote_max(scores, LIMIT), [0, 0, 1])


def test_servers_keep_their_highest_scores():
    scores = np.array([[0.6, 0.9, 0.8, 0.1, 0.2], [0.5, 0.1, 0.1, 0.6, 0.7]])
    np.testing.assert_array_equal(vote_max(scores, LIMIT), [0, 0, 0, 1, 1])
    np.testing.assert_array_equal(vote_capacity(scores, LIMIT), [LOCAL, 0, 0, LOCAL, 1])


def test_of_equal_scores_the_lower_indices_stay():
    scores = np.array([[0.8, 0.8, 0.8, 0.8], [0.0, 0.0, 0.0, 0.0]])
    np.testing.assert_array_equal(vote_capacity(scores, LIMIT), [0, 0, LOCAL, LOCAL])


def test_a_server_that_is_full_hands_nothing_on():
    """A device that its favourite server drops computes itself, whatever the others scored."""
    scores = np.array([[0.9, 0.8, 0.7], [0.6, 0.6, 0.6]])
    np.testing.assert_array_equal(vote_capacity(scores, np.array([1, 3])), [0, LOCAL, LOCAL])


@given(arrays(np.float32, (3, 7), elements=st.floats(0, 1, width=32)))
def test_properties(scores):
    limit = np.array([0, 2, 7])
    free, capped = vote_max(scores, limit), vote_capacity(scores, limit)
    for device in range(7):
        best = scores[:, device].max()
        assert (free[device] == LOCAL) == (best < 0.5)
        if free[device] != LOCAL:
            assert scores[free[device], device] == best
    assert set(np.flatnonzero(free != capped)) <= set(np.flatnonzero(capped == LOCAL))
    wanted = np.bincount(free[free >= 0], minlength=3)
    kept = np.bincount(capped[capped >= 0], minlength=3)
    np.testing.assert_array_equal(kept, np.minimum(wanted, limit))


@pytest.mark.parametrize("vote", VOTES.values(), ids=VOTES)
@pytest.mark.parametrize("dtype", [np.float32, np.uint8, bool])
def test_many_slots_at_once(vote, dtype):
    scores = np.random.default_rng(0).uniform(0, 2, (5, 3, 20)).clip(0, 1).astype(dtype)
    limit = np.array([2, 5, 0])
    each = [vote(one, limit) for one in scores]
    np.testing.assert_array_equal(vote(scores, limit), each)
    np.testing.assert_array_equal(vote(scores[None], limit), [each])


@pytest.mark.parametrize("vote", VOTES.values(), ids=VOTES)
def test_scores_are_left_as_they_are(vote):
    scores = np.array([[0.9, 0.8, 0.7], [0.6, 0.6, 0.6]])
    before = scores.copy()
    vote(scores, np.array([1, 1]))
    np.testing.assert_array_equal(scores, before)
