"""The slots of many copies of a simulation side by side, each drawn from its own generator."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from edgemarl.mec.fading import Rician
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.state import State
from edgemarl.mec.topology import channel_gain

Array = NDArray[np.float64]
Generators = Sequence[np.random.Generator]


@dataclass(frozen=True, kw_only=True)
class Slots:
    """The slots of E copies; row e of a field is copy e's field of :class:`State`."""

    slot: NDArray[np.int64]  # (E,)
    position: Array  # (E, N, 2) [m]
    gain: Array  # (E, N, M) [1]
    volume: Array  # (E, N) [bit]
    cycles: Array  # (E, N) [cycles]

    @classmethod
    def of(cls, states: Sequence[State]) -> "Slots":
        """The slots of states, one for each copy."""
        names = [field.name for field in fields(cls)]
        return cls(**{name: np.array([getattr(one, name) for one in states]) for name in names})

    def state(self, copy: int) -> State:
        """One copy's state."""
        return State(
            slot=int(self.slot[copy]),
            position=self.position[copy].copy(),
            gain=self.gain[copy].copy(),
            volume=self.volume[copy].copy(),
            cycles=self.cycles[copy].copy(),
        )

    @cached_property
    def joint(self) -> State:
        """All copies as one state, whose arrays have an axis E in front."""
        return State(
            slot=-1,
            position=self.position,
            gain=self.gain,
            volume=self.volume,
            cycles=self.cycles,
        )

    def exchanged(self, chosen: NDArray[np.bool_], others: "Slots") -> "Slots":
        """The slots with those of the chosen copies (E,) from others, of which there are as many.

        Args:
            chosen: which.
            others: of the chosen copies alone, in their order.
        """
        new = {}
        for field in fields(self):
            values = np.array(getattr(self, field.name))
            values[chosen] = getattr(others, field.name)
            new[field.name] = values
        return replace(self, **new)


def first_slots(scenario: Scenario, rngs: Generators) -> Slots:
    """A first slot of as many copies as there are generators; see :func:`next_slots`."""
    return _drawn(scenario, np.zeros(len(rngs), np.int64), rngs)


def next_slots(scenario: Scenario, slots: Slots, rngs: Generators) -> Slots:
    """The next slot of every copy, as :func:`edgemarl.mec.state.next_state` draws it."""
    return _drawn(scenario, slots.slot + 1, rngs)


def _drawn(scenario: Scenario, slot: NDArray[np.int64], rngs: Generators) -> Slots:
    """The slots of these numbers (K,)."""
    copies, devices, topology = len(rngs), scenario.num_devices, scenario.topology
    positions, fading = _draws(scenario, rngs)
    return Slots(
        slot=slot,
        position=np.broadcast_to(positions, (copies, devices, 2)),
        gain=channel_gain(scenario, positions, fading),
        volume=np.broadcast_to(topology.volume, (copies, devices)),
        cycles=np.broadcast_to(topology.cycles, (copies, devices)),
    )


def _draws(scenario: Scenario, rngs: Generators) -> tuple[Array, Array]:
    """Positions (K, N, 2) [m], or (N, 2) where none moves, and fading (K, N, M) [1]."""
    law, redraw = scenario.fading, scenario.motion == "redraw"
    size = scenario.num_devices, scenario.num_servers
    positions, fading = [], []
    normals = np.empty((len(rngs), 2, *size)) if type(law) is Rician else None
    for copy, rng in enumerate(rngs):
        if redraw:
            positions.append(scenario.positions.draw(scenario.num_devices, scenario.area, rng))
        if normals is None:
            fading.append(law.draw(size, rng))
        else:
            rng.standard_normal(out=normals[copy])
    places = np.array(positions) if redraw else scenario.topology.positions
    if isinstance(law, Rician) and normals is not None:
        return places, law.power(normals)
    return places, np.array(fading)
