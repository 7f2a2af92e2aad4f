import numpy as np
import pytest

from edgemarl.experiments.statistics import mean_interval
from edgemarl.report.curves import mean_curve


def rows(**values):
    """Rows of one run: slots_20=1.5 is a value of 1.5 after 20 slots."""
    return [{"slots": float(name.split("_")[1]), "x": value} for name, value in values.items()]


def test_the_mean_of_runs_and_its_interval():
    curve = mean_curve([rows(s_10=1.0, s_20=2.0), rows(s_10=3.0, s_20=6.0)], "x")
    assert curve.slots.tolist() == [10, 20]
    assert curve.mean.tolist() == [2.0, 4.0]
    expected = mean_interval([2.0, 6.0])
    assert (curve.low[1], curve.high[1]) == pytest.approx((expected.low, expected.high))
    assert curve.runs.tolist() == [2, 2]


def test_a_run_that_ended_early_counts_as_far_as_it_got():
    curve = mean_curve([rows(s_10=1.0), rows(s_10=3.0, s_20=6.0)], "x")
    assert curve.slots.tolist() == [10, 20]
    assert curve.mean.tolist() == [2.0, 6.0]
    assert curve.runs.tolist() == [2, 1]
    assert not np.isnan(curve.low[0])
    assert np.isnan(curve.low[1])


def test_values_between_checks_are_interpolated():
    curve = mean_curve([rows(s_0=0.0, s_20=2.0), rows(s_0=0.0, s_10=4.0, s_20=4.0)], "x")
    assert curve.slots.tolist() == [0, 20]
    curve = mean_curve([rows(s_0=0.0, s_10=4.0), rows(s_0=0.0, s_20=2.0, s_40=2.0)], "x")
    assert curve.slots.tolist() == [0, 10, 40]
    assert curve.mean.tolist() == [0.0, 2.5, 2.0]


def test_a_measure_that_no_run_has_is_no_curve():
    assert mean_curve([rows(s_10=1.0), []], "y") is None
