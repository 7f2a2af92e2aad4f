import numpy as np
import pytest

from edgemarl.solvers.validation import check_values, plain


def test_plain_arrays_are_not_copied():
    array = np.ones(3)
    assert plain(array) is array


@pytest.mark.parametrize("array", [[1, 2], np.ones(4)[::2], np.float32([1.0])])
def test_plain_makes_contiguous_writeable_float64(array):
    result = plain(array)
    assert result.dtype == np.float64
    assert result.flags.c_contiguous
    assert result.flags.writeable
    np.testing.assert_array_equal(result, array)


@pytest.mark.parametrize(
    ("limits", "value", "message"),
    [
        ({}, np.nan, "x must be finite, got nan at index 2"),
        ({}, np.inf, "x must be finite, got inf at index 2"),
        ({"least": 0.0}, -1e-300, "x must be non-negative and finite, got -1e-300 at index 2"),
        ({"least": 0.0, "exclusive": True}, 0.0, "x must be positive and finite, got 0.0 at index"),
        ({"least": 2.0}, 1.0, "x must be at least 2.0 and finite, got 1.0"),
        ({"least": 2.0, "exclusive": True}, 2.0, "x must be above 2.0 and finite, got 2.0"),
        ({"least": 0.0, "hint": "drop it"}, -1.0, "got -1.0 at index 2; drop it"),
    ],
)
def test_the_first_bad_entry_is_named(limits, value, message):
    with pytest.raises(ValueError, match=message):
        check_values("x", np.array([3.0, 4.0, value, value]), **limits)


def test_positions_follow_the_shape():
    with pytest.raises(ValueError, match=r"at index \(1, 0\)"):
        check_values("x", np.array([[0.0, 1.0], [np.nan, 2.0]]))
    with pytest.raises(ValueError, match=r"got nan$"):
        check_values("x", np.array(np.nan))


def test_good_values_pass():
    check_values("x", np.array([0.0, 1e300]), least=0.0)
    check_values("x", np.array([-1e300]))
    check_values("x", np.empty(0), least=0.0)
