"""When to stop: the limits of a search, checked."""

import math
import operator
import time
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of a search."""

    tolerance: float  # relative gap between bound and objective at which to stop
    max_nodes: int  # most relaxations to solve
    deadline: float = math.inf  # `time.perf_counter()` after which to stop

    @classmethod
    def of(cls, tolerance: float, max_nodes: int, time_limit: float | None = None) -> "Limits":
        """Limits from a caller's arguments; `time_limit` [s] counts from now.

        Raises:
            ValueError: A limit is out of its range.
            TypeError: `max_nodes` is not an integer.
        """
        try:
            tolerance, max_nodes = float(tolerance), operator.index(max_nodes)
        except TypeError as error:
            raise TypeError(f"tolerance must be a number, max_nodes an integer: {error}") from error
        if not 0.0 < tolerance < 1.0:
            raise ValueError(f"tolerance must be between 0 and 1, got {tolerance}")
        if not 1 <= max_nodes < 2**62:
            raise ValueError(f"max_nodes must be at least 1 and below 2**62, got {max_nodes}")
        if time_limit is not None and not time_limit > 0.0:
            raise ValueError(f"time_limit must be positive, or None for no limit, got {time_limit}")
        deadline = math.inf if time_limit is None else time.perf_counter() + time_limit
        return cls(tolerance=tolerance, max_nodes=max_nodes, deadline=deadline)

    @property
    def out_of_time(self) -> bool:
        """Whether the deadline has passed."""
        return time.perf_counter() > self.deadline
