import copy
import json
import pickle
import sys
from dataclasses import dataclass, replace

import numpy as np
import pytest
import yaml

from edgemarl.core.channel import LogDistance, RuralMacro
from edgemarl.core.component import kinds
from edgemarl.djtcra import SCENARIOS, Scenario, evaluate
from edgemarl.djtcra.mobility import RandomWalk, Resample
from edgemarl.djtcra.network import RandomNetwork
from edgemarl.djtcra.scenario import ROLES
from tests.components import STREETS, with_kind

OWN = """
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class TwoLevels:
    loss: float = 70.0

    def path_loss(self, distance):
        return np.where(distance < 60, self.loss, self.loss + 20)
"""


def through_yaml(scenario):
    return Scenario.from_dict(yaml.safe_load(yaml.safe_dump(scenario.to_dict())))


@pytest.mark.parametrize("name", SCENARIOS)
def test_presets_survive_dictionaries_json_and_yaml(name):
    scenario = SCENARIOS[name]
    assert Scenario.from_dict(scenario.to_dict()) == scenario
    assert Scenario.from_dict(json.loads(json.dumps(scenario.to_dict()))) == scenario
    assert through_yaml(scenario) == scenario


@pytest.mark.parametrize(("role", "kind"), [(r, k) for r in ROLES for k in kinds(r)])
def test_every_kind_of_component_survives_and_runs(role, kind, draw):
    scenario = SCENARIOS["tiny"].with_overrides({"num_users": 4, **with_kind(role, kind)})
    again = through_yaml(scenario)
    assert again == scenario
    assert scenario.to_dict()[role]["kind"] == kind
    assignment = np.arange(scenario.num_users) % scenario.num_servers
    outcomes = [evaluate(s, draw(s), assignment) for s in (scenario, again)]
    assert np.isfinite(outcomes[0].latency).all()
    np.testing.assert_array_equal(outcomes[0].qoe, outcomes[1].qoe)


def test_every_role_has_a_default_and_an_alternative():
    assert list(ROLES) == [
        *("network", "channel", "mobility", "population", "availability", "arrivals", "qoe"),
        *("allocation", "reward", "observation"),
    ]
    alternatives = {role: len(kinds(role)) for role in ROLES}
    assert all(number >= 2 for number in alternatives.values())
    assert alternatives["allocation"] == 3


