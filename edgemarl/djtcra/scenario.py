"""The fixed part of a simulation: the paper's numbers, and components in their roles."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from edgemarl.cities import canonical_city, load_city
from edgemarl.core.channel import Channel, RuralMacro
from edgemarl.core.scenario import BaseScenario
from edgemarl.core.seeding import named_generator
from edgemarl.core.units import dbm_to_watt
from edgemarl.core.validation import as_finite, check_count
from edgemarl.djtcra.allocation import AllocationPolicy, ExactAllocation
from edgemarl.djtcra.arrivals import Arrivals, UniformTasks, knows_slots
from edgemarl.djtcra.availability import Availability, FixedPower
from edgemarl.djtcra.city_fields import city_fields, divided
from edgemarl.djtcra.mobility import Mobility, Resample
from edgemarl.djtcra.network import GrowingNetwork, Network, RandomNetwork, Topology
from edgemarl.djtcra.observations import Observation, ScaledRows
from edgemarl.djtcra.population import FixedPopulation, Population
from edgemarl.djtcra.qoe import LogisticQoE, QoE
from edgemarl.djtcra.rewards import QoEReward, Reward
from edgemarl.djtcra.scenario_checks import check_scenario

ROLES: Mapping[str, type] = MappingProxyType(
    {
        "network": Network,
        "channel": Channel,
        "mobility": Mobility,
        "population": Population,
        "availability": Availability,
        "arrivals": Arrivals,
        "qoe": QoE,
        "allocation": AllocationPolicy,
        "reward": Reward,
        "observation": Observation,
    }
)
ROUNDING = 1e-9  # of a number of sub-channels that is whole but for rounding errors


@dataclass(frozen=True, kw_only=True)
class Scenario(BaseScenario):
    """A system of edge servers and users; defaults are the paper's (tables III and IV).

    Raises:
        ValueError: for a value out of its range; the message names the field and the value.
    """

    ROLES: ClassVar[Mapping[str, type]] = ROLES
    SOURCES: ClassVar[Mapping[str, str]] = MappingProxyType({"eua": "from_eua"})

    name: str = "custom"
    seed: int = 0  # of the topology: links and processing factors
    num_users: int = 100  # |U|
    server_capacity: tuple[float, ...] = (60e9, 60e9, 80e9, 90e9, 100e9, 120e9, 160e9)  # [cycles/s]
    transmit_power_dbm: float = 20.0  # [dBm] I_u
    bandwidth: tuple[float, float] = (16e6, 56e6)  # [Hz] B_u
    subchannel: float | None = None  # [Hz] bandwidth in whole sub-channels of this width
    noise_dbm: tuple[float, float] = (-120.0, -80.0)  # [dBm] N_u
    cloud_rate: float = 100e6  # [bit/s] between a RAN and the cloud
    cloud_delay: float = 0.200  # [s] propagation to the cloud, one way
    cloud_capacity: float = 20e9  # [cycles/s] for each task in the cloud
    migration_delay: float = 0.0  # [s] when a user's server changes between slots; 0 in the paper
    satisfied_qoe: float = 0.9  # [1] above it a user is satisfied (SU)
    disturbed_qoe: float = 0.1  # [1] below it a user gives up (GU)
    slots_per_episode: int = 50  # then the episode is truncated
    network: Network = RandomNetwork()
    channel: Channel = RuralMacro()
    mobility: Mobility = Resample()
    population: Population = FixedPopulation()
    availability: Availability = FixedPower()
    arrivals: Arrivals = UniformTasks()
    qoe: QoE = LogisticQoE()
    allocation: AllocationPolicy = ExactAllocation()
    reward: Reward = QoEReward()
    observation: Observation = ScaledRows()

    def __post_init__(self) -> None:
        """Check every number and build components given by their kind."""
        self.build_components()
        for name in ("server_capacity", "bandwidth", "noise_dbm"):
            values = as_finite(name, getattr(self, name))
            if values.ndim != 1:
                raise ValueError(f"{name} must be a list of numbers, got {getattr(self, name)!r}")
            object.__setattr__(self, name, tuple(values.tolist()))
        check_scenario(self)

    @classmethod
    def from_eua(
        cls,
        folder: str | Path,
        *,
        num_servers: int | None = None,
        num_users: int | None = None,
        **changes: Any,
    ) -> "Scenario":
        """A city from files of the EUA data set's format (see ``docs/how_to/real_city.md``).

        Args:
            folder: where the files of base stations and of users are.
            num_servers: |H|; one at every base station where None.
            num_users: |U|; all people of the file where None.
            **changes: other fields of the scenario, such as `seed` or `mobility`.

        Raises:
            ValueError: for missing or bad files, and for values out of their range.
        """
        city = canonical_city(f"eua:{folder}")
        region = load_city(city)
        return cls.in_city(
            city,
            num_servers=len(region.sites) if num_servers is None else num_servers,
            num_users=len(region.users) if num_users is None else num_users,
            **{"name": "eua", **changes},
        )

    @classmethod
    def in_city(cls, city: str, *, num_servers: int, num_users: int, **changes: Any) -> "Scenario":
        """People who walk from place to place in a city, with street canyons between them.

        The servers have as much power per user as in the paper, in the paper's proportions.

        Args:
            city: ``"synthetic"`` or ``"eua:FOLDER"``.
            num_servers: |H|.
            num_users: |U|.
            **changes: other fields of the scenario.
        """
        fields = city_fields(city, num_servers, num_users, cls().server_capacity)
        return cls(**{**fields, **changes})

    def with_overrides(self, overrides: Mapping[str, Any]) -> "Scenario":
        """As that of every scenario; and ``num_servers`` stands for a new `server_capacity`.

        The capacities of the first servers are repeated for as many as are asked for, then scaled
        so that all together have as much power per user as before.
        """
        if "num_servers" not in overrides:
            return super().with_overrides(overrides)
        given = dict(overrides)
        servers, users = given.pop("num_servers"), given.get("num_users", self.num_users)
        if "server_capacity" in given:
            raise ValueError(
                "num_servers must be left out where server_capacity is given, got both"
            )
        check_count("num_servers", servers)
        check_count("num_users", users)
        power = sum(self.server_capacity) / self.num_users * users
        return super().with_overrides(
            {**given, "server_capacity": divided(self.server_capacity, servers, power)}
        )

    @property
    def num_servers(self) -> int:
        """Number of edge servers |H|, equal to the number of RANs."""
        return len(self.server_capacity)

    @cached_property
    def capacity(self) -> NDArray[np.float64]:
        """Computing power P^h of every server, (H,) [cycles/s]; what a slot has is the state's."""
        return np.array(self.server_capacity, dtype=float)

    @cached_property
    def transmit_power(self) -> float:
        """Transmitting power of every user [W]."""
        return float(dbm_to_watt(self.transmit_power_dbm))

    @cached_property
    def topology(self) -> Topology:
        """Links and first users' processing factors, drawn from the scenario's seed."""
        rng = named_generator(self.seed, "topology")
        return self.network.draw(self.num_users, self.num_servers, rng)

    def newcomers(self, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Processing factors (count, H) of users who join."""
        return cast("GrowingNetwork", self.network).newcomers(self.topology, count, rng)

    @cached_property
    def greatest_factor(self) -> float:
        """Greatest processing factor that a user can have [1]."""
        if isinstance(self.population, FixedPopulation):
            return float(self.topology.processing_factor.max())
        return cast("GrowingNetwork", self.network).processing_factor[1]

    @cached_property
    def static_prices(self) -> NDArray[np.float64]:
        """Mean of the prices that minimise the bounds of up to 40 slots, (H,) [1/(cycles/s)]."""
        from edgemarl.djtcra.broadcast import static_prices  # which needs this module

        return static_prices(self)

    @property
    def subchannel_counts(self) -> tuple[int, int] | None:
        """Least and greatest number of whole sub-channels in `bandwidth`; None without them."""
        if self.subchannel is None:
            return None
        low, high = (bound / self.subchannel for bound in self.bandwidth)
        return math.ceil(low - ROUNDING), math.floor(high + ROUNDING)

    @cached_property
    def feature_ranges(self) -> NDArray[np.float64]:
        """Least and greatest value of the features of Eq. (18), (2, 9) in SI units.

        The order is h (from 1; zero marks a row without a user), V^T, V^R, kappa, alpha, beta,
        distance, B, N.
        """
        low_noise, high_noise = dbm_to_watt(self.noise_dbm)
        return np.array(
            [
                (0.0, float(self.num_servers)),
                self.arrivals.volume,
                self.arrivals.result,
                self.arrivals.intensity,
                self.qoe.steepness_range,
                self.qoe.midpoint_range,
                self.mobility.distance,
                self.bandwidth,
                (low_noise, high_noise),
            ]
        ).T

    @cached_property
    def feature_scaling(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Offset and factor, each (9,), that take the feature ranges to [-1, 1].

        The index h goes to [0, 1], the noise is taken in dBm, and a range without width to 0.
        """
        low, high = self.feature_ranges.copy()
        low[8], high[8] = self.noise_dbm
        offset, half = (low + high) / 2, (high - low) / 2
        offset[0], half[0] = 0.0, high[0]
        return offset, np.divide(1.0, half, out=np.zeros_like(half), where=half > 0)

    @property
    def independent_slots(self) -> bool:
        """Whether a slot's outcome is independent of the slots before it, given the policy."""
        return (
            isinstance(self.mobility, Resample)
            and isinstance(self.population, FixedPopulation)
            and isinstance(self.availability, FixedPower)
            and not knows_slots(self.arrivals)
            and self.migration_delay == 0
        )
