"""One slot's draw, and the step from one slot to the next."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.draws import uniform
from edgemarl.core.units import dbm_to_watt
from edgemarl.core.validation import (
    check_nonnegative,
    check_positive,
    check_servers,
    check_shape,
)
from edgemarl.djtcra.arrivals import tasks_of
from edgemarl.djtcra.mobility import Placement
from edgemarl.djtcra.scenario import Scenario

Array = NDArray[np.float64]
NOWHERE = -1  # the server of a user that no server served


@dataclass(frozen=True, kw_only=True)
class State:
    """What holds for one slot, Eq. (19); the fields of idle users have no effect."""

    slot: int  # since the start of the episode
    placement: Placement  # RAN, distance [m] and, where users have one, position [m]
    bandwidth: Array  # (U,) [Hz] B_u
    noise: Array  # (U,) [W] N_u
    volume: Array  # (U,) [bit] V^T
    result: Array  # (U,) [bit] V^R
    intensity: Array  # (U,) [cycles/bit] kappa
    steepness: Array  # (U,) [1/s] alpha
    midpoint: Array  # (U,) [s] beta
    active: NDArray[np.bool_]  # (U,) whether the user has a task
    previous_assignment: NDArray[np.int64]  # (U,) server in the slot before; -1 for none
    present: NDArray[np.bool_]  # (U,) whether the index belongs to a user
    processing_factor: Array  # (U, H) [1] eta
    capacity: Array  # (H,) [cycles/s] P^h, zero where a server has failed

    @property
    def num_users(self) -> int:
        """Number of users |U|."""
        return len(self.volume)

    @property
    def ran(self) -> NDArray[np.int64]:
        """Connected RAN of every user, (U,)."""
        return self.placement.ran

    @property
    def distance(self) -> Array:
        """Ground distance of every user to its base station, (U,) [m]."""
        return self.placement.distance

    def check(self, scenario: Scenario) -> None:
        """ValueError where a field has a wrong shape or an impossible value.

        States from :func:`next_state` are correct; check those that you build yourself.
        """
        users = (scenario.num_users,)
        for name in ("bandwidth", "noise", "volume", "intensity", "steepness", "midpoint"):
            check_shape(name, getattr(self, name), users)
            check_positive(name, getattr(self, name))
        for name in ("result", "distance"):
            check_shape(name, getattr(self, name), users)
            check_nonnegative(name, getattr(self, name))
        for name in ("active", "present", "previous_assignment", "ran"):
            check_shape(name, getattr(self, name), users)
        check_shape("processing_factor", self.processing_factor, (*users, scenario.num_servers))
        check_positive("processing_factor", self.processing_factor)
        check_shape("capacity", self.capacity, (scenario.num_servers,))
        check_nonnegative("capacity", self.capacity)
        check_servers("ran", self.ran, scenario.num_servers)


def next_state(
    scenario: Scenario,
    state: State | None,
    assignment: NDArray[np.int64] | None,
    rng: np.random.Generator,
) -> State:
    """The state of the next slot; that of the first one where `state` is None.

    Args:
        scenario: what is fixed.
        state: state of the slot before, or None.
        assignment: (U,) server of each task in the slot before, or None.
        rng: source of all draws.
    """
    users = scenario.num_users
    if state is None:
        placement = scenario.mobility.place(users, scenario.num_servers, rng)
    else:
        placement = scenario.mobility.move(state.placement, scenario.num_servers, rng)
    slot = 0 if state is None else state.slot + 1
    tasks = tasks_of(scenario.arrivals, slot, users, rng)
    steepness, midpoint = scenario.qoe.draw(users, rng)
    bandwidth = _bandwidth(scenario, rng)
    noise = dbm_to_watt(uniform(scenario.noise_dbm, users, rng))
    census = _census(scenario, state, placement, _previous(state, assignment, users), rng)
    return State(
        slot=slot,
        placement=census.placement,
        bandwidth=bandwidth,
        noise=noise,
        volume=tasks.volume,
        result=tasks.result,
        intensity=tasks.intensity,
        steepness=steepness,
        midpoint=midpoint,
        active=tasks.active & census.present,
        previous_assignment=census.previous_assignment,
        present=census.present,
        processing_factor=census.processing_factor,
        capacity=_capacity(scenario, state, rng),
    )


@dataclass(frozen=True)
class _Census:
    """What belongs to users rather than to their tasks; see :class:`State`."""

    present: NDArray[np.bool_]
    placement: Placement
    previous_assignment: NDArray[np.int64]
    processing_factor: Array


def _census(
    scenario: Scenario,
    state: State | None,
    placement: Placement,
    previous: NDArray[np.int64],
    rng: np.random.Generator,
) -> _Census:
    """Who is there, with new users in the place of some; the topology's users come first."""
    if state is None:
        present = scenario.population.start(scenario.num_users, rng)
        return _Census(present, placement, previous, scenario.topology.processing_factor)
    present = scenario.population.change(state.present, rng)
    new = np.flatnonzero(present & ~state.present)
    if not new.size:
        return _Census(present, placement, previous, state.processing_factor)
    factor = state.processing_factor.copy()
    factor[new] = scenario.newcomers(len(new), rng)
    factor.setflags(write=False)
    placement = placement.replaced(
        new, scenario.mobility.place(len(new), scenario.num_servers, rng)
    )
    previous[new] = NOWHERE
    return _Census(present, placement, previous, factor)


def _capacity(scenario: Scenario, state: State | None, rng: np.random.Generator) -> Array:
    """Computing power of every server, the scenario's own array where it does not change."""
    if state is None:
        return scenario.availability.start(scenario.capacity, rng)
    return scenario.availability.change(state.capacity, scenario.capacity, rng)


def _bandwidth(scenario: Scenario, rng: np.random.Generator) -> Array:
    """Uniform bandwidth, or a uniform number of whole sub-channels within the same range."""
    counts = scenario.subchannel_counts
    if scenario.subchannel is None or counts is None:
        return uniform(scenario.bandwidth, scenario.num_users, rng)
    low, high = counts
    return scenario.subchannel * rng.integers(low, high + 1, scenario.num_users).astype(float)


def _previous(
    state: State | None, assignment: NDArray[np.int64] | None, users: int
) -> NDArray[np.int64]:
    """Server of each user in the slot before; idle users keep the one they had."""
    if state is None or assignment is None:
        return np.full(users, NOWHERE)
    return np.where(state.active, assignment, state.previous_assignment)
