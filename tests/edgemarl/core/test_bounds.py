import numpy as np
import pytest

from edgemarl.core.bounds import relative_gap


def test_gap_is_a_share_of_the_bound():
    np.testing.assert_allclose(relative_gap([4.0, 8.0], [3.0, 8.0]), [0.25, 0.0])
    assert float(relative_gap(10.0, 7.0)) == pytest.approx(0.3)


def test_a_bound_of_zero_leaves_no_gap():
    assert float(relative_gap(0.0, 0.0)) == 0.0
