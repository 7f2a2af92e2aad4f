"""Many copies in one call, and time limits of many budgets."""

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids, Status, maximize_batch, maximize_groups

COPIES, USERS = 4, 30


@pytest.fixture
def copies(rng):
    """Functions, groups and budgets of four copies; the last budget of each is empty."""
    shape = (COPIES, USERS)
    family = LatencySigmoids(np.ones(shape), rng.uniform(1, 7, shape), rng.uniform(0.5, 8, shape))
    return family, rng.integers(-1, 4, shape), np.array([1.0, 2.0, 5.0, 0.0])


def alone(family, group, budgets, copy, **options):
    one = LatencySigmoids(family.peak[copy], family.offset[copy], family.scale[copy])
    return maximize_groups(one, group[copy], budgets, **options)


def test_a_batch_is_its_copies_one_by_one(copies, rng):
    floor = rng.uniform(0, 0.6, (COPIES, USERS))
    together = maximize_batch(*copies, floor=floor)
    assert together.allocation.shape == (COPIES, USERS)
    assert together.upper_bound.shape == together.gap.shape == (COPIES, 4)
    for copy in range(COPIES):
        one = alone(*copies, copy, floor=floor[copy])
        for name, part in vars(one).items():
            np.testing.assert_array_equal(getattr(together, name)[copy], part, err_msg=name)


def test_what_all_copies_share_is_given_once(copies):
    family, group, budgets = copies
    shared = LatencySigmoids(family.peak[0], family.offset[0], family.scale[0])
    floor = np.full(USERS, 0.1)
    once = maximize_batch(shared, group, budgets, floor=floor)
    tile = np.ones((COPIES, 1))
    every = LatencySigmoids(*(tile * part for part in (shared.peak, shared.offset, shared.scale)))
    spelled = maximize_batch(every, group, tile * budgets, floor=tile * floor)
    np.testing.assert_array_equal(once.allocation, spelled.allocation)


def test_no_copies_and_no_users():
    empty = LatencySigmoids(np.empty((3, 0)), np.empty((3, 0)), np.empty((3, 0)))
    assert maximize_batch(empty, np.empty((3, 0), int), np.ones(2)).objective.shape == (3, 2)
    shared = LatencySigmoids(np.ones(5), np.ones(5), np.ones(5))
    nothing = maximize_batch(shared, np.empty((0, 5), int), np.ones(2))
    assert nothing.objective.shape == nothing.gap.shape == (0, 2)
    assert nothing.allocation.shape == (0, 5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"group": np.zeros(USERS, int)}, r"group must have shape \(B, U\), got \(30,\)"),
        ({"group": np.full((COPIES, USERS), 4)}, "group must be between -1 and 3, got 4 to 4"),
        ({"budgets": np.ones((3, 4))}, r"budgets must have shape \(H,\) or \(4, H\), got \(3, 4\)"),
        ({"floor": np.ones(3)}, r"floor must have shape \(4, 30\) or \(30,\), got \(3,\)"),
        ({"tolerance": 2.0}, r"tolerance must be between 0 and 1, got 2\.0"),
    ],
)
def test_what_does_not_fit_is_refused(copies, changes, message):
    arguments = dict(zip(("family", "group", "budgets"), copies, strict=True)) | changes
    with pytest.raises(ValueError, match=message):
        maximize_batch(**arguments)


def test_a_family_of_another_size_is_refused(copies):
    family = LatencySigmoids(np.ones(3), np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match=r"peak must have shape \(4, 30\) or \(30,\), got \(3,\)"):
        maximize_batch(family, copies[1], copies[2])


def hard_and_easy():
    """Two hundred nearly identical users with half a user to spare, and one that fits."""
    noise = 1 + 1e-6 * np.random.default_rng(0).normal(size=(3, 200))
    hard = (noise[0], 4 * noise[1], noise[2])
    parts = (np.append(part, x) for part, x in zip(hard, (1.0, 4.0, 1.0), strict=True))
    return LatencySigmoids(*parts), np.append(np.zeros(200, int), 1), np.array([50.5 * 0.27, 3.0])


def test_time_runs_out_for_hard_budgets_only():
    family, group, budgets = hard_and_easy()
    found = maximize_groups(family, group, budgets, tolerance=1e-11, time_limit=1e-9)
    assert found.status.tolist() == [Status.TIME_LIMIT, Status.OPTIMAL]
    assert (found.upper_bound >= found.objective).all()


def test_time_to_spare_changes_nothing():
    family, group, budgets = hard_and_easy()
    limits = {"tolerance": 1e-11, "max_nodes": 3_000}
    free = maximize_groups(family, group, budgets, **limits)
    timed = maximize_groups(family, group, budgets, time_limit=100.0, **limits)
    assert free.status.tolist() == [Status.NODE_LIMIT, Status.OPTIMAL]
    for name, part in vars(free).items():
        np.testing.assert_array_equal(getattr(timed, name), part, err_msg=name)
