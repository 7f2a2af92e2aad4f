"""The fixed part of a simulation: the paper's numbers, and components in their roles."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.scenario import BaseScenario
from edgemarl.core.validation import (
    as_finite,
    check_choice,
    check_count,
    check_nonnegative,
    check_positive,
)
from edgemarl.mec.fading import Fading, Rician
from edgemarl.mec.observations import LogStandardised, Observation
from edgemarl.mec.positions import Positions, UniformPositions
from edgemarl.mec.rewards import Reciprocal, Reward
from edgemarl.mec.tasks import EqualTasks, Tasks
from edgemarl.mec.topology import Topology, draw_topology, log_gain_moments
from edgemarl.mec.votes import VOTES

ROLES: Mapping[str, type] = MappingProxyType(
    {
        "positions": Positions,
        "fading": Fading,
        "tasks": Tasks,
        "reward": Reward,
        "observation": Observation,
    }
)
MOTIONS = ("fixed", "redraw")
POSITIVE = (
    *("area", "server_capacity", "local_capacity", "switched_capacitance", "power_exponent"),
    *("max_power", "bandwidth", "noise", "reference_gain", "min_distance"),
    "time_weight",
)
LARGEST_AREA = 1e7  # [m] side; a quarter of the way around the Earth
ROUNDING = 1e-9  # of ratios that are whole but for rounding errors


@dataclass(frozen=True, kw_only=True)
class Scenario(BaseScenario):
    """A system of edge servers and devices; defaults are the paper's (Table I, section V).

    Raises:
        ValueError: for a value out of its range; the message names the field and the value.
    """

    ROLES: ClassVar[Mapping[str, type]] = ROLES
    FAMILY: ClassVar[str] = "mec."

    name: str = "custom"
    seed: int = 0  # of the topology: positions, servers and tasks
    num_devices: int = 30  # N
    num_servers: int = 2  # M
    server_positions: tuple[tuple[float, float], ...] | None = None  # [m]; k-means where None
    area: float = 50.0  # [m] side of the square
    server_capacity: float | tuple[float, ...] = 15e9  # [cycles/s] F^MEC, of each or of all
    local_capacity: float = 1e9  # [cycles/s] f_i0, Table I
    switched_capacitance: float = 1e-27  # [W s^v] kappa, section III.A
    power_exponent: float = 3.0  # [1] v, section III.A
    max_power: float = 1.5  # [W] P^IoTD, Table I
    bandwidth: float = 1e6  # [Hz] B, Table I
    noise: float = 1e-12  # [W] sigma^2, Table I; in W/Hz with noise_is_density
    noise_is_density: bool = False  # whether the bandwidth multiplies the noise
    reference_gain: float = 10**-6.5  # [m^2] beta_0; the paper gives none
    min_distance: float = 1.0  # [m] nearer devices have the gain of this distance
    time_weight: float = 1.0  # [1/s] phi_T
    energy_weight: float = 1.0  # [1/J] phi_E
    motion: str = "fixed"  # or "redraw": positions drawn anew in every slot
    vote: str = "max"  # or "capacity"; what scores mean, see edgemarl.mec.votes
    slots_per_episode: int = 50  # then the episode is truncated
    positions: Positions = UniformPositions()
    fading: Fading = Rician()
    tasks: Tasks = EqualTasks()
    reward: Reward = Reciprocal()
    observation: Observation = LogStandardised()

    def __post_init__(self) -> None:
        """Check every number and build components given by their kind."""
        self.build_components()
        if np.ndim(self.server_capacity):
            capacity = tuple(as_finite("server_capacity", self.server_capacity).tolist())
            object.__setattr__(self, "server_capacity", capacity)
        if self.server_positions is not None:
            points = as_finite("server_positions", self.server_positions).tolist()
            object.__setattr__(self, "server_positions", _pairs(points))
        _check(self)

    @cached_property
    def capacity(self) -> NDArray[np.float64]:
        """Computing capability of every server, (M,) [cycles/s]."""
        return np.broadcast_to(np.asarray(self.server_capacity, dtype=float), (self.num_servers,))

    @property
    def noise_power(self) -> float:
        """Noise [W] in the denominator of Eq. (2)."""
        return self.noise * self.bandwidth if self.noise_is_density else self.noise

    @property
    def snr_reference(self) -> float:
        """Signal-to-noise ratio per power at the distance of 1 m, without fading [1/W]."""
        return self.reference_gain / self.noise_power

    @property
    def weight_ratio(self) -> float:
        """Weight of a second over that of a joule [W]; infinite where energy has no weight."""
        return self.time_weight / self.energy_weight if self.energy_weight else float("inf")

    @property
    def local_power(self) -> float:
        """Power p^E that a device computes with [W]."""
        return self.switched_capacitance * self.local_capacity**self.power_exponent

    @cached_property
    def local_limit(self) -> NDArray[np.int64]:
        """Devices that each server computes at least as fast as they would themselves, (M,).

        Under the rule that a server never takes more, its computing resource is "insufficient".
        """
        return np.floor(self.capacity / self.local_capacity * (1 + ROUNDING)).astype(np.int64)

    @cached_property
    def topology(self) -> Topology:
        """Positions, servers and tasks, drawn from the scenario's seed."""
        return draw_topology(self)

    @cached_property
    def log_gain_moments(self) -> tuple[float, float]:
        """Mean and standard deviation of log10 of the gains, by which they are standardised."""
        return log_gain_moments(self)

    @property
    def independent_slots(self) -> bool:
        """Whether a slot's outcome is independent of the slots before it: always, here."""
        return True


