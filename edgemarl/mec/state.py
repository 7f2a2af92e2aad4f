"""One slot's draw, and the step from one slot to the next."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.validation import as_finite, check_positive, check_shape
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.topology import draw_slot

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class State:
    """What holds for one slot."""

    slot: int  # since the start of the episode
    position: Array  # (N, 2) [m] (x, y)
    gain: Array  # (N, M) [1] h, Eq. (3)
    volume: Array  # (N,) [bit] D
    cycles: Array  # (N,) [cycles] F

    def check(self, scenario: Scenario) -> None:
        """ValueError where a field has a wrong shape or an impossible value.

        States from :func:`next_state` are correct; check those that you build yourself.
        """
        devices = scenario.num_devices
        check_shape("position", as_finite("position", self.position), (devices, 2))
        check_shape("gain", self.gain, (devices, scenario.num_servers))
        for name in ("volume", "cycles"):
            check_shape(name, getattr(self, name), (devices,))
        for name in ("gain", "volume", "cycles"):
            check_positive(name, getattr(self, name))


def next_state(
    scenario: Scenario,
    state: State | None,
    assignment: NDArray[np.int64] | None,
    rng: np.random.Generator,
) -> State:
    """The state of the next slot; that of the first one where `state` is None.

    Only the channel gains change, and the positions where they are redrawn. Nothing depends on
    the slot before or on the assignment.

    Args:
        scenario: what is fixed.
        state: state of the slot before, or None.
        assignment: (N,) server of each task in the slot before, or None.
        rng: source of all draws.
    """
    position, gain = draw_slot(scenario, rng)
    return State(
        slot=0 if state is None else state.slot + 1,
        position=position,
        gain=gain,
        volume=scenario.topology.volume,
        cycles=scenario.topology.cycles,
    )
