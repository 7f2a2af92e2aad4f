import math

import numpy as np
import pytest

from edgemarl.experiments.statistics import Interval, mean_interval, paired_difference


def test_interval_of_four_values_by_hand():
    # mean 2.5, variance 5/3, standard error sqrt(5/12); t(0.975, 3) = 3.182446 from the table.
    interval = mean_interval([1.0, 2.0, 3.0, 4.0])
    half = 3.182446305284263 * math.sqrt(5 / 12)
    assert interval.mean == 2.5
    assert interval.low == pytest.approx(2.5 - half, abs=1e-9)
    assert interval.high == pytest.approx(2.5 + half, abs=1e-9)
    assert interval.half_width == pytest.approx(2.0542604, abs=1e-6)


def test_interval_of_two_values_uses_one_degree_of_freedom():
    # Cauchy quantile tan(pi (p - 1/2)) at p = 0.95 for a 90 % interval; standard error is 1.
    interval = mean_interval([-1.0, 1.0], confidence=0.9)
    assert interval.high == pytest.approx(math.tan(math.pi * 0.45))


def test_one_value_has_no_interval():
    assert mean_interval([7.0]) == Interval(7.0, None, None)
    assert mean_interval([7.0]).half_width is None
    assert Interval(7.0).scaled(2.0) == Interval(14.0)


def test_paired_difference_removes_what_both_share():
    shared = np.array([10.0, 50.0, 90.0, 20.0])
    difference = paired_difference(shared + np.array([1.0, 2.0, 3.0, 2.0]), shared)
    # differences 1, 2, 3, 2: mean 2, variance 2/3, standard error sqrt(1/6)
    assert difference.mean == pytest.approx(2.0)
    assert difference.half_width == pytest.approx(3.182446305284263 * math.sqrt(1 / 6))


def test_interval_covers_the_mean_as_often_as_it_says():
    rng = np.random.default_rng(0)
    samples = rng.normal(3.0, 2.0, size=(2000, 5))
    covered = [
        i.low <= 3.0 <= i.high
        for i in map(mean_interval, samples)
        if i.low is not None and i.high is not None
    ]
    assert len(covered) == 2000
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


def test_scaling_keeps_the_order():
    assert Interval(2.0, 1.0, 3.0).scaled(100.0) == Interval(200.0, 100.0, 300.0)


@pytest.mark.parametrize("values", [[], [[1.0, 2.0]], [1.0, float("nan")]])
def test_bad_values_are_named(values):
    with pytest.raises(ValueError, match="values must be"):
        mean_interval(values)


def test_unpaired_samples_are_refused():
    with pytest.raises(ValueError, match="must pair up"):
        paired_difference([1.0, 2.0], [1.0])


def test_confidence_outside_the_unit_interval_is_refused():
    with pytest.raises(ValueError, match="confidence must be between 0 and 1, got 95"):
        mean_interval([1.0, 2.0], confidence=95)
