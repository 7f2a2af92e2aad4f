import numpy as np
import pytest

from edgemarl.core.batch_checks import (
    as_array,
    check_which,
    checked_seeds,
    in_copy,
    require_running,
)


def test_seeds_become_integers_of_python():
    for given in ([3, None], (np.int64(3), None)):
        assert checked_seeds(given, 2) == [3, None]
    seeds = checked_seeds(np.arange(3), 3)
    assert seeds == [0, 1, 2]
    assert {type(seed) for seed in seeds} == {int}


@pytest.mark.parametrize("seeds", [None, 5, np.int64(5), np.array(5), "12", {1, 2}], ids=repr)
def test_seeds_are_a_list(seeds):
    message = "seeds must be a list with an integer or None for every copy, got "
    with pytest.raises(ValueError, match=message):
        checked_seeds(seeds, 2)


def test_there_is_a_seed_for_every_copy():
    with pytest.raises(ValueError, match="seeds must be 2, one for every copy, got 1"):
        checked_seeds([0], 2)


@pytest.mark.parametrize("seed", [-1, 2.0, True, "a", np.int64(-1)], ids=repr)
def test_seeds_are_integers_from_zero(seed):
    with pytest.raises(ValueError, match="copy 1: seed must be an integer of at least 0, got "):
        checked_seeds([5, seed, 6], 3)


def test_all_copies_are_reset_by_default():
    assert check_which(None, 2).tolist() == [True, True]
    assert check_which(np.array([False, True]), 2).tolist() == [False, True]
    with pytest.raises(ValueError, match=r"which must have shape \(2,\), got \(3,\)"):
        check_which(np.ones(3, bool), 2)
    with pytest.raises(ValueError, match="which must hold True or False for every copy, got int"):
        check_which(np.array([0, 1]), 2)


def test_what_has_no_shape_is_no_array():
    np.testing.assert_array_equal(as_array("actions", [[1, 2], [3, 4]]), [[1, 2], [3, 4]])
    message = "rows must be one array of all copies, got lists of different lengths"
    with pytest.raises(ValueError, match=message):
        as_array("rows", [[1], [1, 2]])


def test_the_first_copy_that_is_over():
    require_running(np.array([True, True]))
    with pytest.raises(RuntimeError, match=r"episode of copy 1 is over, call reset\(seeds, which"):
        require_running(np.array([True, False, False]))


def test_errors_get_the_copy_in_front():
    assert in_copy(1, lambda: 5) == 5
    with pytest.raises(ValueError, match=r"^copy 3: invalid literal"):
        in_copy(3, lambda: int("x"))
