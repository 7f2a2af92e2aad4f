"""What one slot looks like: arrays and plain values alone, alike for every system.

Pictures and reports read nothing else, so that whoever adds a system gives it a function from a
scenario, a state and an outcome to a :class:`SlotSnapshot`, and has both.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.system import Objective
from edgemarl.core.validation import check_choice, check_shape

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
ELSEWHERE = -1  # `served_by` of a task that no edge server computes
IDLE = -2  # `served_by` of a user without a task
UNDECIDED = -3  # `served_by` of a task that nothing was decided on yet
DIGITS = {  # after the point, in plain values
    "server_position": 2,  # [m]
    "user_position": 2,  # [m]
    "outline": 2,  # [m]
    "server_load": 3,
    "server_capacity": 3,
    "quality": 4,
    "latency": 6,  # [s]
    "objective": 6,
    "bound": 6,
    "gap": 8,
}


@dataclass(frozen=True, kw_only=True)
class SlotSnapshot:
    """One slot. H is the number of servers, U that of users, K that of corners.

    Before anything was decided on the slot, `served_by` is -3 for all users with a task, quality
    and objective are NaN, loads and latencies 0, and counts empty.

    Raises:
        ValueError: for an array of a shape that does not fit the others.
    """

    slot: int  # since the start of the episode
    server_position: Array  # (H, 2) [m]
    server_load: Array  # (H,) [load_unit] what is asked of each server
    server_capacity: Array  # (H,) [load_unit] what it has
    load_unit: str
    user_position: Array  # (U, 2) [m]
    ran: Indices  # (U,) server whose radio the user is connected to
    served_by: Indices  # (U,) server that computes the task; -1 none of them, -2 idle
    elsewhere: str  # who computes where `served_by` is -1, such as "cloud"
    quality: Array  # (U,) [1] from 0, the worst, to 1; NaN for idle users
    quality_title: str
    latency: Mapping[str, Array]  # (U,) [s] wireless, forwarding and processing; 0 for idle users
    counts: Mapping[str, int]  # users by how they fared
    objective: float  # [1]
    objective_title: str
    bound: float | None = None  # [1] certified bound of the objective; None where not computed
    bound_title: str = "bound"
    gap: float | None = None  # [1] how much worse the objective is, as a share of the bound
    count_titles: Mapping[str, str] = field(default_factory=dict)  # what the names of counts mean
    outline: Array | None = None  # (K, 2) [m] the region's corners

    def __post_init__(self) -> None:
        """Check the shapes of all arrays."""
        servers, users = len(self.server_load), len(self.ran)
        shapes = {"server_position": (servers, 2), "server_capacity": (servers,)}
        shapes |= {"user_position": (users, 2), "served_by": (users,), "quality": (users,)}
        for name, shape in shapes.items():
            check_shape(name, getattr(self, name), shape)
        for name, part in self.latency.items():
            check_shape(f"latency of {name}", part, (users,))
        if self.outline is not None:
            check_shape("outline", self.outline, (len(self.outline), 2))

    @property
    def decided(self) -> bool:
        """Whether the slot's tasks have been assigned."""
        return not math.isnan(self.objective)

    def to_plain(self) -> dict[str, Any]:
        """The slot as values that JSON can hold, rounded as `DIGITS` says; NaN becomes None."""
        fields = [one.name for one in dataclasses.fields(self)]
        return {name: _plain(getattr(self, name), DIGITS.get(name)) for name in fields}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> "SlotSnapshot":
        """The slot that :meth:`to_plain` gave, as far as its digits go.

        Raises:
            ValueError: for an unknown or missing key, or a shape that does not fit.
        """
        fields = {one.name: one for one in dataclasses.fields(cls)}
        for key in values:
            check_choice("key of a snapshot", key, fields)
        missing = [
            name
            for name, one in fields.items()
            if name not in values and one.default is MISSING and one.default_factory is MISSING
        ]
        if missing:
            raise ValueError(f"a snapshot must have {', '.join(missing)}, got {sorted(values)}")
        return cls(**{name: _read(name, value) for name, value in values.items()})


def judged(objective: Objective, outcome: Any | None, bound: float | None) -> dict[str, Any]:
    """The fields of a snapshot that say how good an outcome is, None for none yet.

    Args:
        objective: of the system.
        outcome: with metrics.
        bound: certified bound of the objective in the slot, where it is known.
    """
    titles = {"objective_title": objective.title, "bound_title": objective.bound_title}
    if outcome is None:
        return {"objective": math.nan, **titles}
    achieved = outcome.metrics()[objective.name]
    gap = None if bound is None else float(objective.gap(bound, achieved))
    return {"objective": achieved, "bound": bound, "gap": gap, **titles}


def spread_bearings(group: Indices) -> Array:
    """Unit vectors (U, 2) that stand evenly around the centre of each group, in order.

    Where a system knows how far users are from their server but not in which direction, maps show
    them there.

    Args:
        group: (U,) index of the group that each belongs to.

    >>> np.round(spread_bearings(np.array([0, 1, 0])), 3) + 0.0
    array([[ 1.,  0.],
           [ 1.,  0.],
           [-1.,  0.]])
    """
    order = np.argsort(group, kind="stable")
    size = np.bincount(group)
    rank = np.empty(len(group))
    rank[order] = np.arange(len(group)) - (np.cumsum(size) - size)[group[order]]
    angle = 2 * np.pi * rank / size[group]
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _plain(value: Any, digits: int | None) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item, digits) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist(), digits)
    if isinstance(value, list):
        return [_plain(item, digits) for item in value]
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, digits if digits is not None else 12)
    return int(value) if isinstance(value, np.integer) else value


def _read(name: str, value: Any) -> Any:
    if name in ("ran", "served_by"):
        return np.array(value, dtype=np.int64)
    if name in ("user_position", "server_position"):
        return np.array(value, dtype=float).reshape(-1, 2)
    if name in ("server_load", "server_capacity", "quality"):
        return np.array(value, dtype=float)  # None becomes NaN
    if name == "latency":
        return {part: np.array(of_users, dtype=float) for part, of_users in value.items()}
    if name == "objective":
        return math.nan if value is None else float(value)
    return np.array(value, dtype=float) if name == "outline" and value is not None else value
