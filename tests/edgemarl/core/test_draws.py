import numpy as np
import pytest

from edgemarl.core.draws import normal_range, positive_normal, uniform


def test_range_of_a_truncated_normal():
    assert normal_range(15.0, 4.0) == (0.0, 39.0)
    assert normal_range(0.35, 0.01) == pytest.approx((0.29, 0.41))


def test_draws_stay_positive_where_many_would_not():
    values = positive_normal(1.0, 1.0, 20_000, np.random.default_rng(0))
    assert values.min() > 0
    # The mean of a normal law cut at one standard deviation below: 1 + phi(1) / Phi(1).
    assert values.mean() == pytest.approx(1 + 0.24197 / 0.84134, abs=0.02)


def test_draws_stay_within_six_standard_deviations():
    class Extreme:
        """Draws a value far out first, then the mean."""

        calls = 0

        def standard_normal(self, size=(), out=None):
            self.calls += 1
            draws = np.empty(size) if out is None else out
            draws[:] = 6.5 if self.calls == 1 else 0.5
            return draws

    rng = Extreme()
    np.testing.assert_array_equal(positive_normal(10.0, 1.0, 3, rng), 10.5)  # type: ignore[arg-type]
    assert rng.calls == 2


def test_no_spread_and_no_draws():
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(positive_normal(5.0, 0.0, 3, rng), 5.0)
    assert positive_normal(5.0, 1.0, 0, rng).shape == (0,)


def test_same_seed_same_draws():
    first, second = (positive_normal(15.0, 4.0, 50, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_uniform_bounds_and_mean():
    values = uniform((2.0, 6.0), 20_000, np.random.default_rng(0))
    assert values.min() >= 2.0
    assert values.max() <= 6.0
    assert values.mean() == pytest.approx(4.0, abs=0.03)
    assert (uniform((3.0, 3.0), 4, np.random.default_rng(0)) == 3.0).all()
