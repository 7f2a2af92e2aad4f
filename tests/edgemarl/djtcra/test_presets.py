import numpy as np
import pytest
import yaml

from edgemarl.core.channel import LogDistance
from edgemarl.djtcra import SCENARIOS, Scenario, load_scenario
from edgemarl.djtcra.mobility import RandomWalk


@pytest.fixture
def write(tmp_path):
    def to_file(text, name="mine.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return to_file


def test_the_paper_s_numbers():
    """Tables III and IV, in SI units."""
    paper = SCENARIOS["paper"]
    assert paper.num_users == 100
    assert paper.server_capacity == tuple(g * 1e9 for g in (60, 60, 80, 90, 100, 120, 160))
    assert paper.bandwidth == (2 * 8e6, 7 * 8e6)
    assert paper.noise_dbm == (-120, -80)
    assert paper.transmit_power == pytest.approx(0.1)
    assert paper.network.link_rate == (80e6, 200e6)
    assert paper.network.link_delay == (0.010, 0.020)
    assert paper.network.processing_factor == (0.5, 8)
    assert paper.mobility.distance == (30, 100)
    assert paper.arrivals.volume == (200 * 8e3, 800 * 8e3)
    assert paper.arrivals.result == (10 * 8e3, 20 * 8e3)
    assert paper.arrivals.intensity == (228, 328)
    assert (paper.qoe.steepness_mean, paper.qoe.steepness_std) == (15, 4)
    assert (paper.qoe.midpoint_mean, paper.qoe.midpoint_std) == (0.350, 0.010)
    assert (paper.cloud_rate, paper.cloud_delay, paper.cloud_capacity) == (100e6, 0.2, 20e9)
    channel = paper.channel
    assert (channel.carrier_frequency, channel.building_height) == (5e9, 5)
    assert (channel.base_station_height, channel.user_height) == (35, 1.5)
    assert paper.migration_delay == 0


def test_presets_are_named_and_sized():
    names = ["paper", "tiny", "demo", "churn", "failures", "varying", "city", "metro"]
    assert list(SCENARIOS) == names
    assert all(name == scenario.name for name, scenario in SCENARIOS.items())
    assert (SCENARIOS["tiny"].num_servers, SCENARIOS["tiny"].num_users) == (3, 8)
    for name in ("demo", "churn", "failures", "varying"):
        assert SCENARIOS[name].num_users == 100
        assert SCENARIOS[name].independent_slots == (name == "demo")
    assert (SCENARIOS["city"].num_servers, SCENARIOS["city"].num_users) == (125, 816)


def test_the_metro_has_the_paper_s_load():
    """As much power per user, shared in the paper's proportions; all else is the paper's."""
    metro, paper = SCENARIOS["metro"], SCENARIOS["paper"]
    assert (metro.num_servers, metro.num_users) == (100, 10_000)
    per_user = sum(paper.server_capacity) / paper.num_users
    assert sum(metro.server_capacity) / metro.num_users == pytest.approx(per_user, rel=1e-5)
    assert metro.server_capacity[6] / metro.server_capacity[0] == pytest.approx(160 / 60, rel=1e-4)
    changed = {"name": "metro", "num_users": 10_000, "server_capacity": metro.server_capacity}
    assert paper.replace(**changed) == metro


def test_a_name_an_instance_and_a_file(write):
    assert load_scenario("tiny") is SCENARIOS["tiny"]
    own = Scenario(num_users=3)
    assert load_scenario(own) is own
    path = write("num_users: 3\nname: custom\n")
    assert load_scenario(path) == load_scenario(str(path)) == own


def test_a_file_starts_from_a_preset_and_takes_its_own_name(write):
    text = """
base: tiny
num_users: 5
mobility: {kind: random_walk, step: 2.0}
mobility.spacing: 200
channel.carrier_frequency: 3.5e9
server_capacity: [5e9, 1e+10, 2.e10]
"""
    scenario = load_scenario(write(text, "walkers.yml"))
    assert scenario.name == "walkers"
    assert scenario.num_users == 5
    assert scenario.mobility == RandomWalk(step=2.0, spacing=200)
    assert scenario.channel.carrier_frequency == 3.5e9  # YAML 1.1 takes 3.5e9 for a text
    assert scenario.server_capacity == SCENARIOS["tiny"].server_capacity
    assert scenario.slots_per_episode == 20


def test_a_file_starts_from_another_one_beside_it(write):
    write("base: tiny\nnum_users: 4\n", "first.yaml")
    second = write("base: first.yaml\nseed: 9\n", "second.yaml")
    assert load_scenario(second) == SCENARIOS["tiny"].replace(num_users=4, seed=9, name="second")


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_written_scenario_reads_the_same(write, name):
    scenario = SCENARIOS[name].with_overrides({"channel": "log_distance", "subchannel": 8e6})
    assert load_scenario(write(yaml.safe_dump(scenario.to_dict()))) == scenario
    assert scenario.channel == LogDistance()


@pytest.mark.parametrize("word", ["1e9", "-2.5E+3", ".5e-3", "7.e2"])
def test_numbers_with_an_exponent_are_numbers(write, word):
    path = write(f"transmit_power_dbm: {word}\n")
    assert load_scenario(path).transmit_power_dbm == float(word)


@pytest.mark.parametrize("word", ["e9", "1e", "0x1g", "abc"])
def test_texts_are_not_numbers(write, word):
    with pytest.raises(ValueError, match=f"transmit_power_dbm must be numeric, got '{word}'"):
        load_scenario(write(f"transmit_power_dbm: {word}\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"{a: [1, 2", r"scenario file .*mine\.yaml must be readable YAML"),
        (b"name: \xff\xfe", r"scenario file .*mine\.yaml must be readable YAML"),
        (b"!!python/object/apply:os.getcwd []", r"must be readable YAML"),
        (b"", r"scenario file .*mine\.yaml must hold a mapping, got NoneType"),
        (b"[1, 2]", r"scenario file .*mine\.yaml must hold a mapping, got list"),
        (b"num_user: 3", r"key of scenario must be one of .*'num_users'.*got 'num_user'"),
        (
            b"base: nowhere",
            r"scenario must be one of paper, tiny, demo, .*metro, eua:PATH or a \.yaml file",
        ),
        (b"num_users: 0", r"num_users must be an integer of at least 1, got 0"),
        (b"channel: {kind: fog}", r"kind of channel must be one of .*got 'fog'"),
        (b"channel.power: 3", r"key of channel RuralMacro must be one of .*got 'power'"),
        (b"num_users.x: 3", r"num_users\.x must start with a component: one of network, channel"),
        (b"channel:", r"channel must be a kind, a mapping or an instance, got None"),
        (b"3: 4", r"key of scenario must be one of .*got 3"),
    ],
)
def test_bad_files(write, text, message):
    with pytest.raises(ValueError, match=message):
        load_scenario(write(text))


def test_unknown_names_and_absent_files(tmp_path):
    with pytest.raises(
        ValueError,
        match=r"one of paper, tiny, .*metro, eua:PATH or a \.yaml file, got 'papr'",
    ):
        load_scenario("papr")
    with pytest.raises(
        ValueError,
        match=r"one of paper, tiny, .*metro, eua:PATH or a \.yaml file, got '3'",
    ):
        load_scenario(3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"scenario file .*absent\.yaml must be readable"):
        load_scenario(tmp_path / "absent.yaml")
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(ValueError, match=r"must be readable"):
        load_scenario(tmp_path / "folder.yaml")


def test_files_that_start_from_themselves(write):
    write("base: other.yaml\n", "first.yaml")
    path = write("base: first.yaml\n", "other.yaml")
    with pytest.raises(ValueError, match=r"scenario file .*other\.yaml must not start from itself"):
        load_scenario(path)


def test_presets_draw_states(draw):
    for scenario in SCENARIOS.values():
        draw(scenario).check(scenario)
        assert np.isfinite(scenario.topology.processing_factor).all()
