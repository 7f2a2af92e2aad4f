import numpy as np

from edgemarl.djtcra.observations import RawRows
from edgemarl.djtcra.spaces import MaskedChoices, global_space


def test_the_global_space_repeats_the_row(tiny):
    scenario = tiny.replace(observation=RawRows())
    row, space = scenario.observation.row_space(scenario), global_space(scenario)
    assert space.shape == (8, 9)
    assert space.dtype == np.float32
    np.testing.assert_array_equal(space.low, np.tile(row.low, (8, 1)))
    np.testing.assert_array_equal(space.high, np.tile(row.high, (8, 1)))


def test_choices_are_sampled_by_the_mask_of_an_observation():
    space = MaskedChoices([3] * 4)
    space.seed(0)
    mask = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 1, 0]], dtype=np.int8)
    samples = np.array([space.sample(mask=mask.ravel()) for _ in range(60)])
    np.testing.assert_array_equal(samples[:, :3], np.tile([1, 0, 2], (60, 1)))
    assert set(samples[:, 3].tolist()) == {0, 1}
    by_rows = space.sample(mask=tuple(mask))  # as Gymnasium has it
    np.testing.assert_array_equal(by_rows[:3], [1, 0, 2])
    free = np.array([space.sample() for _ in range(60)])
    assert free.shape == (60, 4)
    assert set(free[:, 0].tolist()) == {0, 1, 2}
    assert all(sample in space for sample in free)
