"""Users who are where a trace says, and tasks that a trace says."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.component import component
from edgemarl.core.pinned import pinned, split
from edgemarl.core.validation import check_choice
from edgemarl.djtcra.arrivals import Tasks
from edgemarl.djtcra.city_mobility import CityMobility
from edgemarl.djtcra.mobility import Placement
from edgemarl.traces import PositionTrace, TaskTrace, read_positions, read_tasks
from edgemarl.traces.positions import GAPS
from edgemarl.traces.rows import ENDS, slot_in_trace

Array = NDArray[np.float64]


@component("mobility", "trace")
@dataclass(frozen=True, kw_only=True)
class TraceMobility(CityMobility):
    """Users go where the rows of a CSV file say: slot, user, x [m], y [m] in the city's plane.

    Every episode begins with the file's slot 0. A scenario with fewer users than the file has its
    first ones. The file is kept by its absolute path and a digest, ``PATH@DIGEST``.
    """

    file: str  # CSV; see `edgemarl.traces.read_positions`
    end: str = "wrap"  # what follows the last slot: "wrap", "hold" or "error"
    gaps: str = "hold"  # where a user is without a row: "hold" as before, or "error"

    def __post_init__(self) -> None:
        """Check every option, and that city and file are there."""
        super().__post_init__()
        check_choice("end", self.end, ENDS)
        check_choice("gaps", self.gaps, GAPS)
        object.__setattr__(self, "file", pinned("file", self.file))

    @cached_property
    def trace(self) -> PositionTrace:
        """The file's positions; ValueError for one that no base station covers."""
        trace = read_positions(Path(split(self.file)[0]), self.gaps)
        rows = trace.rows
        _, distance = self.region.nearest_site(np.stack([rows["x"], rows["y"]], axis=1))
        demand = f"so that with y it is within {self.coverage:g} m of a base station of {self.city}"
        rows.require(distance <= self.coverage, "x", demand)
        return trace

    def place(self, num_users: int, num_servers: int, rng: np.random.Generator) -> Placement:
        """Where the first users of the trace are in its slot 0."""
        known = self.trace.position.shape[1]
        if num_users > known:
            raise ValueError(
                f"num_users must be at most {known}, the users of {self.file}, got {num_users}"
            )
        return self._at(0, num_users, num_servers)

    def move(self, placement: Placement, num_servers: int, rng: np.random.Generator) -> Placement:
        """Where they are one slot later."""
        if placement.plan is None:
            raise ValueError("placement must have a plan with the slot of the trace, got None")
        return self._at(int(placement.plan[0, 0]) + 1, len(placement.ran), num_servers)

    def _at(self, slot: int, num_users: int, num_servers: int) -> Placement:
        slots = self.trace.position
        position = slots[slot_in_trace(slot, len(slots), self.end), :num_users]
        return self._placement(position, np.full((num_users, 1), float(slot)), num_servers)


@component("arrivals", "trace")
@dataclass(frozen=True, kw_only=True)
class TraceArrivals:
    """Tasks of a CSV file: slot, user, volume [bit], result [bit], intensity [cycles/bit].

    A user without a row in a slot is idle in it. The file is kept by its absolute path and a
    digest, ``PATH@DIGEST``.
    """

    file: str  # CSV; see `edgemarl.traces.read_tasks`
    end: str = "wrap"  # what follows the last slot: "wrap", "hold" or "error"

    def __post_init__(self) -> None:
        """Check the option, and that the file is there."""
        check_choice("end", self.end, ENDS)
        object.__setattr__(self, "file", pinned("file", self.file))

    @cached_property
    def trace(self) -> TaskTrace:
        """The file's tasks."""
        return read_tasks(Path(split(self.file)[0]))

    @property
    def volume(self) -> tuple[float, float]:
        """Range of task volumes [bit]."""
        return self.trace.ranges["volume"]

    @property
    def result(self) -> tuple[float, float]:
        """Range of result volumes [bit]."""
        return self.trace.ranges["result"]

    @property
    def intensity(self) -> tuple[float, float]:
        """Range of computing intensities [cycles/bit]."""
        return self.trace.ranges["intensity"]

    def draw(self, num_users: int, rng: np.random.Generator) -> Tasks:
        """The tasks of the trace's slot 0."""
        return self.draw_slot(0, num_users, rng)

    def draw_slot(self, slot: int, num_users: int, rng: np.random.Generator) -> Tasks:
        """The tasks of a slot of the episode; nothing is drawn.

        Raises:
            ValueError: for a task of a user that the scenario does not have.
        """
        rows = self.trace.rows
        rows.require(rows["user"] < num_users, "user", f"below num_users = {num_users}")
        users, asked = self.trace.tasks_of(slot_in_trace(slot, self.trace.num_slots, self.end))
        quantities = {name: np.full(num_users, self.trace.ranges[name][0]) for name in asked}
        for name, values in asked.items():
            quantities[name][users] = values
        active = np.zeros(num_users, dtype=bool)
        active[users] = True
        return Tasks(active=active, **quantities)
