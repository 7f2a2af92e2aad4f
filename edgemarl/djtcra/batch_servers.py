"""Servers as agents in many copies at once: the arrays of :class:`ServerView`."""

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.batch_checks import in_copy
from edgemarl.core.compiled import scatter_rows_of_each
from edgemarl.core.validation import check_shape
from edgemarl.djtcra.actions import decode_choices, decode_probabilities, likeliest, within
from edgemarl.djtcra.batch_slots import Slots
from edgemarl.djtcra.outcome import IDLE, Outcome
from edgemarl.djtcra.passes import per_server
from edgemarl.djtcra.server_view import ServerView

Assignment = NDArray[np.int64]  # (E, U)


class ServersTogether:
    """What E copies' servers mean, see and get; N is the number of servers H."""

    def __init__(self, view: ServerView) -> None:
        self._view, self._num_servers = view, view.scenario.num_servers
        shape = view.action_spaces[view.agents[0]].shape
        assert shape is not None
        self._shape = shape

    def decode(self, actions: NDArray[Any], slots: Slots) -> Assignment:
        """The assignment that actions (E, N, U) or (E, N, U, H) mean."""
        copies, users = slots.ran.shape
        check_shape("actions", actions, (copies, self._num_servers, *self._shape))
        owned = actions[np.arange(copies)[:, None], slots.ran, np.arange(users)]
        if self._view.action == "discrete":
            return self._chosen(owned, actions, slots)
        return self._likeliest(owned, actions, slots)

    def decode_rows(self, rows: NDArray[Any], slots: Slots) -> Assignment:
        """The assignment that the owners' entries (E, U) or rows (E, U, H) mean."""
        check_shape("rows", rows, (len(slots.ran), *self._shape))
        if self._view.action == "discrete":
            return self._chosen(rows, rows, slots)
        return self._likeliest(rows, rows, slots)

    def observe(self, rows: NDArray[np.float32], slots: Slots) -> NDArray[np.float32]:
        """Each server's rows of all users' (E, U, F), zero elsewhere, (E, N, U, F)."""
        return scatter_rows_of_each(rows, slots.ran, self._num_servers)

    def own(self, parts: NDArray[np.float64], slots: Slots) -> NDArray[np.float64]:
        """Sum of users' parts (E * U,) over each server's connected users, (E, N)."""
        servers = (slots.ran + slots.offset).reshape(-1)
        sums: Any = np.bincount(servers, weights=parts, minlength=slots.capacity.size)
        return sums.reshape(slots.capacity.shape)

    def infos(self, outcome: Outcome | None, slots: Slots) -> dict[str, NDArray[np.float64]]:
        """What is told to each server alone, (E, N) each."""
        joint, size = slots.joint, slots.capacity.size
        qoe, served_by = np.zeros(joint.num_users), np.full(joint.num_users, IDLE)
        if outcome is not None:
            qoe, served_by = outcome.qoe, outcome.served_by
        ran = (slots.ran + slots.offset).reshape(-1)
        own = per_server(ran, qoe, served_by, joint.active, size)
        qoe, users, tasks = own.reshape(3, *slots.capacity.shape)
        return {"local_qoe": qoe, "num_connected": users, "num_served": tasks}

    def _chosen(self, owned: NDArray[Any], given: NDArray[Any], slots: Slots) -> Assignment:
        """The owners' choices (E, U), once all that are given are server indices."""
        if not within(given, self._num_servers):
            self._refuse(given, slots, decode_choices, self._num_servers)
        return owned.astype(np.int64)

    def _likeliest(self, owned: NDArray[Any], given: NDArray[Any], slots: Slots) -> Assignment:
        """Argmax of the owners' rows (E, U, H)."""
        good, best = likeliest(owned)
        if not good.all():
            self._refuse(given, slots, decode_probabilities)
        return best

    def _refuse(self, given: NDArray[Any], slots: Slots, decode: Any, *options: Any) -> None:
        """Raise the error of the first copy whose actions are wrong."""
        agents = self._view.agents
        shape = (len(given), len(agents), *self._shape)
        actions = given if given.shape == shape else np.broadcast_to(given[:, None], shape)
        for copy, (own, ran) in enumerate(zip(actions, slots.ran, strict=True)):
            in_copy(copy, functools.partial(decode, own, ran, *options, agents))
