"""What must hold of a scenario's numbers, and of its components together."""

from typing import TYPE_CHECKING

import numpy as np

from edgemarl.core.component import check_members
from edgemarl.core.validation import (
    as_finite,
    check_count,
    check_nonnegative,
    check_positive,
    check_probability,
    check_range,
)
from edgemarl.djtcra.city_mobility import CityMobility
from edgemarl.djtcra.city_network import CityNetwork
from edgemarl.djtcra.network import GrowingNetwork
from edgemarl.djtcra.population import FixedPopulation
from edgemarl.djtcra.traces import TraceMobility

if TYPE_CHECKING:
    from edgemarl.djtcra.scenario import Scenario


def check_scenario(scenario: "Scenario") -> None:
    """ValueError for a number out of its range, or components that do not fit each other."""
    check_count("seed", scenario.seed, minimum=0)
    for name in ("num_users", "slots_per_episode"):
        check_count(name, getattr(scenario, name))
    if not scenario.server_capacity:
        raise ValueError("server_capacity must name at least one server, got ()")
    for name in ("server_capacity", "cloud_rate", "cloud_capacity"):
        check_positive(name, getattr(scenario, name))
    for name in ("cloud_delay", "migration_delay"):
        check_nonnegative(name, getattr(scenario, name))
    as_finite("transmit_power_dbm", scenario.transmit_power_dbm)
    check_range("bandwidth", scenario.bandwidth)
    check_range("noise_dbm", scenario.noise_dbm, positive=False)
    for name in ("satisfied_qoe", "disturbed_qoe"):
        check_probability(name, getattr(scenario, name))
    if scenario.disturbed_qoe > scenario.satisfied_qoe:
        raise ValueError(
            f"disturbed_qoe must be at most satisfied_qoe = {scenario.satisfied_qoe}, "
            f"got {scenario.disturbed_qoe}"
        )
    if scenario.subchannel is not None:
        check_positive("subchannel", scenario.subchannel)
        low, high = scenario.subchannel_counts or (1, 0)
        if low > high:
            raise ValueError(
                f"subchannel must fit a whole number of times into bandwidth {scenario.bandwidth} "
                f"Hz, got {scenario.subchannel}"
            )
    _check_components(scenario)


def _check_components(scenario: "Scenario") -> None:
    scenario.channel.path_loss(np.array(scenario.mobility.distance))  # refuses what it cannot model
    cities = {
        role: component.city
        for role, component in (("network", scenario.network), ("mobility", scenario.mobility))
        if isinstance(component, CityNetwork | CityMobility)
    }
    if len(set(cities.values())) > 1:
        raise ValueError(
            f"mobility.city must be network.city = {cities['network']!r}, "
            f"got {cities['mobility']!r}"
        )
    if not isinstance(scenario.population, FixedPopulation):
        if isinstance(scenario.mobility, TraceMobility):
            raise ValueError(
                "population must be fixed where mobility is a trace, in which indices stand for "
                f"the same users throughout, got {scenario.population!r}"
            )
        check_members("network of a changing population", scenario.network, GrowingNetwork)
