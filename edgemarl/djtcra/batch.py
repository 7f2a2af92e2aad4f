"""Many copies of the DJTCRA environment, stepped together: the arrays of ``DJTCRAEnv``."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.batch_checks import NO_ROWS
from edgemarl.core.channel import LogDistance, RuralMacro
from edgemarl.core.in_turn import stacked_observations
from edgemarl.core.together import Together
from edgemarl.core.urban import UrbanMacro, UrbanMicro
from edgemarl.djtcra.allocation import CloudAwareAllocation, EqualShare, ExactAllocation
from edgemarl.djtcra.batch_draws import draws_of
from edgemarl.djtcra.batch_outcome import evaluate_each, outcome_of
from edgemarl.djtcra.batch_reports import Rows, reward_parts, slot_infos
from edgemarl.djtcra.batch_servers import ServersTogether
from edgemarl.djtcra.batch_slots import Slots
from edgemarl.djtcra.batch_users import UsersTogether
from edgemarl.djtcra.outcome import Outcome
from edgemarl.djtcra.passes import total_of_each
from edgemarl.djtcra.prices import PRICED_QOE
from edgemarl.djtcra.qoe import LogisticQoE
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.server_view import ServerView
from edgemarl.djtcra.state import NOWHERE, State

Infos = dict[str, NDArray[np.float64]]
# What looks at each user alone, so that the users of all copies can stand in one array.
CHANNELS = (RuralMacro, LogDistance, UrbanMicro, UrbanMacro)
ALLOCATIONS = (ExactAllocation, CloudAwareAllocation, EqualShare)


def steps_together(scenario: Scenario) -> bool:
    """Whether the servers of many copies can be evaluated in one call."""
    backend = getattr(scenario.allocation, "backend", "compiled")
    return (
        type(scenario.channel) in CHANNELS
        and type(scenario.qoe) is LogisticQoE
        and type(scenario.allocation) in ALLOCATIONS
        and backend in ("auto", "compiled")
    )


class TogetherEnv(Together):
    """A :class:`edgemarl.core.vector.BatchedEnv` of ``DJTCRAEnv`` copies, configured alike.

    Made by ``DJTCRAEnv.batched``, which says where there is none.

    Args:
        envs: the copies, each of which may be in the middle of an episode.
        draw_scenario: from a copy's generator to the scenario of its next episode.
    """

    def __init__(
        self, envs: Sequence[Any], draw_scenario: Callable[[np.random.Generator], Scenario]
    ) -> None:
        super().__init__(envs)
        self._draw_scenario = draw_scenario
        view = self._first.view
        self._agents: Any = (
            ServersTogether(view) if isinstance(view, ServerView) else UsersTogether(view)
        )
        self._draws, self._rows = draws_of(self._scenarios), Rows(self._first.scenario)

    def observations(self) -> Any:
        """What all agents observe, (E, N, ...); with action masks a dictionary of such arrays."""
        slots = self._reset_slots()
        if self._first.view.action_mask:
            seen = [env.view.observe(slots.state(copy)) for copy, env in enumerate(self.envs)]
            return stacked_observations([[*one.values()] for one in seen])
        return self._agents.observe(self.state(), slots)

    def row_owner(self) -> NDArray[np.int64] | None:
        """Index of the server that owns each user's row, (E, U), -1 for idle users; or None."""
        if not self._has_owners:
            return None
        if self._slots is None:
            return np.full((self.num_envs, self._first.scenario.num_users), NOWHERE)
        busy = self._slots.active & self._started[:, None]
        return np.where(busy, self._slots.ran, NOWHERE)

    def info_owners(self) -> dict[str, NDArray[np.int64]]:
        """Whose each entry of the last infos is, (E, U), by name, where servers get parts of them.

        Alone, a server is told its own connected users' entries, and zeros elsewhere.
        """
        if not self._first.report_prices or not isinstance(self._agents, ServersTogether):
            return {}
        slots = self._reset_slots() if self._last is None else self._last[0]
        return {PRICED_QOE: slots.ran.copy()}

    def _joined(self, states: list[State]) -> Slots:
        return Slots.of(states, self._scenarios)

    def _first_slots(self, slots: Slots | None, chosen: NDArray[np.bool_]) -> Slots:
        rngs = self._generators
        for copy in np.flatnonzero(chosen).tolist():
            self._scenarios[copy] = self._draw_scenario(rngs[copy])
        return self._draws.first(slots, chosen, rngs)

    def _next_slots(self, slots: Slots, assignment: NDArray[np.int64]) -> Slots:
        return self._draws.next(slots, assignment, self._generators)

    def _decode(self, actions: NDArray[Any], slots: Slots) -> NDArray[np.int64]:
        return self._agents.decode(actions, slots)

    def _decode_rows(self, rows: NDArray[Any], slots: Slots) -> NDArray[np.int64]:
        if not self._has_owners:
            raise ValueError(NO_ROWS)
        return self._agents.decode_rows(rows, slots)

    def _evaluate(self, slots: Slots, assignment: NDArray[np.int64]) -> Outcome:
        return evaluate_each(self._scenarios[0], slots, assignment)

    def _outcome_of(self, outcome: Outcome, slots: Slots, copy: int) -> Outcome:
        return outcome_of(outcome, slots, copy)

    def _rewards(self, slots: Slots, outcome: Outcome) -> NDArray[np.float64]:
        """Every agent's reward, (E, N)."""
        scenario = self._scenarios[0]
        parts = reward_parts(scenario, outcome, slots)
        if scenario.reward.scope == "local":
            return self._agents.own(parts, slots)
        sums = total_of_each(parts.reshape(slots.ran.shape))
        return np.repeat(sums[:, None], len(self.possible_agents), axis=1)

    def _slot_infos(self, slots: Slots, outcome: Outcome | None) -> Infos:
        infos = slot_infos(outcome, slots, prices=self._first.report_prices)
        return infos | self._agents.infos(outcome, slots)

    def _state(self, slots: Slots) -> NDArray[np.float32]:
        return self._rows.of(self._scenarios, slots)

    @property
    def _has_owners(self) -> bool:
        return isinstance(self._agents, ServersTogether) and not self._first.view.action_mask
