import numpy as np
import pytest

from edgemarl.mec.presets import SCENARIOS, load_scenario
from edgemarl.mec.scenario import Scenario


def test_names():
    assert {
        *("tiny", "n30", "n180", "n200", "n30-mixed", "n180-mixed"),
        *("n180-gaussian", "n180-levy", "n180-time", "n180-energy"),
    } == set(SCENARIOS)
    assert all(scenario.name == name for name, scenario in SCENARIOS.items())


@pytest.mark.parametrize(
    ("name", "devices", "servers", "capacity"),
    [("n30", 30, 2, 15e9), ("n180", 180, 8, 10e9), ("n200", 200, 10, 10e9)],
)
def test_sizes_of_section_5(name, devices, servers, capacity):
    scenario = SCENARIOS[name]
    assert scenario.num_devices == devices
    np.testing.assert_array_equal(scenario.capacity, [capacity] * servers)
    assert scenario.topology.positions.shape == (devices, 2)
    assert scenario.topology.server_positions.shape == (servers, 2)


def test_servers_of_the_smallest_stand_where_section_5b_says():
    positions = SCENARIOS["n30"].topology.server_positions
    np.testing.assert_array_equal(positions, [[10, 10], [40, 40]])


@pytest.mark.parametrize(
    ("name", "weights"), [("n180-time", (1.5, 0.5)), ("n180", (1, 1)), ("n180-energy", (0.5, 1.5))]
)
def test_weights_of_figure_6(name, weights):
    assert (SCENARIOS[name].time_weight, SCENARIOS[name].energy_weight) == weights


def test_mixed_tasks():
    tasks = SCENARIOS["n180-mixed"].topology
    assert 4e5 <= tasks.volume.min() < 4.3e5 < 1.17e6 < tasks.volume.max() <= 1.2e6
    assert 0.5e9 <= tasks.cycles.min() < 0.52e9 < 1.48e9 < tasks.cycles.max() <= 1.5e9


def test_devices_are_closer_to_servers_where_they_cluster():
    """What Table III's lower objectives rest on."""
    mean = {
        name: np.log(SCENARIOS[name].topology.positions.std(axis=0)).mean()
        for name in ("n180", "n180-gaussian", "n180-levy")
    }
    assert mean["n180"] > mean["n180-gaussian"] > mean["n180-levy"]


def test_loading(tmp_path):
    assert load_scenario("n30") is SCENARIOS["n30"]
    assert load_scenario(SCENARIOS["tiny"]) is SCENARIOS["tiny"]
    path = tmp_path / "far.yaml"
    path.write_text("base: n30\ntasks: {kind: equal, volume: 4e5}\nfading: rayleigh\n")
    scenario = load_scenario(path)
    assert scenario == SCENARIOS["n30"].with_overrides(
        {"name": "far", "tasks.volume": 4e5, "fading": "rayleigh"}
    )
    assert isinstance(scenario, Scenario)
    with pytest.raises(ValueError, match=r"^scenario must be one of tiny, n30, .* got 'paper'$"):
        load_scenario("paper")