def _pairs(points: list[Any]) -> tuple[tuple[float, ...], ...]:
    if np.ndim(points) != 2 or np.asarray(points).shape[1:] != (2,):
        raise ValueError(f"server_positions must be a list of pairs (x, y) [m], got {points!r}")
    return tuple(tuple(point) for point in points)


def _check(scenario: Scenario) -> None:
    check_count("seed", scenario.seed, minimum=0)
    for name in ("num_devices", "num_servers", "slots_per_episode"):
        check_count(name, getattr(scenario, name))
    for name in POSITIVE:
        check_positive(name, getattr(scenario, name))
    if scenario.area > LARGEST_AREA:
        raise ValueError(f"area must be at most {LARGEST_AREA:g} m, got {scenario.area}")
    check_nonnegative("energy_weight", scenario.energy_weight)
    check_choice("noise_is_density", scenario.noise_is_density, (True, False))
    check_choice("motion", scenario.motion, MOTIONS)
    check_choice("vote", scenario.vote, VOTES)
    _check_servers(scenario)
    if scenario.local_power > scenario.max_power * (1 + ROUNDING):
        raise ValueError(
            f"local_capacity must need at most max_power = {scenario.max_power} W, Eq. (7), got "
            f"{scenario.local_capacity} cycles/s with {scenario.local_power} W: lower it or "
            f"switched_capacitance, or raise max_power"
        )


def _check_servers(scenario: Scenario) -> None:
    """ValueError unless there is one capacity and one position for every server."""
    servers = scenario.num_servers
    if np.shape(scenario.server_capacity) not in ((), (servers,)):
        raise ValueError(
            f"server_capacity must be one number or num_servers = {servers} of them, "
            f"got {scenario.server_capacity!r}"
        )
    if scenario.server_positions is None:
        if scenario.num_devices < servers:
            raise ValueError(
                f"server_positions must be given where there are fewer devices "
                f"({scenario.num_devices}) than servers ({servers}): k-means has no centres"
            )
    elif len(scenario.server_positions) != servers:
        raise ValueError(
            f"server_positions must have num_servers = {servers} pairs, or be null for those of "
            f"k-means, got {scenario.server_positions!r}"
        )
