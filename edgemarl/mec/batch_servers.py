"""Servers as agents in many copies at once: the arrays of :class:`ServerView`."""

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.batch_checks import in_copy
from edgemarl.core.validation import check_shape
from edgemarl.mec.batch_outcome import Totals, outcome_of
from edgemarl.mec.batch_slots import Slots
from edgemarl.mec.observations import LogStandardised, MaxScaled, RawGains
from edgemarl.mec.outcome import Outcome
from edgemarl.mec.rewards import NegativeObjective, Reciprocal
from edgemarl.mec.server_view import ServerView, valid_scores
from edgemarl.mec.votes import VOTES

OBSERVATIONS = (LogStandardised, MaxScaled, RawGains)  # that take many slots at once
REWARDS = (Reciprocal, NegativeObjective)  # that take the objectives of many slots


class ServersTogether:
    """What E copies' servers mean, see and get."""

    def __init__(self, view: ServerView) -> None:
        self._view, self._scenario = view, view.scenario

    def decode(self, actions: NDArray[Any], slots: Slots) -> NDArray[np.int64]:
        """The assignment (E, N) that the vote over scores (E, M, N) means."""
        copies, devices, servers = slots.gain.shape
        check_shape("actions", actions, (copies, servers, devices))
        if actions.dtype.kind not in "iufb" or not valid_scores(actions).all():
            for copy, scores in enumerate(actions):
                in_copy(copy, functools.partial(self._view.check_scores, scores))
        return VOTES[self._scenario.vote](actions, self._scenario.local_limit)

    def observe(self, slots: Slots) -> NDArray[np.float32]:
        """What all servers observe, (E, M, N)."""
        scenario = self._scenario
        if type(scenario.observation) in OBSERVATIONS:
            return scenario.observation.rows(scenario, slots.joint)
        copies = range(len(slots.slot))
        return np.stack([scenario.observation.rows(scenario, slots.state(copy)) for copy in copies])

    def paid(self, outcome: Outcome, slots: Slots) -> NDArray[np.float64]:
        """The reward of every agent of each copy, (E,)."""
        reward: Any = self._scenario.reward
        copies = len(slots.slot)
        if type(reward) in REWARDS:
            return reward.shared(Totals.of(outcome, copies))
        return np.array([reward.shared(outcome_of(outcome, slots, copy)) for copy in range(copies)])
