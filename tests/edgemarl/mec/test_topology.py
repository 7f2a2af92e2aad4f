import numpy as np
import pytest

from edgemarl.mec.presets import SCENARIOS
from edgemarl.mec.topology import centroids, channel_gain, draw_slot, squared_distance


def test_squared_distances(hand):
    squared = squared_distance(hand.topology.positions, hand.topology.server_positions)
    np.testing.assert_array_equal(squared, [[100, 500], [100, 100], [500, 100]])


def test_channel_gains(hand):
    """Eq. (3): beta_0 l / d^2 with beta_0 = 1e-5."""
    _, gain = draw_slot(hand, np.random.default_rng(0))
    np.testing.assert_allclose(gain, [[15e-8, 1e-8], [3e-8, 3e-8], [1e-8, 7e-8]], rtol=1e-12)


def test_devices_beside_a_server_have_the_gain_of_the_least_distance(hand):
    positions = np.array([[0.0, 0.0], [0.5, 0.0], [1.0, 0.0]])
    gain = channel_gain(hand, positions, np.ones((3, 2)))
    np.testing.assert_allclose(gain[:, 0], 1e-5, rtol=1e-12)
    near = channel_gain(hand.replace(min_distance=0.1), positions, np.ones((3, 2)))
    np.testing.assert_allclose(near[:, 0], [1e-3, 4e-5, 1e-5], rtol=1e-12)


def test_centres_of_clusters():
    rng = np.random.default_rng(4)
    centres = np.array([[10.0, 10.0], [40.0, 10.0], [25.0, 40.0]])
    offsets = rng.uniform(-2, 2, (3, 20, 2))
    found = centroids((centres[:, None] + offsets).reshape(-1, 2), 3, rng)
    order = np.argsort([np.argmin(((centre - centres) ** 2).sum(axis=1)) for centre in found])
    np.testing.assert_allclose(found[order], centres + offsets.mean(axis=1))


def test_as_many_servers_as_devices_stand_where_the_devices_are():
    scenario = SCENARIOS["tiny"].replace(num_servers=6, server_positions=None)
    topology = scenario.topology
    squared = squared_distance(topology.positions, topology.server_positions)
    np.testing.assert_allclose(squared.min(axis=1), 0.0, atol=1e-12)


def test_the_best_of_several_starts_counts(monkeypatch):
    positions = SCENARIOS["n180"].topology.positions

    def distortions():
        centres = [centroids(positions, 8, np.random.default_rng(seed)) for seed in range(4)]
        return np.array([squared_distance(positions, c).min(axis=1).sum() for c in centres])

    best = distortions()
    monkeypatch.setattr("edgemarl.mec.topology.STARTS", 1)
    first = distortions()
    assert (best <= first * (1 + 1e-12)).all()
    assert (best < 0.99 * first).any()


def test_devices_in_one_place_have_no_clusters():
    message = r"^positions must have 2 clusters for as many servers, got 1 different ones: give "
    with pytest.raises(ValueError, match=message + "server_positions$"):
        centroids(np.ones((5, 2)), 2, np.random.default_rng(0))


@pytest.mark.parametrize("count", [3, 9])
def test_fewer_different_positions_than_servers(count):
    positions = np.repeat([[0.0, 0.0], [1.0, 1.0]], 6, axis=0)
    with pytest.raises(ValueError, match=rf"^positions must have {count} clusters .*, got 2 diff"):
        centroids(positions, count, np.random.default_rng(0))


def test_as_many_different_positions_as_servers():
    """Of which two are rare: 400 devices are in the third place."""
    places = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    found = centroids(np.repeat(places, [400, 1, 1], axis=0), 3, np.random.default_rng(0))
    np.testing.assert_allclose(found[np.lexsort(found.T[::-1])], places, atol=1e-12)


def test_the_seed_decides():
    first = SCENARIOS["n180"].topology
    again, other = (SCENARIOS["n180"].replace(seed=seed).topology for seed in (0, 1))
    for name in ("positions", "server_positions", "volume", "cycles"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
        assert not getattr(first, name).flags.writeable
    assert (first.positions != other.positions).any()
    assert (first.server_positions != other.server_positions).any()


def test_tasks_do_not_depend_on_where_devices_are():
    mixed = SCENARIOS["n180-mixed"]
    moved = mixed.with_overrides({"positions": "levy", "num_servers": 3})
    np.testing.assert_array_equal(mixed.topology.volume, moved.topology.volume)


@pytest.mark.parametrize(("motion", "same"), [("fixed", True), ("redraw", False)])
def test_positions_of_slots(tiny, motion, same):
    scenario, rng = tiny.replace(motion=motion), np.random.default_rng(0)
    slots = [draw_slot(scenario, rng) for _ in range(3)]
    for position, _ in slots:
        assert (position == scenario.topology.positions).all() == same
    assert (slots[0][1] != slots[1][1]).all()
    assert (slots[1][0] == slots[2][0]).all() == same


def test_moments_of_the_logarithm_of_gains(hand):
    """Of 15, 1, 3, 3, 1 and 7 times 1e-8, the same in every slot."""
    logs = np.log10([15, 1, 3, 3, 1, 7]) - 8
    assert hand.log_gain_moments == pytest.approx((logs.mean(), logs.std()))


def test_equal_gains_are_not_divided_by_zero():
    one = SCENARIOS["tiny"].with_overrides(
        {"num_devices": 1, "num_servers": 1, "server_positions": [[9.0, 9.0]], "fading": "none"}
    )
    assert one.log_gain_moments[1] == 1.0
