import numpy as np
import pytest

from edgemarl.core.validation import (
    as_finite,
    check_choice,
    check_count,
    check_nonnegative,
    check_positive,
    check_probability,
    check_range,
    check_servers,
    check_shape,
)


def test_numbers_pass():
    np.testing.assert_array_equal(as_finite("x", (1, 2.5)), [1.0, 2.5])
    check_positive("x", [1e-300, 1e300])
    check_nonnegative("x", [0.0, -0.0, 3])
    check_probability("x", [0, 0.5, 1])
    check_range("x", (1.0, 1.0))
    check_range("x", (-5, 3), positive=False)
    check_count("x", np.int32(3))
    check_choice("x", None, [None, "a"])
    check_shape("x", np.zeros((2, 3)), (2, 3))


@pytest.mark.parametrize(
    ("check", "value", "message"),
    [
        (check_positive, -1.0, "x must be positive, got -1.0"),
        (check_positive, [1.0, 0.0], "x must be positive, got 0.0 at index 1"),
        (check_positive, [[1.0], [np.nan]], "x must be finite, got nan at index (1, 0)"),
        (check_nonnegative, [0.0, -2.0], "x must be zero or positive, got -2.0 at index 1"),
        (check_probability, 1.01, "x must be between 0 and 1, got 1.01"),
        (check_probability, np.inf, "x must be finite, got inf"),
        (as_finite, "many", "x must be numeric, got 'many'"),
        (as_finite, "5e9", "x must be numeric, got '5e9'"),
        (as_finite, None, "x must be numeric, got None"),
        (as_finite, True, "x must be numeric, got True"),
        (as_finite, [[1.0], [1.0, 2.0]], "x must be numeric, got [[1.0], [1.0, 2.0]]"),
        (as_finite, {"a": 1}, "x must be numeric, got {'a': 1}"),
        (check_range, (2.0, 1.0), "x must be a pair (low, high) with low <= high, got (2.0, 1.0)"),
        (check_range, 3.0, "x must be a pair (low, high) with low <= high, got 3.0"),
        (check_range, (0.0, 1.0), "x must be positive, got 0.0 at index 0"),
        (check_range, (np.nan, 1.0), "x must be finite, got nan at index 0"),
        (check_count, 0, "x must be an integer of at least 1, got 0"),
        (check_count, 2.0, "x must be an integer of at least 1, got 2.0"),
        (check_count, True, "x must be an integer of at least 1, got True"),
        (check_count, "3", "x must be an integer of at least 1, got '3'"),
    ],
)
def test_errors_name_thing_demand_and_value(check, value, message):
    with pytest.raises(ValueError) as error:  # noqa: PT011  the whole message is compared below
        check("x", value)
    assert str(error.value) == message


def test_choices_are_listed():
    with pytest.raises(ValueError, match=r"^colour must be one of 'red', 'blue', got 'green'$"):
        check_choice("colour", "green", ["red", "blue"])


def test_shapes_are_named():
    with pytest.raises(ValueError, match=r"^load must have shape \(3,\), got \(2, 1\)$"):
        check_shape("load", np.zeros((2, 1)), (3,))


def test_an_unhashable_choice_is_refused_too():
    with pytest.raises(ValueError, match=r"colour must be one of 'red', got \['red'\]"):
        check_choice("colour", ["red"], ["red"])


def test_server_indices():
    check_servers("choice", np.array([0, 2]), 3)
    check_servers("choice", np.array([-1, 2]), 3, lowest=-1)
    with pytest.raises(ValueError, match=r"^choice must hold integers, got float64$"):
        check_servers("choice", np.array([0.0, 2.0]), 3)  # type: ignore[arg-type]
    with pytest.raises(
        ValueError, match=r"^choice must be a server index from 0 to 2, got 3 at index 1$"
    ):
        check_servers("choice", np.array([0, 3]), 3)