def test_a_component_of_one_s_own_by_module_and_class(tmp_path, monkeypatch, draw):
    (tmp_path / "my_channels.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    channel = {"kind": "my_channels:TwoLevels", "loss": 65.0}
    scenario = SCENARIOS["tiny"].with_overrides({"channel": channel})
    assert type(scenario.channel).__name__ == "TwoLevels"
    assert scenario.to_dict()["channel"] == channel
    assert through_yaml(scenario) == scenario
    assert scenario.with_overrides({"channel.loss": 60.0}).channel.loss == 60.0
    evaluate(scenario, draw(scenario), np.zeros(8, dtype=int))
    sys.modules.pop("my_channels")


def test_a_component_that_is_no_dataclass_serves_but_cannot_be_written(draw):
    class Flat:
        def path_loss(self, distance):
            return np.full(np.shape(distance), 80.0)

    scenario = SCENARIOS["tiny"].replace(channel=Flat())
    fewer = scenario.with_overrides({"num_users": 5, "mobility": "random_walk"})
    assert evaluate(fewer, draw(fewer), np.zeros(5, dtype=int)).system_qoe > 0
    with pytest.raises(ValueError, match="Flat must be a dataclass to be written to a file"):
        scenario.to_dict()


@dataclass(frozen=True)
class Incomplete:
    distance: tuple[float, float] = (30.0, 100.0)

    def place(self, num_users, num_servers, rng): ...


@pytest.mark.parametrize(
    ("role", "given", "message"),
    [
        ("mobility", Incomplete(), r"mobility must have move, got Incomplete\("),
        ("channel", Resample(), r"channel must have path_loss, got Resample\("),
        ("network", RuralMacro(), r"network must have draw, got RuralMacro\("),
        ("reward", object(), r"reward must have scope, got <object"),
    ],
)
def test_components_must_fit_their_role(role, given, message):
    with pytest.raises(ValueError, match=message):
        Scenario(**{role: given})


def test_overrides_by_key():
    base = SCENARIOS["paper"]
    changed = base.with_overrides(
        {
            "num_users": 70,
            "mobility.step": 2.0,  # set after the component below is put in, whatever the order
            "mobility": "random_walk",
            "channel": {"kind": "log_distance", "exponent": 2.5},
            "network": RandomNetwork(fastest_law="none"),
            "qoe.midpoint_mean": 0.4,
            "arrivals.volume": [1e6, 2e6],
        }
    )
    assert changed.num_users == 70
    assert changed.mobility == RandomWalk(step=2.0)
    assert changed.channel == LogDistance(exponent=2.5)
    assert changed.network.fastest_law == "none"
    assert changed.qoe == replace(base.qoe, midpoint_mean=0.4)
    assert changed.arrivals.volume == (1e6, 2e6)
    assert (base.num_users, base.mobility) == (100, Resample())
    assert changed.server_capacity == base.server_capacity
    assert base.with_overrides({}) == base


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"num_user": 3}, r"key of scenario must be one of 'name', 'seed', .*got 'num_user'"),
        ({"mobility.step": 3}, r"key of mobility Resample must be one of 'distance', got 'step'"),
        ({"radio.power": 3}, r"radio\.power must start with a component: one of network, channel"),
        ({"channel.a.b": 3}, r"key of channel RuralMacro must be one of .*got 'a\.b'"),
        ({"mobility": "fly"}, r"kind of mobility must be one of 'resample', .*got 'fly'"),
        ({"channel.user_height": -1}, r"user_height must be positive, got -1"),
    ],
)
def test_bad_overrides(overrides, message):
    with pytest.raises(ValueError, match=message):
        SCENARIOS["tiny"].with_overrides(overrides)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": -1}, r"seed must be an integer of at least 0, got -1"),
        ({"seed": 0.5}, r"seed must be an integer of at least 0, got 0\.5"),
        ({"num_users": 0}, r"num_users must be an integer of at least 1, got 0"),
        ({"num_users": 2.0}, r"num_users must be an integer of at least 1, got 2\.0"),
        ({"slots_per_episode": -3}, r"slots_per_episode must be an integer of at least 1, got -3"),
        ({"server_capacity": ()}, r"server_capacity must name at least one server, got \(\)"),
        ({"server_capacity": 5e9}, r"server_capacity must be a list of numbers, got 5000000000"),
        ({"server_capacity": "5e9"}, r"server_capacity must be numeric, got '5e9'"),
        (
            {"server_capacity": (1e9, 2e9, 3e9, -1.0)},
            r"server_capacity must be positive, got -1\.0 at index 3",
        ),
        ({"server_capacity": (1e9, np.nan)}, r"server_capacity must be finite, got nan at index 1"),
        ({"server_capacity": (np.inf,)}, r"server_capacity must be finite, got inf at index 0"),
        ({"transmit_power_dbm": np.nan}, r"transmit_power_dbm must be finite, got nan"),
        ({"transmit_power_dbm": None}, r"transmit_power_dbm must be numeric, got None"),
        ({"bandwidth": (2e6, 1e6)}, r"bandwidth must be a pair \(low, high\) with low <= high"),
        ({"bandwidth": (0.0, 1e6)}, r"bandwidth must be positive, got 0\.0 at index 0"),
        ({"bandwidth": 1e6}, r"bandwidth must be a list of numbers, got 1000000\.0"),
        ({"noise_dbm": (-80, -120)}, r"noise_dbm must be a pair"),
        ({"cloud_rate": 0}, r"cloud_rate must be positive, got 0"),
        ({"cloud_capacity": -2e9}, r"cloud_capacity must be positive, got -2000000000"),
        ({"cloud_delay": -0.1}, r"cloud_delay must be zero or positive, got -0\.1"),
        ({"migration_delay": -0.1}, r"migration_delay must be zero or positive, got -0\.1"),
        ({"migration_delay": "long"}, r"migration_delay must be numeric, got 'long'"),
        ({"satisfied_qoe": 1.5}, r"satisfied_qoe must be between 0 and 1, got 1\.5"),
        ({"disturbed_qoe": 0.95}, r"disturbed_qoe must be at most satisfied_qoe = 0\.9, got 0\.95"),
        ({"subchannel": 0.0}, r"subchannel must be positive, got 0\.0"),
        ({"subchannel": 60e6}, r"subchannel must fit a whole number of times into bandwidth"),
        (
            {"subchannel": 10e6, "bandwidth": (12e6, 18e6)},
            r"subchannel must fit a whole number of times into bandwidth \(12000000\.0, 180",
        ),
        (
            {"mobility": Resample(distance=(5.0, 50.0))},
            r"distance must be between 10\.0 and 10000\.0 m, .*got 5\.0 to 50\.0",
        ),
    ],
)
def test_bad_values_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        Scenario(**change)


