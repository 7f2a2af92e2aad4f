"""Users as agents in many copies at once: the arrays of :class:`UserView`."""

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.batch_checks import in_copy
from edgemarl.core.validation import check_shape
from edgemarl.djtcra.actions import check_choices, within
from edgemarl.djtcra.batch_slots import Slots
from edgemarl.djtcra.outcome import CLOUD, Outcome
from edgemarl.djtcra.user_view import UserView


class UsersTogether:
    """What E copies' users mean, see and get; N is the number of users U."""

    def __init__(self, view: UserView) -> None:
        self._view = view

    def decode(self, actions: NDArray[Any], slots: Slots) -> NDArray[np.int64]:
        """The assignment that actions (E, N) mean."""
        check_shape("actions", actions, slots.ran.shape)
        size, agents = self._view.scenario.num_servers, self._view.agents
        if not within(actions, size):
            for copy, own in enumerate(actions):
                in_copy(copy, functools.partial(check_choices, own, size, agents))
        return actions.astype(np.int64)

    def observe(self, rows: NDArray[np.float32], slots: Slots) -> NDArray[np.float32]:
        """Each user's row (E, N, F); with global observations all rows, (E, N, U, F), read-only."""
        if self._view.observation == "local":
            return rows
        copies, users, features = rows.shape
        return np.broadcast_to(rows[:, None], (copies, users, users, features))

    def own(self, parts: NDArray[np.float64], slots: Slots) -> NDArray[np.float64]:
        """Users' parts (E * U,), (E, N)."""
        return parts.reshape(slots.ran.shape).copy()

    def infos(self, outcome: Outcome | None, slots: Slots) -> dict[str, NDArray[np.float64]]:
        """What is told to each user alone, (E, N) each."""
        shape = slots.ran.shape
        if outcome is None:
            return {name: np.zeros(shape) for name in ("qoe", "latency", "cloud")}
        return {
            "qoe": outcome.qoe.reshape(shape).copy(),
            "latency": outcome.latency.reshape(shape).copy(),
            "cloud": (outcome.served_by == CLOUD).astype(float).reshape(shape),
        }
