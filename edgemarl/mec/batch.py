"""Many copies of the MEC environment, stepped together: the arrays of ``MECEnv``."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.together import Together
from edgemarl.mec.batch_outcome import evaluate_each, outcome_of, slot_infos
from edgemarl.mec.batch_servers import ServersTogether
from edgemarl.mec.batch_slots import Slots, first_slots, next_slots
from edgemarl.mec.outcome import Outcome
from edgemarl.mec.state import State


class TogetherEnv(Together):
    """A :class:`edgemarl.core.vector.BatchedEnv` of ``MECEnv`` copies, configured alike.

    Made by ``MECEnv.batched``, which says where there is none.
    """

    def __init__(self, envs: Sequence[Any]) -> None:
        super().__init__(envs)
        self._scenario, self._agents = self._first.scenario, ServersTogether(self._first.view)

    def _joined(self, states: list[State]) -> Slots:
        return Slots.of(states)

    def _first_slots(self, slots: Slots | None, chosen: NDArray[np.bool_]) -> Slots:
        rngs = self._generators
        which = np.flatnonzero(chosen).tolist()
        first = first_slots(self._scenario, [rngs[copy] for copy in which])
        if slots is None:  # copies without a slot get one, but have to be reset anyway
            slots = Slots.of([first.state(0)] * self.num_envs)
        return slots.exchanged(chosen, first)

    def _next_slots(self, slots: Slots, assignment: NDArray[np.int64]) -> Slots:
        return next_slots(self._scenario, slots, self._generators)

    def _decode(self, actions: NDArray[Any], slots: Slots) -> NDArray[np.int64]:
        return self._agents.decode(actions, slots)

    def _evaluate(self, slots: Slots, assignment: NDArray[np.int64]) -> Outcome:
        return evaluate_each(self._scenario, slots, assignment)

    def _outcome_of(self, outcome: Outcome, slots: Slots, copy: int) -> Outcome:
        return outcome_of(outcome, slots, copy)

    def _rewards(self, slots: Slots, outcome: Outcome) -> NDArray[np.float64]:
        """Every agent's reward, (E, N): the same for all of a copy."""
        paid = self._agents.paid(outcome, slots)
        return np.repeat(paid[:, None], len(self.possible_agents), axis=1)

    def _slot_infos(self, slots: Slots, outcome: Outcome | None) -> dict[str, NDArray[np.float64]]:
        return slot_infos(self._scenario, slots, outcome)

    def _state(self, slots: Slots) -> NDArray[np.float32]:
        """What all servers observe, (E, M, N)."""
        return self._agents.observe(slots)
