import numpy as np
import pytest

from edgemarl.core.component import kinds
from edgemarl.mec.scenario import ROLES, Scenario


def test_defaults_are_the_paper_s():
    """Table I and section III."""
    scenario = Scenario()
    assert scenario.local_power == pytest.approx(1.0, rel=1e-12)  # kappa f^3
    assert scenario.snr_reference == pytest.approx(10**5.5)
    assert scenario.max_power == 1.5
    np.testing.assert_array_equal(scenario.capacity, [15e9, 15e9])
    np.testing.assert_array_equal(scenario.local_limit, [15, 15])
    assert scenario.weight_ratio == 1.0
    assert scenario.independent_slots


def test_noise_is_a_power_or_a_density():
    assert Scenario(noise=2e-12).noise_power == 2e-12
    density = Scenario(noise=2e-12, noise_is_density=True, bandwidth=3e6)
    assert density.noise_power == pytest.approx(6e-6)
    assert density.snr_reference == pytest.approx(10**-6.5 / 6e-6)


def test_capacities_of_servers_may_differ():
    scenario = Scenario(server_capacity=(1.5e9, 3e9))
    np.testing.assert_array_equal(scenario.capacity, [1.5e9, 3e9])
    np.testing.assert_array_equal(scenario.local_limit, [1, 3])


def test_limits_that_are_whole_but_for_rounding():
    """0.3 / 0.1 is below 3 in floating point."""
    scenario = Scenario(server_capacity=0.3, local_capacity=0.1)
    np.testing.assert_array_equal(scenario.local_limit, [3, 3])


def test_energy_may_have_no_weight():
    assert Scenario(energy_weight=0.0).weight_ratio == np.inf
    assert Scenario(time_weight=1.5, energy_weight=0.5).weight_ratio == 3.0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"num_devices": 0}, r"^num_devices must be an integer of at least 1, got 0$"),
        ({"seed": -1}, r"^seed must be an integer of at least 0, got -1$"),
        ({"area": 0.0}, r"^area must be positive, got 0\.0$"),
        ({"area": 1e300}, r"^area must be at most 1e\+07 m, got 1e\+300$"),
        ({"noise": float("nan")}, r"^noise must be finite, got nan$"),
        ({"time_weight": 0.0}, r"^time_weight must be positive, got 0\.0$"),
        ({"energy_weight": -1.0}, r"^energy_weight must be zero or positive, got -1\.0$"),
        ({"motion": "walk"}, r"^motion must be one of 'fixed', 'redraw', got 'walk'$"),
        ({"vote": "mean"}, r"^vote must be one of 'max', 'capacity', got 'mean'$"),
        ({"noise_is_density": "yes"}, r"^noise_is_density must be one of True, False, got 'yes'$"),
        ({"server_capacity": (1e9, -1e9)}, r"^server_capacity must be positive, got .* index 1$"),
        (
            {"server_capacity": (1e9, 1e9, 1e9)},
            r"^server_capacity must be one number or num_servers = 2 of them, got \(1000000000\.0",
        ),
        ({"server_positions": (1.0, 2.0)}, r"^server_positions must be a list of pairs \(x, y\)"),
        (
            {"server_positions": ((1.0, 2.0),)},
            r"^server_positions must have num_servers = 2 pairs, or be null for those of k-means",
        ),
        ({"num_devices": 1}, r"^server_positions must be given where there are fewer devices \(1"),
        (
            {"local_capacity": 1.2e9},
            r"^local_capacity must need at most max_power = 1\.5 W, Eq\. \(7\), got 1200000000\.0",
        ),
        ({"fading": "nakagami"}, r"^kind of fading must be one of 'none', 'rayleigh'"),
        ({"reward": "qoe"}, r"^kind of reward must be one of 'reciprocal'"),
    ],
)
def test_values_out_of_range(fields, message):
    with pytest.raises(ValueError, match=message):
        Scenario(**fields)


@pytest.mark.parametrize(("role", "kind"), [(r, k) for r in ROLES for k in kinds("mec." + r)])
def test_scenarios_survive_a_file(role, kind):
    scenario = Scenario(server_positions=((1.0, 2.0), (3.0, 4.0))).with_overrides({role: kind})
    again = Scenario.from_dict(scenario.to_dict())
    assert again == scenario
    assert scenario.to_dict()[role]["kind"] == kind


@pytest.mark.parametrize(
    ("overrides", "changed"),
    [
        ({"tasks.volume": 4e5}, lambda s: s.topology.volume[0] == 4e5),
        ({"tasks.cycles": 2e9}, lambda s: s.topology.cycles[0] == 2e9),
        ({"fading.factor": 30.0}, lambda s: s.fading.factor == 30.0),
        ({"positions": "gaussian", "positions.spread": 0.1}, lambda s: s.positions.spread == 0.1),
        ({"num_servers": 5}, lambda s: s.topology.server_positions.shape == (5, 2)),
    ],
)
def test_what_the_tables_vary_is_set_by_key(overrides, changed):
    assert changed(Scenario().with_overrides(overrides))
