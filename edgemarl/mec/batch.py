"""Many copies of the MEC environment, stepped together: the arrays of ``MECEnv``."""

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.in_turn import in_copy
from edgemarl.core.together import Together
from edgemarl.core.validation import check_shape
from edgemarl.mec.batch_outcome import Totals, evaluate_each, outcome_of, slot_infos
from edgemarl.mec.batch_slots import Slots, first_slots, next_slots
from edgemarl.mec.observations import LogStandardised, MaxScaled, RawGains
from edgemarl.mec.outcome import Outcome
from edgemarl.mec.rewards import NegativeObjective, Reciprocal
from edgemarl.mec.server_view import valid_scores
from edgemarl.mec.state import State
from edgemarl.mec.votes import VOTES

OBSERVATIONS = (LogStandardised, MaxScaled, RawGains)  # that take many slots at once
REWARDS = (Reciprocal, NegativeObjective)


class TogetherEnv(Together):
    """A :class:`edgemarl.core.vector.BatchedEnv` of ``MECEnv`` copies, configured alike.

    Made by ``MECEnv.batched``, which says where there is none.
    """

    def _joined(self, states: list[State]) -> Slots:
        return Slots.of(states)

    def _first_slots(self, slots: Slots | None, chosen: NDArray[np.bool_]) -> Slots:
        scenario, rngs = self._scenarios[0], self._generators
        which = np.flatnonzero(chosen)
        first = first_slots(scenario, [rngs[copy] for copy in which.tolist()])
        if slots is None:  # copies without a slot get one, but have to be reset anyway
            slots = Slots.of([first.state(0)] * self.num_envs)
        return slots.exchanged(chosen, first)

    def _next_slots(self, slots: Slots, assignment: NDArray[np.int64]) -> Slots:
        return next_slots(self._scenarios[0], slots, self._generators)

    def _decode(self, actions: NDArray[Any], slots: Slots) -> NDArray[np.int64]:
        """The assignment (E, N) that the vote over scores (E, M, N) means."""
        scenario = self._scenarios[0]
        copies, devices, servers = slots.gain.shape
        check_shape("actions", actions, (copies, servers, devices))
        if actions.dtype.kind not in "iufb" or not valid_scores(actions).all():
            for copy, scores in enumerate(actions):
                in_copy(copy, functools.partial(self._first.view.check_scores, scores))
        return VOTES[scenario.vote](actions, scenario.local_limit)

    def _evaluate(self, slots: Slots, assignment: NDArray[np.int64]) -> Outcome:
        return evaluate_each(self._scenarios[0], slots, assignment)

    def _outcome_of(self, outcome: Outcome, slots: Slots, copy: int) -> Outcome:
        return outcome_of(outcome, slots, copy)

    def _rewards(self, slots: Slots, outcome: Outcome) -> NDArray[np.float64]:
        """Every agent's reward, (E, N): the same for all of a copy."""
        reward: Any = self._scenarios[0].reward
        if type(reward) in REWARDS:
            paid = reward.shared(Totals.of(outcome, self.num_envs))
        else:
            copies = range(self.num_envs)
            paid = np.array([reward.shared(outcome_of(outcome, slots, copy)) for copy in copies])
        return np.repeat(paid[:, None], len(self.possible_agents), axis=1)

    def _slot_infos(self, slots: Slots, outcome: Outcome | None) -> dict[str, NDArray[np.float64]]:
        return slot_infos(self._scenarios[0], slots, outcome)

    def _state(self, slots: Slots) -> NDArray[np.float32]:
        """What all servers observe, (E, M, N)."""
        scenario = self._scenarios[0]
        if type(scenario.observation) in OBSERVATIONS:
            return np.ascontiguousarray(scenario.observation.rows(scenario, slots.joint))
        copies = range(self.num_envs)
        return np.stack([scenario.observation.rows(scenario, slots.state(copy)) for copy in copies])
