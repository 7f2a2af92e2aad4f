import numpy as np
import pytest

from edgemarl.solvers import workspace as ws
from edgemarl.solvers.response import demand_at, fits, predict, reach, respond

PREFIX = 5


def test_users_arrive_where_their_slope_is_the_price(root):
    family, _, users, index, _, _, _ = root
    log_price = users[ws.LOG_LIMIT, PREFIX - 1] - 0.7
    demand_at(users, index, PREFIX, log_price)
    source = index[ws.SOURCE, :PREFIX]
    p = family.scale[source] / users[ws.W, :PREFIX]
    slope = family.take(source).derivative(p)
    np.testing.assert_allclose(np.log(slope), log_price, atol=1e-8)


def test_one_correction_is_of_third_order(root):
    _, _, users, index, _, _, _ = root
    start = users[ws.LOG_LIMIT, PREFIX - 1] - 0.5
    demand_at(users, index, PREFIX, start)
    _, worst = respond(users, index, PREFIX, start - 0.2)
    _, after = respond(users, index, PREFIX, start - 0.2)
    assert 1e-9 < worst < 0.01
    assert after < 10 * worst**3 + 1e-13


def test_predictions_are_close_and_their_derivative_is_right(root):
    _, _, users, index, _, _, _ = root
    start = users[ws.LOG_LIMIT, PREFIX - 1] - 0.5
    here = demand_at(users, index, PREFIX, start)
    demand, gain = predict(users, index, PREFIX, start)
    assert demand == pytest.approx(here, rel=1e-9)
    left, right = (predict(users, index, PREFIX, start + h)[0] for h in (-1e-5, 1e-5))
    assert -gain == pytest.approx((right - left) / 2e-5, rel=1e-5)
    predicted, _ = predict(users, index, PREFIX, start - 0.3)
    assert predicted == pytest.approx(demand_at(users, index, PREFIX, start - 0.3), rel=0.01)


def test_what_fits_is_predicted_to_use_no_more_than_the_room(root):
    _, _, users, index, _, _, _ = root
    log_price = users[ws.LOG_LIMIT, PREFIX - 1] - 0.5
    users[ws.KIND, 0], users[ws.LOW, 0], users[ws.ON, 0] = ws.CHORD, 0.2, 0.5
    demand, _ = predict(users, index, PREFIX, log_price)
    assert fits(users, index, PREFIX, log_price, demand * (1 + 1e-9))
    assert not fits(users, index, PREFIX, log_price, demand * (1 - 1e-9))
    assert fits(users, index, 1, log_price, 0.31)
    assert not fits(users, index, 1, log_price, 0.29)


def test_users_with_a_straight_envelope_take_all_or_nothing(root):
    _, _, users, index, _, _, _ = root
    before = demand_at(users, index, PREFIX, users[ws.LOG_LIMIT, PREFIX - 1] - 0.5)
    own = users[ws.SCALE, 0] / users[ws.W, 0]
    users[ws.KIND, 0], users[ws.LOW, 0], users[ws.ON, 0] = ws.CHORD, 0.2, 0.5
    after = demand_at(users, index, PREFIX, users[ws.LOG_LIMIT, PREFIX - 1] - 0.5)
    assert after == pytest.approx(before - own + 0.3)


def test_moves_stay_within_the_curve(root):
    _, _, users, index, _, _, _ = root
    least = users[ws.ON, 0]
    assert predict(users, index, 1, users[ws.LOG_LIMIT, 0] + 50.0) == (pytest.approx(least), 0.0)
    assert predict(users, index, 1, users[ws.LOG_LIMIT, 0] - 500.0)[0] <= 10.0 * least * (1 + 1e-9)
    assert predict(users, index, 1, users[ws.LOG_LIMIT, 0] - 0.1)[0] > least


def test_users_after_the_prefix_and_columns_without_a_user_ask_for_nothing(root):
    _, _, users, index, count, _, _ = root
    log_price = users[ws.LOG_LIMIT, count - 1] - 0.5
    demands = [demand_at(users, index, prefix, log_price) for prefix in range(count + 1)]
    assert demands[0] == 0.0
    np.testing.assert_allclose(np.diff(demands), (users[ws.SCALE] / users[ws.W])[:count])
    assert reach(index, 0) == 0
    assert reach(index, count) == count
