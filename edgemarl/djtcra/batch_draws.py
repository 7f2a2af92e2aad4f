"""How the slots of many copies are drawn, each from its own generator.

Every copy gets the numbers that :func:`edgemarl.djtcra.state.next_state` draws, in the same order:
in a few calls a copy where all users are drawn anew in every slot (:class:`FreshDraws`), else by
that function itself (:class:`DrawsInTurn`).
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.compiled import compiled
from edgemarl.core.draws import fill_standard
from edgemarl.core.units import dbm_to_watt
from edgemarl.djtcra.arrivals import BernoulliTasks, UniformTasks
from edgemarl.djtcra.availability import FixedPower
from edgemarl.djtcra.batch_slots import Slots, Wiring
from edgemarl.djtcra.mobility import Resample
from edgemarl.djtcra.population import FixedPopulation
from edgemarl.djtcra.qoe import LogisticQoE
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import NOWHERE, next_state

Array = NDArray[np.float64]
Generators = Sequence[np.random.Generator]


class Draws(Protocol):
    """Draws first and next slots of E copies."""

    def first(self, slots: Slots | None, chosen: NDArray[np.bool_], rngs: Generators) -> Slots:
        """The slots with a first one in the chosen copies (E,), all of them where there are none.

        Scenarios of chosen copies may have changed since the last call.
        """
        ...

    def next(self, slots: Slots, assignment: NDArray[np.int64], rngs: Generators) -> Slots:
        """The next slot of every copy, after an assignment (E, U)."""
        ...


def draws_of(scenarios: list[Scenario]) -> Draws:
    """How to draw the slots of copies whose scenarios differ by topology at most.

    Args:
        scenarios: of every copy; the caller may exchange them before a first slot.
    """
    one = scenarios[0]
    fresh = (
        type(one.mobility) is Resample
        and type(one.arrivals) in (UniformTasks, BernoulliTasks)
        and type(one.qoe) is LogisticQoE
        and type(one.population) is FixedPopulation
        and one.subchannel is None
    )
    return FreshDraws(scenarios) if fresh else DrawsInTurn(scenarios)


class DrawsInTurn:
    """Any scenario's draws, one copy after the other."""

    def __init__(self, scenarios: list[Scenario]) -> None:
        self._scenarios = scenarios

    def first(self, slots: Slots | None, chosen: NDArray[np.bool_], rngs: Generators) -> Slots:
        """The slots with a first one in the chosen copies (E,)."""
        first = {
            copy: next_state(self._scenarios[copy], None, None, rngs[copy])
            for copy in np.flatnonzero(chosen).tolist()
        }
        some = next(iter(first.values()))  # where there is none yet; it has to be reset anyway
        kept = [some] * len(chosen) if slots is None or slots.states is None else slots.states
        states = [first.get(copy, state) for copy, state in enumerate(kept)]
        return Slots.of(states, self._scenarios)

    def next(self, slots: Slots, assignment: NDArray[np.int64], rngs: Generators) -> Slots:
        """The next slot of every copy, after an assignment (E, U)."""
        assert slots.states is not None
        each = zip(self._scenarios, slots.states, assignment, rngs, strict=True)
        return Slots.of([next_state(*one) for one in each], self._scenarios, slots)


