import numba
import numpy as np

from edgemarl.solvers import lanes
from edgemarl.solvers.lanes import EIGHT, eight


def run(function, *rows, numbers=(0.0,), results=0):
    """Let a function of lanes work on rows of eight; the rows, and what it returned."""
    marked = eight(results)(function)

    @numba.njit
    def call(array, numbers):
        return marked(array, 0, numbers)

    array = np.array([np.broadcast_to(np.asarray(row, float), EIGHT) for row in rows])
    return array, call(array, tuple(float(number) for number in numbers))


def test_operators_do_what_they_do_with_numbers():
    def function(rows, number):
        a, b = rows[0], rows[1]
        rows[2], rows[3], rows[4], rows[5] = a + b, a - number, a * b, a / b
        rows[6], rows[7] = 2.0 - a, 3.0 / a + 1.0 * (1.0 + b)
        rows[8] = lanes.square_root(lanes.absolute(b))
        return ()

    a, b = np.linspace(0.5, 4.0, EIGHT), np.linspace(-3.0, 1.0, EIGHT) - 0.01
    rows, _ = run(function, a, b, *[0.0] * 7, numbers=(0.3,))
    expected = a + b, a - 0.3, a * b, a / b, 2.0 - a, 3.0 / a + (1.0 + b), np.sqrt(np.abs(b))
    np.testing.assert_array_equal(rows[2:], expected)


def test_choices():
    def function(rows, _):
        a, b = rows[0], rows[1]
        both = (a < b) & ~(a >= 3.0)
        rows[2] = lanes.where(both | a.equals(8.0), a, -1.0)
        rows[3], rows[4] = lanes.minimum(a, b), lanes.maximum(a, 4.0)
        return ()

    a, b = np.arange(1.0, 9.0), np.full(EIGHT, 4.0)
    rows, _ = run(function, a, b, 0.0, 0.0, 0.0)
    assert rows[2].tolist() == [1.0, 2.0, -1.0, -1.0, -1.0, -1.0, -1.0, 8.0]
    assert rows[3].tolist() == [1.0, 2.0, 3.0, 4.0, 4.0, 4.0, 4.0, 4.0]
    assert rows[4].tolist() == [4.0, 4.0, 4.0, 4.0, 5.0, 6.0, 7.0, 8.0]


def test_no_comparison_holds_at_a_nan():
    def function(rows, _):
        rows[1] = lanes.where(
            (rows[0] < 1.0) | (rows[0] >= 1.0) | rows[0].equals(rows[0]), 1.0, 0.0
        )
        return ()

    rows, _ = run(function, [np.nan, *[2.0] * 7], 5.0)
    assert rows[1].tolist() == [0.0, *[1.0] * 7]


def test_eight_numbers_become_one():
    numbers = np.array([3.0, -1.0, 4.0, 1.0, -5.0, 9.0, 2.0, 6.0])
    _, found = run(lambda rows, _: (rows[0].total(), rows[0].largest()), numbers, results=2)
    assert found == (19.0, 9.0)


def test_other_columns_are_left_alone():
    def double(rows, _):
        rows[1] = rows[0] + rows[0]
        return ()

    marked = eight(0)(double)

    @numba.njit
    def call(array):
        marked(array, 8, (0.0,))

    array = np.ones((2, 24))
    call(array)
    assert array[1].tolist() == [*[1.0] * 8, *[2.0] * 8, *[1.0] * 8]
