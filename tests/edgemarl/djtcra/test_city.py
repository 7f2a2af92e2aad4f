"""Scenarios in a city: links, movements, and the scenario as a whole."""

import pickle

import numpy as np
import pytest
import yaml

from edgemarl.cities import City, synthetic_city, write_eua
from edgemarl.cities.geometry import inside
from edgemarl.core.urban import UrbanMicro
from edgemarl.djtcra import Scenario, load_scenario, next_state, slot_bound
from edgemarl.djtcra.city_mobility import CityWalk, CityWaypoint
from edgemarl.djtcra.city_network import CityNetwork
from edgemarl.djtcra.mobility import Placement
from edgemarl.djtcra.outcome import evaluate

RNG = np.random.default_rng


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files of a small city: 8 base stations, 40 people."""
    place = tmp_path_factory.mktemp("eua")
    write_eua(synthetic_city(num_sites=8, num_users=40, seed=2), place)
    return place


@pytest.fixture(scope="module")
def scenario(folder):
    return Scenario.from_eua(folder, num_servers=3, num_users=12)


class Region:
    """Puts a city of three base stations and four people in the place of a loaded one."""

    def __init__(self, component):
        self.component = component
        self.city = City(
            sites=np.array([[0.0, 0.0], [300.0, 0.0], [300.0, 400.0]]),
            users=np.array([[0.0, 0.0], [400.0, 0.0], [400.0, 400.0], [0.0, 400.0]]),
            origin=(0.0, 0.0),
        )
        self.component.__dict__["region"] = self.city


def test_links_by_hand():
    """Sites 300, 400 and 500 m apart, 500 m being the most: 128, 104 and 80 Mbit/s."""
    network = CityNetwork()
    Region(network)
    topology = network.draw(5, 3, RNG(0))
    np.testing.assert_allclose(
        topology.link_rate / 1e6, [[np.inf, 128, 80], [128, np.inf, 104], [80, 104, np.inf]]
    )
    np.testing.assert_allclose(topology.link_delay * 1e3, [[0, 16, 20], [16, 0, 18], [20, 18, 0]])
    assert topology.processing_factor.shape == (5, 3)
    other = network.draw(5, 3, RNG(1))
    np.testing.assert_array_equal(other.link_rate, topology.link_rate)
    assert not np.array_equal(other.processing_factor, topology.processing_factor)


def test_a_way_by_hand():
    """From (0, 0) to (30, 40) at 20 m a slot: (12, 16), (24, 32), there; a pause of two slots."""
    mobility = CityWaypoint(coverage=400.0, speed=(20.0, 20.0), pause=(2.0, 2.0))
    Region(mobility)
    placement = Placement(
        ran=np.array([0]),
        distance=np.array([1.0]),
        position=np.array([[0.0, 0.0]]),
        plan=np.array([[30.0, 40.0, 20.0, 0.0]]),
    )
    seen = []
    for _ in range(6):
        placement = mobility.move(placement, 3, RNG(0))
        seen.append(placement.position[0])
    np.testing.assert_allclose(seen[:5], [[12, 16], [24, 32], [30, 40], [30, 40], [30, 40]])
    assert np.linalg.norm(seen[5] - seen[4]) == pytest.approx(20)
    assert placement.distance[0] == pytest.approx(np.linalg.norm(seen[5]))


def test_who_would_leave_the_coverage_chooses_another_place():
    """150 m around sites at (0, 0), (300, 0) and (300, 400): on the way to (0, 400) is a hole."""
    mobility = CityWaypoint(coverage=150.0, speed=(20.0, 20.0), pause=(0.0, 0.0))
    Region(mobility)
    placement = Placement(
        ran=np.array([0]),
        distance=np.array([145.0]),
        position=np.array([[0.0, 145.0]]),
        plan=np.array([[0.0, 400.0, 20.0, 0.0]]),
    )
    after = mobility.move(placement, 3, RNG(0))
    np.testing.assert_array_equal(after.position, placement.position)
    assert not np.array_equal(after.plan, placement.plan)
    people = mobility.place(3, 3, RNG(0)).position  # the fourth is 400 m away from its nearest
    assert sorted(people[:, 1].tolist()) == [0.0, 0.0, 400.0]
    with pytest.raises(ValueError, match="num_users must be at most 3, the people of synthetic"):
        mobility.place(4, 3, RNG(0))


@pytest.mark.parametrize("mobility", [CityWalk(step=15.0), CityWaypoint(speed=(5.0, 15.0))])
def test_everybody_stays_in_the_polygon_and_at_the_nearest_station(mobility):
    city, rng = mobility.region, RNG(0)
    placement = mobility.place(200, 7, rng)
    assert {tuple(p) for p in placement.position} <= {tuple(p) for p in city.users}
    moved = 0
    for _ in range(40):
        after = mobility.move(placement, 7, rng)
        far = np.linalg.norm(after.position[:, None] - city.sites, axis=2)
        assert inside(after.position, mobility.outline).all()
        np.testing.assert_array_equal(after.ran, city.clusters(7).server_of[far.argmin(axis=1)])
        np.testing.assert_allclose(after.distance, np.maximum(far.min(axis=1), 1.0))
        assert after.distance.max() <= mobility.distance[1]
        moved += int((after.ran != placement.ran).sum())
        placement = after
    assert moved > 50
    assert mobility.sites(7).shape == (7, 2)


def test_newcomers_get_plans_of_their_own():
    mobility = CityWaypoint()
    placement, others = mobility.place(6, 3, RNG(0)), mobility.place(2, 3, RNG(1))
    mixed = placement.replaced(np.array([1, 4]), others)
    np.testing.assert_array_equal(mixed.plan[[1, 4]], others.plan)
    np.testing.assert_array_equal(mixed.plan[[0, 2, 3, 5]], placement.plan[[0, 2, 3, 5]])
    np.testing.assert_array_equal(mixed.position[[1, 4]], others.position)


def test_movements_need_their_plans():
    bare = Placement(ran=np.zeros(2, int), distance=np.ones(2), position=np.zeros((2, 2)))
    with pytest.raises(ValueError, match="placement must have a plan"):
        CityWaypoint().move(bare, 3, RNG(0))
    with pytest.raises(ValueError, match="placement must have positions to walk from"):
        CityWalk().move(Placement(ran=np.zeros(2, int), distance=np.ones(2)), 3, RNG(0))


def test_a_city_s_power_is_the_paper_s_per_user(scenario):
    """12 users x 6.7 Gcycles/s in the proportions 60 : 60 : 80."""
    assert scenario.server_capacity == (24.12e9, 24.12e9, 32.16e9)
    assert (scenario.num_servers, scenario.num_users, scenario.name) == (3, 12, "eua")
    assert scenario.channel == UrbanMicro()
    assert not scenario.independent_slots


def test_without_numbers_it_is_the_whole_city(folder):
    whole = Scenario.from_eua(
        folder, seed=3, mobility={"kind": "city_walk", "city": f"eua:{folder}"}
    )
    assert (whole.num_servers, whole.num_users, whole.seed) == (8, 40, 3)
    assert isinstance(whole.mobility, CityWalk)


def test_a_slot_and_its_bound(scenario):
    rng = RNG(0)
    state = next_state(scenario, None, None, rng)
    for _ in range(3):
        state = next_state(scenario, state, state.ran, rng)
        state.check(scenario)
    outcome = evaluate(scenario, state, state.ran)
    assert 0 < outcome.system_qoe <= slot_bound(scenario, state).upper_bound <= 12


def test_it_is_the_same_from_plain_values_files_and_pickles(scenario, folder, tmp_path):
    assert Scenario.from_dict(scenario.to_dict()) == scenario
    _ = scenario.topology, scenario.mobility.outline
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    path = tmp_path / "eua.yaml"
    path.write_text(yaml.safe_dump(scenario.to_dict()))
    assert load_scenario(path) == scenario
    path.write_text(f"base: eua:{folder}\nname: eua\nnum_servers: 3\nnum_users: 12\n")
    assert load_scenario(path) == scenario


def test_paths_in_a_file_start_from_its_folder(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (folder / "beside.yaml").write_text("base: 'eua:.'\nmobility.speed: [1.0, 2.0]\n")
    assert load_scenario(folder / "beside.yaml").network.city.startswith(f"eua:{folder}@")
    (folder / "mixed.yaml").write_text(
        "base: 'eua:.'\nmobility: {kind: city_walk, city: 'eua:.'}\n"
    )
    assert isinstance(load_scenario(folder / "mixed.yaml").mobility, CityWalk)


def test_names_and_overrides(folder):
    small = load_scenario(f"eua:{folder}").with_overrides({"num_users": 20, "num_servers": 2})
    assert small.server_capacity == (67e9, 67e9)  # 20 x 6.7 Gcycles/s
    assert load_scenario("paper").with_overrides({"num_servers": 9}).num_servers == 9
    with pytest.raises(ValueError, match="num_servers must be left out where server_capacity"):
        small.with_overrides({"num_servers": 2, "server_capacity": [1e9, 1e9]})
    with pytest.raises(ValueError, match="num_servers must be an integer of at least 1, got 0"):
        small.with_overrides({"num_servers": 0})
    with pytest.raises(ValueError, match="num_servers must be at most 8"):
        _ = small.with_overrides({"num_servers": 9}).topology
    with pytest.raises(ValueError, match=r"mobility\.city must be network\.city"):
        small.with_overrides({"mobility": "city_walk"})
    with pytest.raises(ValueError, match="coverage must be above 1 m"):
        CityWalk(coverage=1.0)
