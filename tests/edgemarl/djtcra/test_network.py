import numpy as np
import pytest

from edgemarl.djtcra.network import FASTEST_LAWS, RandomNetwork, swap_fastest


def drawn(law="multinomial", users=400, servers=7, seed=0):
    return RandomNetwork(fastest_law=law).draw(users, servers, np.random.default_rng(seed))


def test_links_are_symmetric_and_within_their_ranges():
    topology = drawn()
    off = ~np.eye(7, dtype=bool)
    for array, (low, high), own in [
        (topology.link_rate, (80e6, 200e6), np.inf),
        (topology.link_delay, (0.010, 0.020), 0.0),
    ]:
        np.testing.assert_array_equal(array, array.T)
        assert (np.diag(array) == own).all()
        assert low <= array[off].min() < array[off].max() <= high
        assert len(np.unique(array[off])) == 7 * 6 // 2


@pytest.mark.parametrize("law", FASTEST_LAWS)
def test_processing_factors_keep_their_range(law):
    factor = drawn(law).processing_factor
    assert factor.shape == (400, 7)
    assert 0.5 <= factor.min() < 0.6
    assert 7.9 < factor.max() <= 8.0
    assert factor.mean() == pytest.approx(4.25, abs=0.1)


def test_the_swap_step():
    factor = np.array([[3.0, 1.0, 2.0], [4.0, 5.0, 6.0], [9.0, 8.0, 7.0]])
    swapped = swap_fastest(factor, np.array([0, 0, 1]))
    np.testing.assert_array_equal(swapped, [[1, 3, 2], [4, 5, 6], [9, 7, 8]])
    assert factor[0, 0] == 3.0  # the argument stays as it was


def test_the_swap_permutes_each_row_and_makes_the_server_the_fastest():
    rng = np.random.default_rng(1)
    factor, fastest = rng.random((200, 5)), rng.integers(5, size=200)
    swapped = swap_fastest(factor, fastest)
    np.testing.assert_array_equal(np.sort(swapped), np.sort(factor))
    np.testing.assert_array_equal(swapped.argmin(axis=1), fastest)


def shares(law, seed):
    fastest = drawn(law, seed=seed).processing_factor.argmin(axis=1)
    return np.bincount(fastest, minlength=7) / 400


def test_the_laws_of_the_fastest_server():
    """Equal without a swap; with weights uniform on (0, 1) spread more, by Dirichlet most."""
    spread = {law: np.mean([shares(law, s).std() for s in range(30)]) for law in FASTEST_LAWS}
    # Standard deviation of one of 7 shares: counts alone 0.0175, Dirichlet sqrt(6 / 8) / 7.
    assert spread["none"] == pytest.approx(np.sqrt(6 / 49 / 400), rel=0.15)
    assert spread["dirichlet"] == pytest.approx(np.sqrt(6 / 8) / 7, rel=0.15)
    assert 2 * spread["none"] < spread["multinomial"] < 0.8 * spread["dirichlet"]


def test_counts_follow_the_weights():
    """The draws of the swap step, repeated: weights, then counts, then who is where."""
    rng = np.random.default_rng(5)
    rng.random(2 * 7 * 7 + 400 * 7)  # links and factors
    weight = rng.random(7)
    counts = rng.multinomial(400, weight / weight.sum())
    fastest = drawn(seed=5).processing_factor.argmin(axis=1)
    np.testing.assert_array_equal(np.bincount(fastest, minlength=7), counts)
    assert (np.diff(fastest) != 0).sum() > 100  # users of a server are not neighbours


def test_the_topology_depends_on_the_generator_alone():
    np.testing.assert_array_equal(drawn(seed=3).link_rate, drawn(seed=3).link_rate)
    assert not np.array_equal(drawn(seed=3).link_rate, drawn(seed=4).link_rate)


def test_the_topology_cannot_be_written_to():
    topology = drawn(users=3, servers=2)
    for array in (topology.link_rate, topology.link_delay, topology.processing_factor):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1.0


def test_one_server_and_one_user():
    topology = drawn(users=1, servers=1)
    assert topology.link_rate.tolist() == [[np.inf]]
    assert topology.processing_factor.shape == (1, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"link_rate": (0.0, 1.0)}, r"link_rate must be positive, got 0\.0 at index 0"),
        ({"link_delay": (0.02, 0.01)}, r"link_delay must be a pair \(low, high\)"),
        ({"processing_factor": (np.nan, 8)}, r"processing_factor must be finite, got nan"),
        ({"fastest_law": "zipf"}, r"fastest_law must be one of .*'dirichlet'.*got 'zipf'"),
    ],
)
def test_bad_networks(change, message):
    with pytest.raises(ValueError, match=message):
        RandomNetwork(**change)


@pytest.mark.parametrize("law", FASTEST_LAWS)
def test_newcomers_follow_the_law_of_the_topology(law):
    """Their fastest servers have the topology's weights, not weights of their own."""
    network = RandomNetwork(fastest_law=law)
    topology = network.draw(50, 7, np.random.default_rng(3))
    factor = network.newcomers(topology, 8_000, np.random.default_rng(4))
    assert factor.shape == (8_000, 7)
    assert 0.5 <= factor.min() < 0.51
    assert 7.99 < factor.max() <= 8.0
    shares = np.bincount(factor.argmin(axis=1), minlength=7) / 8_000
    expected = np.full(7, 1 / 7) if law == "none" else topology.fastest_share
    assert expected is not None
    np.testing.assert_allclose(shares, expected, atol=0.02)


def test_no_law_of_the_fastest_server_without_a_swap():
    assert drawn("none").fastest_share is None
    share = drawn("dirichlet").fastest_share
    assert share is not None
    assert share.sum() == pytest.approx(1.0)
