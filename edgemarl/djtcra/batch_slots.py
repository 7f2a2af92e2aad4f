"""The slots of many copies of a simulation side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.djtcra.mobility import Placement
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import State

Array = NDArray[np.float64]
# Fields of a state with an entry for each user, and those of them that its placement holds.
PLACES = ("ran", "distance")
OF_USERS = (
    *("bandwidth", "noise", "volume", "result", "intensity", "steepness", "midpoint"),
    *("active", "previous_assignment", "present"),
)


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """Links and processing factors of E copies, of which T differ."""

    link_rate: Array  # (T, H, H) [bit/s]
    link_delay: Array  # (T, H, H) [s]
    processing_factor: Array  # (T, U, H) [1]
    index: NDArray[np.int64]  # (E,) which of the T a copy has

    @classmethod
    def of(cls, scenarios: Sequence[Scenario], factors: Sequence[Array]) -> "Wiring":
        """Those of every copy's scenario, with the processing factors (U, H) of its slot.

        Copies that have the same objects share them.
        """
        keys = [
            (id(scenario), id(factor)) for scenario, factor in zip(scenarios, factors, strict=True)
        ]
        _, first, index = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        links = [scenarios[copy].topology for copy in first]
        return cls(
            link_rate=np.stack([link.link_rate for link in links]),
            link_delay=np.stack([link.link_delay for link in links]),
            processing_factor=np.stack([factors[copy] for copy in first]),
            index=index.reshape(-1).astype(np.int64),
        )


@dataclass(frozen=True, kw_only=True)
class Slots:
    """The slots of E copies; row e of a field is copy e's field of :class:`State`."""

    slot: NDArray[np.int64]  # (E,)
    ran: NDArray[np.int64]  # (E, U)
    distance: Array  # (E, U) [m]
    bandwidth: Array  # (E, U) [Hz]
    noise: Array  # (E, U) [W]
    volume: Array  # (E, U) [bit]
    result: Array  # (E, U) [bit]
    intensity: Array  # (E, U) [cycles/bit]
    steepness: Array  # (E, U) [1/s]
    midpoint: Array  # (E, U) [s]
    active: NDArray[np.bool_]  # (E, U)
    previous_assignment: NDArray[np.int64]  # (E, U)
    present: NDArray[np.bool_]  # (E, U)
    capacity: Array  # (E, H) [cycles/s]
    wiring: Wiring
    states: tuple[State, ...] | None = None  # each copy's, where it holds more than the fields do

    @classmethod
    def of(
        cls,
        states: Sequence[State],
        scenarios: Sequence[Scenario],
        before: "Slots | None" = None,
    ) -> "Slots":
        """The slots of states, one for each copy, in scenarios that differ by topology at most.

        Args:
            states: of every copy.
            scenarios: of every copy.
            before: the slots before, where no scenario has changed since.
        """
        fields = {
            name: np.stack([getattr(state, name) for state in states])
            for name in (*PLACES, *OF_USERS, "capacity")
        }
        slot = np.array([state.slot for state in states], np.int64)
        factors = [state.processing_factor for state in states]
        wiring = None if before is None else before.kept_wiring(factors)
        wiring = Wiring.of(scenarios, factors) if wiring is None else wiring
        return cls(slot=slot, wiring=wiring, states=tuple(states), **fields)

    def kept_wiring(self, factors: Sequence[Array]) -> Wiring | None:
        """The wiring, if all copies still have the processing factors that they had."""
        pairs = zip(self.states or (), factors, strict=True)
        return self.wiring if all(a.processing_factor is b for a, b in pairs) else None

    @cached_property
    def offset(self) -> NDArray[np.int64]:
        """Index of each copy's first server where the servers of all stand in a row, (E, 1)."""
        copies, servers = self.capacity.shape
        return (np.arange(copies) * servers)[:, None]

    def state(self, copy: int) -> State:
        """One copy's state."""
        if self.states is not None:
            return self.states[copy]
        fields: dict[str, Any] = {name: getattr(self, name)[copy].copy() for name in OF_USERS}
        ran, distance = (getattr(self, name)[copy].copy() for name in PLACES)
        return State(
            slot=int(self.slot[copy]),
            placement=Placement(ran=ran, distance=distance),
            processing_factor=self.wiring.processing_factor[self.wiring.index[copy]],
            capacity=self.capacity[copy].copy(),
            **fields,
        )

    @cached_property
    def joint(self) -> State:
        """All copies as one system of E * U users and E * H servers.

        RANs are those within each copy, and processing factors stay apart: what depends on links or
        on other users has been looked up before.
        """
        fields: dict[str, Any] = {name: getattr(self, name).reshape(-1) for name in OF_USERS}
        return State(
            slot=-1,
            placement=Placement(ran=self.ran.reshape(-1), distance=self.distance.reshape(-1)),
            processing_factor=self.wiring.processing_factor,
            capacity=self.capacity.reshape(-1),
            **fields,
        )
