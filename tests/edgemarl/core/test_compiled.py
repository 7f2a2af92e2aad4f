import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemarl.core.compiled import extent, scatter_rows


def test_extent_by_hand():
    assert extent(np.array([3.0, -1.0, 2.0])) == (-1.0, 3.0)
    assert extent(np.array([5])) == (5, 5)


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_extent_is_min_and_max(values):
    array = np.array(values)
    assert extent(array) == (array.min(), array.max())


@pytest.mark.parametrize("place", [0, 1, 2])
def test_nan_is_not_lost(place):
    values = np.array([1.0, 2.0, 3.0])
    values[place] = np.nan
    assert np.isnan(extent(values)).all()


def test_rows_go_to_their_owner():
    rows = np.array([[1, 2], [3, 4], [5, 6]], dtype=np.float32)
    spread = scatter_rows(rows, np.array([1, 0, 1]), 2)
    assert spread.dtype == np.float32
    np.testing.assert_array_equal(spread, [[[0, 0], [3, 4], [0, 0]], [[1, 2], [0, 0], [5, 6]]])
