import math

import numpy as np
import pytest

from edgemarl.solvers import conjugate
from edgemarl.solvers import workspace as ws
from edgemarl.solvers.certificate import evaluate
from edgemarl.solvers.relaxation import relax


def test_gain_is_what_the_allocation_earns_above_the_floors(root):
    family, floor, users, index, count, log_least, budget = root
    log_price, prefix, extra = relax(users, index, 0, count, log_least, budget, count // 2)
    gain, bound = evaluate(users, index, prefix, extra, count, log_price, budget)
    allocation = np.zeros(30)
    allocation[index[ws.SOURCE, :count]] = users[ws.P, :count]
    worth = np.maximum(family.value(allocation), floor).sum()
    assert gain + floor.sum() == pytest.approx(worth, rel=1e-12)
    assert gain <= bound


@pytest.mark.parametrize("off", [-0.3, -0.01, 0.0, 0.02, 0.4])
@pytest.mark.parametrize("shift", [0.8, 0.99, 1.0, 1.01])
def test_the_bound_holds_however_inexact_price_and_allocation_are(root, off, shift):
    family, floor, users, index, count, log_least, budget = root
    log_price, prefix, extra = relax(users, index, 0, count, log_least, budget, count // 2)
    exact = evaluate(users, index, prefix, extra, count, log_price, budget)[1]
    log_price += off
    prefix = int(np.searchsorted(-users[ws.LOG_LIMIT, :count], -log_price))
    users[ws.W, :count] = np.minimum(users[ws.W, :count] * shift, users[ws.LIMIT_W, :count])
    _, bound = evaluate(users, index, prefix, 0.0, count, log_price, budget)
    price = math.exp(log_price)
    dual = price * budget + conjugate(family, price, upper=budget, floor=floor)[0].sum()
    assert bound + floor.sum() >= dual * (1 - 1e-12)
    assert bound >= exact * (1 - 1e-12)
