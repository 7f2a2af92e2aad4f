import numpy as np
import pytest

from edgemarl.core.component import kinds
from edgemarl.mec.tasks import EqualTasks, UniformTasks


def test_all_kinds_are_tested_here():
    assert kinds("mec.tasks") == ["equal", "uniform"]


def test_equal_tasks_are_those_of_table_1():
    tasks = EqualTasks().draw(3, np.random.default_rng(0))
    np.testing.assert_array_equal(tasks.volume, [8e5] * 3)  # 100 kB
    np.testing.assert_array_equal(tasks.cycles, [1e9] * 3)


def test_uniform_tasks_fill_their_ranges():
    law = UniformTasks(volume=(1e5, 3e5), cycles=(2e9, 6e9))
    tasks = law.draw(5000, np.random.default_rng(0))
    for values, (low, high) in ((tasks.volume, law.volume), (tasks.cycles, law.cycles)):
        assert low <= values.min() < low + 0.01 * (high - low)
        assert high >= values.max() > high - 0.01 * (high - low)
        assert values.mean() == pytest.approx((low + high) / 2, rel=0.02)
    assert abs(np.corrcoef(tasks.volume, tasks.cycles)[0, 1]) < 0.05


@pytest.mark.parametrize(
    ("law", "fields", "message"),
    [
        (EqualTasks, {"volume": 0.0}, r"^volume must be positive, got 0\.0$"),
        (EqualTasks, {"cycles": (1e9, 2e9)}, r"^cycles must be a number, got \(1000000000\.0"),
        (UniformTasks, {"volume": (2.0, 1.0)}, r"^volume must be a pair \(low, high\)"),
        (UniformTasks, {"cycles": (0.0, 1.0)}, r"^cycles must be positive, got 0\.0 at index 0$"),
    ],
)
def test_sizes_out_of_range(law, fields, message):
    with pytest.raises(ValueError, match=message):
        law(**fields)
