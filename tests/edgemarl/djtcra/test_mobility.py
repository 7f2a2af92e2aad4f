import numpy as np
import pytest

from edgemarl.djtcra.mobility import Placement, RandomWalk, Resample, hexagonal_sites

RNG = np.random.default_rng


def distances(position, spacing=173.0, servers=7):
    stations = hexagonal_sites(servers, spacing)
    return np.linalg.norm(position[:, None] - stations, axis=2)


def test_resampling_is_uniform_and_forgets():
    mobility = Resample()
    placement = mobility.place(7_000, 7, RNG(0))
    counts = np.bincount(placement.ran, minlength=7)
    assert counts.min() > 850
    assert 30 <= placement.distance.min() < placement.distance.max() <= 100
    assert placement.distance.mean() == pytest.approx(65, abs=1)
    assert placement.position is None
    moved = mobility.move(placement, 7, RNG(1))
    assert np.mean(moved.ran == placement.ran) == pytest.approx(1 / 7, abs=0.02)
    fresh = mobility.place(7_000, 7, RNG(1))
    np.testing.assert_array_equal(moved.distance, fresh.distance)


def test_seven_sites_are_a_centre_and_a_hexagon():
    sites = hexagonal_sites(7, 100.0)
    np.testing.assert_array_equal(sites[0], [0, 0])
    np.testing.assert_allclose(np.linalg.norm(sites[1:], axis=1), 100)
    gaps = np.linalg.norm(sites[1:] - np.roll(sites[1:], 1, axis=0), axis=1)
    np.testing.assert_allclose(gaps, 100)


@pytest.mark.parametrize("count", [1, 2, 7, 8, 19, 23, 40])
def test_sites_keep_their_spacing(count):
    sites = hexagonal_sites(count, 173.0)
    assert sites.shape == (count, 2)
    between = np.linalg.norm(sites[:, None] - sites, axis=2)[~np.eye(count, dtype=bool)]
    if count > 1:
        assert between.min() == pytest.approx(173.0)
        neighbours = np.linalg.norm(sites[:, None] - sites, axis=2) < 174
        assert (neighbours.sum(axis=1) > 1).all()  # nobody stands alone


def test_walkers_start_all_over_the_covered_area():
    placement = RandomWalk().place(7_000, 7, RNG(0))
    far = distances(placement.position)
    np.testing.assert_array_equal(placement.ran, far.argmin(axis=1))
    np.testing.assert_allclose(placement.distance, far.min(axis=1))
    assert placement.distance.min() >= 10
    assert placement.distance.max() <= 100
    # Uniform over an annulus: half of the users are within sqrt((10^2 + 100^2) / 2), but discs of
    # neighbours overlap a little, and there the nearer station takes over.
    assert np.mean(placement.distance < np.sqrt(5050)) == pytest.approx(0.5, abs=0.05)


def test_positions_are_kept_and_steps_have_their_size():
    walk = RandomWalk(step=2.0)
    before = walk.place(5_000, 7, RNG(0))
    after = walk.move(before, 7, RNG(1))
    step = after.position - before.position
    taken = (step != 0).any(axis=1)
    assert taken.mean() > 0.9
    assert step[taken].std() == pytest.approx(2.0, rel=0.05)
    still = RandomWalk(step=0.0).move(before, 7, RNG(2))
    np.testing.assert_array_equal(still.position, before.position)


def test_walkers_stay_in_range_and_are_handed_over_to_the_nearest():
    walk = RandomWalk(step=15.0)
    rng, handovers = RNG(0), 0
    placement = walk.place(300, 7, rng)
    for _ in range(60):
        moved = walk.move(placement, 7, rng)
        far = distances(moved.position)
        np.testing.assert_array_equal(moved.ran, far.argmin(axis=1))
        np.testing.assert_allclose(moved.distance, far.min(axis=1))
        assert moved.distance.min() >= 10
        assert moved.distance.max() <= 100
        handovers += int((moved.ran != placement.ran).sum())
        placement = moved
    assert handovers > 100


def test_a_handover_by_hand():
    """Stations at 0 and 173 m; a user at 80 m walks a step of +10 m and changes its RAN."""

    class TenMetresEast:
        def standard_normal(self, shape):
            return np.broadcast_to([1.0, 0.0], shape)

    before = Placement(
        ran=np.array([0, 0, 1]),
        distance=np.array([80.0, 50.0, 95.0]),
        position=np.array([[80.0, 0.0], [50.0, 0.0], [268.0, 0.0]]),
    )
    after = RandomWalk(step=10.0).move(before, 2, TenMetresEast())  # type: ignore[arg-type]
    np.testing.assert_array_equal(after.ran, [1, 0, 1])
    np.testing.assert_allclose(after.distance, [83.0, 60.0, 95.0])  # the third would leave
    np.testing.assert_allclose(after.position[:, 0], [90.0, 60.0, 268.0])


def test_walking_needs_positions():
    placement = Resample().place(3, 2, RNG(0))
    with pytest.raises(ValueError, match="placement must have positions to walk from"):
        RandomWalk().move(placement, 2, RNG(0))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Resample(distance=(100.0, 30.0)), r"distance must be a pair"),
        (lambda: Resample(distance=(-1.0, 30.0)), r"distance must be positive, got -1\.0"),
        (lambda: RandomWalk(step=-1.0), r"step must be zero or positive, got -1\.0"),
        (lambda: RandomWalk(spacing=0.0), r"spacing must be positive, got 0\.0"),
        (lambda: RandomWalk(spacing=100.0), r"spacing must be at least the sum .*got 100\.0"),
    ],
)
def test_bad_mobility(make, message):
    with pytest.raises(ValueError, match=message):
        make()
