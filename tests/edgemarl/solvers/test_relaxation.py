import math

import numpy as np
import pytest

from edgemarl.solvers import conjugate
from edgemarl.solvers import workspace as ws
from edgemarl.solvers.certificate import evaluate
from edgemarl.solvers.relaxation import balance, relax
from edgemarl.solvers.response import demand_at


def test_relaxation_minimises_the_dual_function(root):
    family, floor, users, index, count, log_least, budget = root

    def dual(log_price):
        price = math.exp(log_price)
        return price * budget + conjugate(family, price, upper=budget, floor=floor)[0].sum()

    log_price, prefix, extra = relax(users, index, 0, count, log_least, budget, count // 2)
    assert 0 < prefix < count
    _, bound = evaluate(users, index, prefix, extra, count, log_price, budget)
    least = min(dual(log_price + step) for step in np.linspace(-0.5, 0.5, 501))
    assert bound + floor.sum() == pytest.approx(dual(log_price), rel=1e-9)
    assert bound + floor.sum() <= least * (1 + 1e-12)
    assert users[ws.P, :count].sum() == pytest.approx(budget, rel=1e-8)


def test_demand_falls_with_the_price_and_balance_meets_it(root):
    _, _, users, index, _, log_least, _ = root
    prefix = 5
    high = users[ws.LOG_LIMIT, prefix - 1]
    prices = np.linspace(high - 3.0, high, 20)
    demands = [demand_at(users, index, prefix, price) for price in prices]
    assert (np.diff(demands) < 0.0).all()
    for price, demand in zip(prices[1:-1], demands[1:-1], strict=True):
        found = balance(users, index, prefix, high, log_least, high, demand)
        assert found == pytest.approx(price, abs=1e-8)


def test_balance_returns_the_end_of_the_bracket_it_would_leave(root):
    _, _, users, index, _, _, _ = root
    prefix = 5
    high = users[ws.LOG_LIMIT, prefix - 1]
    inside = demand_at(users, index, prefix, high - 1.0)
    assert balance(users, index, prefix, high, high - 0.5, high, 2 * inside) == high - 0.5
    assert balance(users, index, prefix, high - 2.0, high - 2.0, high - 1.5, inside) == high - 1.5


@pytest.mark.parametrize("guess", [-5, 0, 1, 3, 8, 20, 400])
def test_the_relaxation_is_the_same_whatever_is_guessed(root, guess):
    _, _, users, index, count, log_least, budget = root
    start = users.copy()
    expected = relax(users, index, 0, count, log_least, budget, count // 2)
    users[:] = start
    found = relax(users, index, 0, count, log_least, budget, guess)
    assert found == pytest.approx(expected, rel=1e-9)
    assert found[1] == expected[1]
