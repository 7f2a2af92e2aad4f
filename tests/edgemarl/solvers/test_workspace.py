import numpy as np
import pytest

from edgemarl.solvers import workspace as ws
from edgemarl.solvers.closed_forms import tangent, value


def loaded(peak, offset, scale, floor, budget):
    peak, offset, scale, floor = (np.asarray(x, float) for x in (peak, offset, scale, floor))
    users, index = ws.workspace(len(peak))
    members = np.arange(len(peak))
    found = ws.load(users, index, peak, offset, scale, floor, members, budget)
    return users, index, *found


@pytest.mark.parametrize("size", [0, 1, 2, 7, 50, 333])
def test_sort_agrees_with_numpy(rng, size):
    keys = rng.integers(0, 20, size).astype(float)  # many ties
    sorted_keys, values = keys.copy(), np.arange(size)
    ws.sort_descending(sorted_keys, values, size)
    np.testing.assert_array_equal(values, np.argsort(-keys, kind="stable"))
    np.testing.assert_array_equal(sorted_keys, keys[values])


def test_users_are_sorted_by_slope_and_hopeless_ones_left_out():
    # Offset 2: omega(1) = 1, tangent at w = 2, slope peak / scale.
    users, index, count, floors, least = loaded(
        [1.0, 0.0, 3.0, 1.0], np.full(4, 2.0), [1.0, 1.0, 1.0, 2.0], [0.0, 0.2, 0.0, 5.0], 10.0
    )
    assert count == 2
    assert index[ws.SOURCE, :2].tolist() == [2, 0]
    np.testing.assert_allclose(np.exp(users[ws.LOG_LIMIT, :2]), [3.0, 1.0])
    np.testing.assert_allclose(users[ws.ON, :2], [0.5, 0.5])
    assert floors == 5.2
    assert 0.0 < least < 1e-12


def test_envelopes_end_at_the_budget():
    users, _, count, _, _ = loaded([1.0], [2.0], [1.0], [0.0], 0.4)
    assert count == 1
    assert users[ws.KIND, 0] == ws.CAPPED
    assert users[ws.ON, 0] == 0.4
    assert np.exp(users[ws.LOG_LIMIT, 0]) == pytest.approx(value(1.0, 2.0, 1.0, 0.4) / 0.4)


def test_without_a_budget_nobody_is_kept():
    _, _, count, floors, least = loaded([1.0], [2.0], [1.0], [0.3], 0.0)
    assert (count, floors, least) == (0, 0.3, 0.0)


@pytest.mark.parametrize(("size", "columns"), [(0, 0), (1, 8), (8, 8), (9, 16)])
def test_columns_come_in_whole_groups(size, columns):
    users, index = ws.workspace(size)
    assert users.shape == (ws.NUM_ROWS, columns)
    assert index.shape == (ws.NUM_INT_ROWS, columns)


def test_columns_without_a_user_are_in_no_order():
    users, index, count, _, _ = loaded(
        [1.0, 0.0, 2.0], np.full(3, 2.0), np.ones(3), np.zeros(3), 10.0
    )
    assert users[ws.RANK].tolist() == [0.0, 1.0, *[np.inf] * 6]
    assert index[ws.ORDER, :count].tolist() == [0, 1]
    assert index[ws.REACH, :count].tolist() == [1, 2]


def test_the_reach_covers_all_columns_so_far():
    users, index = ws.workspace(3)
    for place, user in enumerate([1, 0, 2]):
        ws.put_in_order(users, index, place, user)
    assert index[ws.ORDER, :3].tolist() == [1, 0, 2]
    assert users[ws.RANK, :3].tolist() == [1.0, 0.0, 2.0]
    assert index[ws.REACH, :3].tolist() == [2, 2, 3]


@pytest.mark.parametrize("floor", [0.0, 0.1])
def test_tangents_are_those_of_the_closed_form(rng, floor):
    peak, offset = rng.uniform(0.2, 2.0, 20), rng.normal(3.0, 20.0, 20)
    scale, floors = 10.0 ** rng.uniform(-200.0, 200.0, 20), np.full(20, floor)
    peak[3] = 0.0
    users, _ = ws.workspace(20)
    ws.find_tangents(users, peak, offset, scale, floors, np.arange(20))
    expected = [tangent(*one) for one in zip(peak, offset, scale, floors, strict=True)]
    found = users[[ws.W, ws.P], :20].T
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-300)


def test_shifts_at_any_scale():
    users, _ = ws.workspace(3)
    users[ws.PEAK, :3], users[ws.SCALE, :3] = [2.0, 1e-300, 1e300], [3.0, 1e300, 1e-300]
    ws.find_shifts(users, 3)
    expected = np.log(users[ws.SCALE, :3]) - np.log(users[ws.PEAK, :3])
    np.testing.assert_allclose(users[ws.SHIFT, :3], expected, rtol=1e-14)


def test_twins_are_found():
    _, index, count, _, _ = loaded(
        [1.0, 2.0, 1.0, 1.0, 2.0], np.full(5, 2.0), np.ones(5), [0.0, 0.0, 0.0, 0.1, 0.0], 10.0
    )
    source = index[ws.SOURCE, :count].tolist()
    assert source == [1, 4, 0, 2, 3]
    assert index[ws.TWIN_FIRST, :count].tolist() == [0, 0, 2, 2, 4]
    assert index[ws.TWIN_LAST, :count].tolist() == [1, 1, 3, 3, 4]


@pytest.mark.parametrize(("a", "b"), [(3.0, 2.0), (1e300, 1e-300), (1e-300, 1e300)])
def test_log_ratio_at_any_scale(a, b):
    assert ws.log_ratio(a, b) == pytest.approx(np.log(a) - np.log(b), rel=1e-15)