def test_unknown_keys_are_refused():
    with pytest.raises(TypeError, match="unexpected keyword argument 'users'"):
        Scenario(users=3)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match=r"key of scenario must be one of .*got 'users'"):
        Scenario.from_dict({"users": 3})
    with pytest.raises(ValueError, match=r"num_users must be an integer of at least 1, got -5"):
        Scenario().replace(num_users=-5)


def test_sub_channels_count_exactly():
    assert Scenario().subchannel_counts is None
    assert Scenario(subchannel=8e6).subchannel_counts == (2, 7)
    assert Scenario(subchannel=10e6).subchannel_counts == (2, 5)
    assert Scenario(subchannel=0.1, bandwidth=(0.3, 0.7)).subchannel_counts == (3, 7)


def test_derived_values():
    scenario = Scenario(transmit_power_dbm=30.0, server_capacity=[1e9, 2e9])
    assert scenario.server_capacity == (1e9, 2e9)
    assert scenario.num_servers == 2
    np.testing.assert_array_equal(scenario.capacity, [1e9, 2e9])
    assert scenario.transmit_power == pytest.approx(1.0)


def test_feature_ranges_are_those_of_the_components():
    low, high = Scenario().feature_ranges
    np.testing.assert_allclose(low, [0, 1.6e6, 8e4, 228, 0, 0.29, 30, 16e6, 1e-15])
    np.testing.assert_allclose(high, [7, 6.4e6, 1.6e5, 328, 39, 0.41, 100, 56e6, 1e-11])


def test_the_topology_belongs_to_the_seed_alone():
    scenario = Scenario()
    assert scenario.topology is scenario.topology
    same = scenario.replace(noise_dbm=(-110.0, -90.0)).topology
    np.testing.assert_array_equal(same.processing_factor, scenario.topology.processing_factor)
    other = scenario.replace(seed=1).topology
    assert not np.array_equal(other.link_rate, scenario.topology.link_rate)


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))])
def test_copies_are_equal(clone):
    scenario = SCENARIOS["tiny"].replace(mobility=RandomWalk())
    rate = scenario.topology.link_rate
    other = clone(scenario)
    assert other == scenario
    assert hash(other) == hash(scenario)
    np.testing.assert_array_equal(other.topology.link_rate, rate)


def test_scenarios_are_frozen():
    with pytest.raises(AttributeError):
        Scenario().num_users = 5  # type: ignore[misc]


@pytest.mark.parametrize("kind", [{"mobility": "random_walk"}, {"mobility.kind": "random_walk"}])
def test_a_component_is_replaced_before_its_fields_are_set(kind):
    scenario = Scenario().with_overrides({"mobility.step": 7.0, **kind})
    assert scenario.mobility == RandomWalk(step=7.0)


def test_a_component_may_be_replaced_by_one_that_needs_values(tmp_path):
    (tmp_path / "positions.csv").write_text("slot,user,x,y\n0,0,20.0,30.0\n")
    given = {"mobility": "trace", "mobility.file": str(tmp_path / "positions.csv")}
    scenario = Scenario().with_overrides({**given, **STREETS, "num_users": 1})
    assert scenario.mobility.file.startswith(str(tmp_path))
