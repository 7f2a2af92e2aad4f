import numba
import numpy as np
import pytest

from edgemarl.solvers import closed_forms, lane_forms
from edgemarl.solvers.lanes import EIGHT, eight

OFFSETS = -800.0, -40.0, -3.0, 0.5, 2.0, 7.0, 40.0, 2000.0


@eight(0)
def _all_forms(rows, _):
    w, offset = rows[0], rows[1]
    rows[2], rows[3] = lane_forms.logistic_pair(offset - w)
    rows[4], first, second = lane_forms.log_slope(w, offset)
    rows[5], rows[6] = first, second
    rows[7], rows[8] = lane_forms.step_to(0.3 - w, first, second)
    rows[9] = lane_forms.wright_omega(offset - 1.0)
    return ()


@numba.njit
def _forms_of_eight(rows):
    _all_forms(rows, 0, (0.0,))


@pytest.mark.parametrize("w", [0.01, 1.0, 2.5, 7.0, 39.0, 400.0])
def test_eight_at_once_are_as_one_by_one(w):
    rows = np.empty((10, EIGHT))
    rows[0], rows[1] = w, OFFSETS
    _forms_of_eight(rows)
    for lane, offset in enumerate(OFFSETS):
        level, first, second = closed_forms.log_slope(w, offset)
        expected = [
            *closed_forms.logistic_pair(offset - w),
            *(level, first, second),
            *closed_forms.step_to(0.3 - w, first, second),
            closed_forms.wright_omega(offset - 1.0),
        ]
        np.testing.assert_allclose(rows[2:, lane], expected, rtol=1e-12, atol=1e-14)
