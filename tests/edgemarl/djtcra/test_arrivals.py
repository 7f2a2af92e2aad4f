import numpy as np
import pytest

from edgemarl.djtcra.arrivals import BernoulliTasks, UniformTasks


def test_uniform_tasks_have_the_paper_s_ranges():
    tasks = UniformTasks().draw(20_000, np.random.default_rng(0))
    assert tasks.active.all()
    for values, (low, high) in [
        (tasks.volume, (200 * 8e3, 800 * 8e3)),
        (tasks.result, (10 * 8e3, 20 * 8e3)),
        (tasks.intensity, (228, 328)),
    ]:
        assert low <= values.min() < low + 0.01 * (high - low)
        assert high - 0.01 * (high - low) < values.max() <= high
        assert values.mean() == pytest.approx((low + high) / 2, rel=0.01)


def test_bernoulli_tasks():
    tasks = BernoulliTasks(probability=0.3).draw(20_000, np.random.default_rng(0))
    assert tasks.active.mean() == pytest.approx(0.3, abs=0.01)
    assert not BernoulliTasks(probability=0.0).draw(50, np.random.default_rng(0)).active.any()
    assert BernoulliTasks(probability=1.0).draw(50, np.random.default_rng(0)).active.all()


def test_bernoulli_tasks_are_those_of_the_uniform_law():
    """Whether a user is idle is drawn last, so that the tasks can be compared."""
    uniform = UniformTasks().draw(50, np.random.default_rng(4))
    bernoulli = BernoulliTasks().draw(50, np.random.default_rng(4))
    np.testing.assert_array_equal(bernoulli.volume, uniform.volume)
    np.testing.assert_array_equal(bernoulli.intensity, uniform.intensity)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: UniformTasks(volume=(0.0, 1.0)), r"volume must be positive, got 0\.0 at index 0"),
        (lambda: UniformTasks(result=(2.0, 1.0)), r"result must be a pair \(low, high\)"),
        (lambda: UniformTasks(intensity=(1.0, np.inf)), r"intensity must be finite, got inf"),
        (lambda: BernoulliTasks(probability=1.5), r"probability must be between 0 and 1, got 1\.5"),
        (lambda: BernoulliTasks(volume=(-1.0, 1.0)), r"volume must be positive, got -1\.0"),
    ],
)
def test_bad_arrivals(make, message):
    with pytest.raises(ValueError, match=message):
        make()
