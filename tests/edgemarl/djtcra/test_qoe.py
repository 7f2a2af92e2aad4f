import numpy as np
import pytest

from edgemarl.djtcra.qoe import LogisticQoE, LogLogisticQoE
from edgemarl.solvers import maximize

FORMS = [LogisticQoE(), LogLogisticQoE(), LogisticQoE(peak=2.0), LogLogisticQoE(peak=2.0)]
ALPHA, BETA = np.array([15.0]), np.array([0.35])
both_forms = pytest.mark.parametrize("qoe", FORMS, ids=lambda q: f"{type(q).__name__}-{q.peak}")


def some_tasks(count, seed=0):
    """Fixed latency [s], cycles, alpha, beta of tasks such as the paper's."""
    rng = np.random.default_rng(seed)
    return (
        rng.uniform(0.01, 0.3, count),
        rng.uniform(2e8, 8e9, count),
        rng.uniform(5, 25, count),
        rng.uniform(0.32, 0.38, count),
    )


def test_logistic_by_hand(logistic):
    """Eq. (11): at D - beta = -100, 0 and 200 ms the exponents are -1.5, 0 and 3."""
    latency = np.array([0.25, 0.35, 0.55])
    value = LogisticQoE().value(latency, np.full(3, 15.0), np.full(3, 0.35))
    np.testing.assert_allclose(value, [0.81757448, 0.5, 0.04742587], atol=1e-8)
    np.testing.assert_allclose(value, logistic([1.5, 0, -3]))


def test_logistic_as_a_sigmoid_of_power():
    """Eq. (17): k = alpha (beta - m) = 15 (0.35 - 0.05), a = alpha C = 15 1e9."""
    family = LogisticQoE(peak=2.0).sigmoids(np.array([0.05]), np.array([1e9]), ALPHA, BETA)
    assert (family.peak[0], family.offset[0], family.scale[0]) == pytest.approx((2.0, 4.5, 1.5e10))


def test_log_logistic_by_hand():
    """L / (1 + (D / beta)^(alpha beta)) with alpha beta = 2: at twice the midpoint 1 / (1 + 4)."""
    alpha, beta = np.full(3, 4.0), np.full(3, 0.5)
    value = LogLogisticQoE().value(np.array([0.25, 0.5, 1.0]), alpha, beta)
    np.testing.assert_allclose(value, [0.8, 0.5, 0.2])


def test_forms_agree_in_value_and_slope_at_the_midpoint():
    step = 1e-6
    values = [form.value(BETA, ALPHA, BETA)[0] for form in FORMS[:2]]
    slopes = [
        (form.value(BETA + step, ALPHA, BETA) - form.value(BETA - step, ALPHA, BETA))[0]
        for form in FORMS[:2]
    ]
    assert values == pytest.approx([0.5, 0.5])
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-6)
    assert slopes[0] / (2 * step) == pytest.approx(-15 / 4, rel=1e-6)  # -L alpha / 4


@both_forms
def test_qoe_falls_with_latency_from_the_peak_to_nothing(qoe):
    latency = np.array([1e-9, 0.1, 0.3, 0.35, 0.4, 1.0, 1e6, np.inf])
    value = qoe.value(latency, np.full(8, 15.0), np.full(8, 0.35))
    assert (np.diff(value) <= 0).all()
    assert value[0] == pytest.approx(qoe.peak, abs=0.02)
    assert value[-1] == 0


@both_forms
def test_sigmoids_are_the_qoe_of_the_latency(qoe):
    fixed, cycles, alpha, beta = some_tasks(50)
    family = qoe.sigmoids(fixed, cycles, alpha, beta)
    assert len(family) == 50
    power = np.geomspace(1e6, 1e12, 50)
    np.testing.assert_allclose(
        family.value(power), qoe.value(fixed + cycles / power, alpha, beta), rtol=1e-12, atol=1e-300
    )
    np.testing.assert_array_equal(family.value(np.zeros(50)), 0)
    np.testing.assert_array_equal(family.derivative(np.zeros(50)), 0)


@both_forms
def test_derivative_by_finite_differences(qoe):
    family = qoe.sigmoids(*some_tasks(200))
    power = np.random.default_rng(1).uniform(0.5, 3, 200) * family.inflection
    step = 1e-5 * power
    difference = (family.value(power + step) - family.value(power - step)) / (2 * step)
    np.testing.assert_allclose(family.derivative(power), difference, rtol=1e-6)


@both_forms
def test_inflection_is_where_the_derivative_peaks(qoe):
    family = qoe.sigmoids(*some_tasks(200))
    turn = family.inflection
    top = family.derivative(turn)
    for factor in (0.2, 0.7, 0.98, 1.02, 1.5, 5.0):
        assert (family.derivative(factor * turn) < top).all()
    rising = np.array([family.derivative(turn * x) for x in np.linspace(0.3, 1, 30)])
    falling = np.array([family.derivative(turn * x) for x in np.linspace(1, 4, 30)])
    assert (np.diff(rising, axis=0) >= 0).all()  # convex before it
    assert (np.diff(falling, axis=0) <= 0).all()  # concave after it


@both_forms
def test_a_part_of_the_family(qoe):
    family = qoe.sigmoids(*some_tasks(9))
    some = np.array([4, 0, 7])
    power = np.full(9, 3e9)
    np.testing.assert_array_equal(family.take(some).value(power[some]), family.value(power)[some])


@pytest.mark.parametrize("alpha", [1.0, 5.0, 15.0, 40.0])
def test_the_general_solver_takes_the_log_logistic_form(alpha):
    """Two tasks on one server, against every split of the budget on a grid.

    Where alpha beta < 1 the functions are concave from the start.
    """
    fixed, cycles, _, beta = some_tasks(2, seed=3)
    family = LogLogisticQoE().sigmoids(fixed, cycles, np.full(2, alpha), beta)
    budget = 2e10
    result = maximize(family, budget)
    first = np.linspace(0, budget, 20_001)
    grid = max(float(family.value(np.array([p, budget - p])).sum()) for p in first)
    assert grid - 1e-6 <= result.objective <= result.upper_bound
    assert result.upper_bound >= grid
    assert result.objective == pytest.approx(grid, abs=1e-5)
    assert result.gap <= 1e-6
    assert result.allocation.sum() <= budget


@both_forms
def test_draws(qoe):
    alpha, beta = qoe.draw(20_000, np.random.default_rng(0))
    assert (alpha.mean(), alpha.std()) == pytest.approx((15.0, 4.0), rel=0.02)
    assert (beta.mean(), beta.std()) == pytest.approx((0.35, 0.01), rel=0.02)
    for values, (low, high) in [(alpha, qoe.steepness_range), (beta, qoe.midpoint_range)]:
        assert low < values.min()
        assert values.max() < high


@pytest.mark.parametrize("cls", [LogisticQoE, LogLogisticQoE])
@pytest.mark.parametrize(
    ("field", "value"),
    [("peak", 0.0), ("steepness_mean", -1.0), ("midpoint_mean", np.nan), ("steepness_std", -0.1)],
)
def test_parameters_are_checked(cls, field, value):
    with pytest.raises(ValueError, match=f"{field} must be"):
        cls(**{field: value})
