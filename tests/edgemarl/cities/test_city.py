import itertools

import numpy as np
import pytest

from edgemarl.cities import City, synthetic_city
from edgemarl.cities.clusters import cluster_sites
from edgemarl.cities.geometry import area, inside

RNG = np.random.default_rng
PAIRS = np.array([[0.0, 0.0], [10.0, 0.0], [1_000.0, 0.0], [1_010.0, 0.0], [1_020.0, 0.0]])


def squared_error(sites, labels):
    groups = [sites[np.array(labels) == label] for label in set(labels)]
    return sum(((group - group.mean(axis=0)) ** 2).sum() for group in groups)


def test_two_clusters_by_hand():
    """Fewest sites first; the server of three stands at the middle one."""
    clusters = cluster_sites(PAIRS, 2, RNG(0))
    np.testing.assert_array_equal(clusters.server_of, [0, 0, 1, 1, 1])
    assert clusters.server_site[0] in (0, 1)
    assert clusters.server_site[1] == 3


def test_clusters_are_the_best_of_all():
    """Every division of seven sites into three, one by one."""
    sites = RNG(3).uniform(0, 100, (7, 2))
    least = min(
        squared_error(sites, labels)
        for labels in itertools.product(range(3), repeat=7)
        if len(set(labels)) == 3
    )
    found = cluster_sites(sites, 3, RNG(0))
    assert squared_error(sites, found.server_of.tolist()) == pytest.approx(least)


def test_a_server_at_every_site_from_west_to_east():
    clusters = cluster_sites(PAIRS[::-1], 5, RNG(0))
    np.testing.assert_array_equal(clusters.server_site, [4, 3, 2, 1, 0])
    np.testing.assert_array_equal(clusters.server_of, [4, 3, 2, 1, 0])


def test_more_servers_than_places():
    sites = np.concatenate([PAIRS, PAIRS[:1]])
    with pytest.raises(ValueError, match=r"num_servers must be at most 5, .* got 6"):
        cluster_sites(sites, 6, RNG(0))


@pytest.fixture(scope="module")
def city():
    return synthetic_city(num_sites=30, num_users=200, seed=4)


def test_servers_stand_at_sites_and_clusters_do_not_change(city):
    for count in (1, 7, 30):
        positions = city.sites[city.clusters(count).server_site]
        np.testing.assert_array_equal(city.server_positions(count), positions)
        assert len(np.unique(positions, axis=0)) == count
        again = City(sites=city.sites, users=city.users, origin=city.origin).clusters(count)
        np.testing.assert_array_equal(again.server_of, city.clusters(count).server_of)
        assert set(again.server_of) == set(range(count))


def test_nearest_sites_and_the_diameter_one_by_one(city):
    site, distance = city.nearest_site(city.users)
    every = np.linalg.norm(city.users[:, None] - city.sites, axis=2)
    np.testing.assert_array_equal(site, every.argmin(axis=1))
    np.testing.assert_allclose(distance, every.min(axis=1))
    between = np.linalg.norm(city.sites[:, None] - city.sites, axis=2)
    assert city.diameter == pytest.approx(between.max())


def test_the_made_up_city_has_the_real_one_s_density():
    """EUA: 816 users on 1.71 km^2, 125 sites, half of the people within 62 m of one."""
    city = synthetic_city()
    assert (city.sites.shape, city.users.shape) == ((125, 2), (816, 2))
    assert area(city.outline) / 1e6 == pytest.approx(1.71, abs=0.05)
    assert inside(city.users, city.outline).all()
    _, distance = city.nearest_site(city.users)
    assert np.median(distance) == pytest.approx(62, abs=5)
    np.testing.assert_array_equal(synthetic_city().users, city.users)
    assert not np.array_equal(synthetic_city(seed=1).users, city.users)


def test_more_people_take_more_room_and_may_gather():
    double = synthetic_city(num_users=1_632)
    assert area(double.outline) / 1e6 == pytest.approx(2 * 1.71, abs=0.1)
    gathered = synthetic_city(clustered=0.8)

    def neighbours(users):  # within 30 m
        return (np.linalg.norm(users[:, None] - users, axis=2) < 30).sum(axis=1).mean()

    assert neighbours(gathered.users) > 2 * neighbours(synthetic_city().users)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"num_sites": 0}, "num_sites must be an integer of at least 1"),
        ({"num_users": 2}, "num_users must be an integer of at least 3"),
        ({"clustered": 1.5}, "clustered must be between 0 and 1"),
    ],
)
def test_bad_cities(fields, message):
    with pytest.raises(ValueError, match=message):
        synthetic_city(**fields)