class FreshDraws:
    """Users and tasks drawn anew in every slot, into arrays of all copies."""

    def __init__(self, scenarios: list[Scenario]) -> None:
        self._scenarios = scenarios
        one = scenarios[0]
        tasks = one.arrivals
        bounds = [one.mobility.distance, tasks.volume, tasks.result, tasks.intensity]
        bounds += [(0.0, 1.0)] * isinstance(tasks, BernoulliTasks)
        self._tasks_first = len(bounds) * one.num_users  # uniform draws before the normal ones
        self._steady = type(one.availability) is FixedPower
        low, high = np.array([*bounds, one.bandwidth, one.noise_dbm]).T
        self._low, self._width = low.copy(), high - low

    def first(self, slots: Slots | None, chosen: NDArray[np.bool_], rngs: Generators) -> Slots:
        """The slots with a first one in the chosen copies (E,)."""
        which = np.flatnonzero(chosen).tolist()
        fields: dict[str, Any] = self._drawn([rngs[copy] for copy in which], None)
        fields["previous_assignment"] = np.full_like(fields["ran"], NOWHERE)
        fields["slot"] = np.zeros(len(which), np.int64)
        for name, values in fields.items():
            kept = np.broadcast_to(values[0], (len(chosen), *values.shape[1:]))
            fields[name] = (kept if slots is None else getattr(slots, name)).copy()
            fields[name][which] = values
        factors = [scenario.topology.processing_factor for scenario in self._scenarios]
        return Slots(wiring=Wiring.of(self._scenarios, factors), **fields)

    def next(self, slots: Slots, assignment: NDArray[np.int64], rngs: Generators) -> Slots:
        """The next slot of every copy, after an assignment (E, U)."""
        before = np.where(slots.active, assignment, slots.previous_assignment)
        fields: dict[str, Any] = self._drawn(rngs, slots.capacity)
        return Slots(wiring=slots.wiring, slot=slots.slot + 1, previous_assignment=before, **fields)

    def _drawn(self, rngs: Generators, current: Array | None) -> dict[str, NDArray[Any]]:
        """All that is drawn in a slot of some copies K, whose servers had `current` (K, H)."""
        scenario = self._scenarios[0]
        qoe: Any = scenario.qoe
        steep, middle = (
            (qoe.steepness_mean, qoe.steepness_std),
            (qoe.midpoint_mean, qoe.midpoint_std),
        )
        users, servers = scenario.num_users, scenario.num_servers
        ran, normals = np.empty((len(rngs), users), np.int64), np.empty((2, len(rngs), users))
        uniforms = np.empty((len(rngs), len(self._low) * users))
        capacity = np.tile(scenario.capacity, (len(rngs), 1))
        tasks, radio = uniforms[:, : self._tasks_first], uniforms[:, self._tasks_first :]
        for copy, rng in enumerate(rngs):
            ran[copy] = rng.integers(servers, size=users)
            rng.random(out=tasks[copy])
            fill_standard(normals[0, copy], *steep, rng)
            fill_standard(normals[1, copy], *middle, rng)
            rng.random(out=radio[copy])
            if not self._steady:
                capacity[copy] = self._capacity(None if current is None else current[copy], rng)
        uniforms = uniforms.reshape(len(rngs), -1, users)
        return {"ran": ran, "capacity": capacity, **self._fields(uniforms, normals)}

    def _capacity(self, current: Array | None, rng: np.random.Generator) -> Array:
        """Power (H,) of one copy's servers."""
        scenario = self._scenarios[0]
        if current is None:
            return scenario.availability.start(scenario.capacity, rng)
        return scenario.availability.change(current, scenario.capacity, rng)

    def _fields(self, uniforms: Array, normals: Array) -> dict[str, NDArray[Any]]:
        """Users' fields (K, U) from uniform draws (K, n, U) and standard normal ones (2, K, U)."""
        scenario = self._scenarios[0]
        qoe: Any = scenario.qoe
        scaled = scaled_draws(uniforms, self._low, self._width)
        active = np.ones(scaled.shape[1:], bool)
        if isinstance(scenario.arrivals, BernoulliTasks):
            active = scaled[4] < scenario.arrivals.probability
        return {
            "distance": scaled[0],
            "volume": scaled[1],
            "result": scaled[2],
            "intensity": scaled[3],
            "bandwidth": scaled[-2],
            "noise": dbm_to_watt(scaled[-1]),
            "steepness": qoe.steepness_mean + qoe.steepness_std * normals[0],
            "midpoint": qoe.midpoint_mean + qoe.midpoint_std * normals[1],
            "active": active,
            "present": np.ones_like(active),
        }


@compiled
def scaled_draws(draws, low, width):
    """Draws (K, n, U) from [0, 1) taken to n ranges, (n, K, U)."""
    copies, fields, users = draws.shape
    scaled = np.empty((fields, copies, users))
    for copy in range(copies):
        for i in range(fields):
            for u in range(users):
                scaled[i, copy, u] = low[i] + width[i] * draws[copy, i, u]
    return scaled
