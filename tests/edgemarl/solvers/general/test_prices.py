import numpy as np

from edgemarl.solvers.general import Logistic, SigmoidalProgram
from edgemarl.solvers.general.prices import shadow_prices
from edgemarl.solvers.general.scaled import UnitProgram

FAMILY = Logistic([1.0, 1.0, 1.0], 1.0, 0.0)


def slope(x):
    s = 1.0 / (1.0 + np.exp(-x))
    return s * (1.0 - s)


def test_prices_explain_the_slopes_of_what_can_move():
    program = SigmoidalProgram(
        FAMILY, lower=0.0, upper=4.0, A=[[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]], b=[2.0, 3.0],
        C=[[0.0, 0.0, 2.0]], d=[2.0],
    )  # fmt: skip
    y = np.array([1.0, 1.0, 1.0]) / 4.0  # x = 1 each: the second row has room
    np.testing.assert_allclose(
        shadow_prices(UnitProgram.of(program), y), [slope(1.0), 0.0, slope(1.0) / 2.0], rtol=1e-9
    )


def test_prices_of_inequalities_are_never_negative():
    falling = SigmoidalProgram(FAMILY, lower=-4.0, upper=4.0, A=-np.eye(3), b=np.zeros(3))
    prices = shadow_prices(UnitProgram.of(falling), np.full(3, 0.5))
    assert (prices >= 0.0).all()
    np.testing.assert_allclose(prices, 0.0, atol=1e-12)


def test_no_price_without_a_point_and_none_where_nothing_moves():
    program = UnitProgram.of(SigmoidalProgram(FAMILY, lower=0.0, upper=4.0, A=np.eye(3), b=[4] * 3))
    assert np.isnan(shadow_prices(program, None)).all()
    assert shadow_prices(program, np.ones(3)).tolist() == [0.0, 0.0, 0.0]
