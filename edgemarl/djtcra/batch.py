"""Many copies of the DJTCRA environment, stepped together: the arrays of ``DJTCRAEnv``."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.channel import LogDistance, RuralMacro
from edgemarl.core.in_turn import (
    NO_ROWS,
    NOT_RESET,
    check_which,
    require_running,
    stacked_observations,
)
from edgemarl.core.urban import UrbanMacro, UrbanMicro
from edgemarl.djtcra.allocation import CloudAwareAllocation, EqualShare, ExactAllocation
from edgemarl.djtcra.batch_draws import draws_of
from edgemarl.djtcra.batch_outcome import evaluate_each, outcome_of
from edgemarl.djtcra.batch_reports import Rows, bound_infos, reward_parts, slot_infos
from edgemarl.djtcra.batch_servers import ServersTogether
from edgemarl.djtcra.batch_slots import Slots
from edgemarl.djtcra.batch_users import UsersTogether
from edgemarl.djtcra.outcome import Outcome
from edgemarl.djtcra.passes import total_of_each
from edgemarl.djtcra.qoe import LogisticQoE
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.server_view import ServerView
from edgemarl.djtcra.state import NOWHERE

Infos = dict[str, NDArray[np.float64]]
Step = tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Infos]
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


class TogetherEnv:
    """A :class:`edgemarl.core.vector.BatchedEnv` of ``DJTCRAEnv`` copies, configured alike.

    Made by ``DJTCRAEnv.batched``, which says where there is none.

    Args:
        envs: the copies, each of which may be in the middle of an episode.
        draw_scenario: from a copy's generator to the scenario of its next episode.
    """

    def __init__(
        self, envs: Sequence[Any], draw_scenario: Callable[[np.random.Generator], Scenario]
    ) -> None:
        self._envs, self._draw_scenario = list(envs), draw_scenario
        self.num_envs = len(self._envs)
        self._first = self._envs[0]
        self.possible_agents = list(self._first.possible_agents)
        view = self._first.view
        self._agents: Any = (
            ServersTogether(view) if isinstance(view, ServerView) else UsersTogether(view)
        )
        self._scenarios = [env.scenario for env in self._envs]
        self._draws, self._rows = draws_of(self._scenarios), Rows(self._first.scenario)
        self._seen: NDArray[np.float32] | None = None  # rows of the current slots, once asked for
        self._last: tuple[Slots, Outcome] | None = None  # of the last step
        self._moved = np.zeros(self.num_envs, bool)  # whether a copy is behind the batch
        self._take_over()

    def _take_over(self) -> None:
        """Begin where the copies are."""
        states = [env.slot_state for env in self._envs]
        self._started = np.array([state is not None for state in states])
        self._running = np.array([bool(env.agents) for env in self._envs])
        self._cycle = np.array([env.cycle for env in self._envs])
        self._slots: Slots | None = None
        if self._started.any():
            some = states[int(self._started.argmax())]  # in place of none, until there is a reset
            every = [some if state is None else state for state in states]
            self._slots = Slots.of(every, self._scenarios)

    @property
    def envs(self) -> list[Any]:
        """The copies, each in the state that the batch has brought it to."""
        for copy in np.flatnonzero(self._moved).tolist():
            last, slots = (None, None), self._slots
            assert slots is not None
            if self._cycle[copy] and self._last is not None:
                before, outcome = self._last
                last = before.state(copy), outcome_of(outcome, before, copy)
            self._envs[copy].resume(
                self._scenarios[copy], slots.state(copy), *last, cycle=int(self._cycle[copy])
            )
        self._moved[:] = False
        return self._envs

    def reset(self, seeds: Sequence[int | None], which: NDArray[np.bool_] | None = None) -> Infos:
        """Start an episode in the copies that are chosen, in all by default."""
        chosen = check_which(which, seeds, self.num_envs)
        for copy in np.flatnonzero(chosen).tolist():
            env, seed = self._envs[copy], seeds[copy]
            if seed is not None:
                env.reseed(seed)
            self._scenarios[copy] = self._draw_scenario(env.np_random)
        if not chosen.any():
            return {}
        self._slots = self._draws.first(self._slots, chosen, self._generators)
        self._seen, self._cycle[chosen] = None, 0
        for flags in (self._started, self._running, self._moved):
            flags |= chosen
        infos = self._infos(self._slots, None)
        return {
            name: values * chosen.reshape(-1, *[1] * (values.ndim - 1))
            for name, values in infos.items()
        }

    def step(self, actions: NDArray[Any]) -> Step:
        """Execute actions (E, N, ...) in every copy."""
        slots = self._live_slots()
        return self._advance(slots, self._agents.decode(np.asarray(actions), slots))

    def step_rows(self, rows: NDArray[Any]) -> Step:
        """Execute one entry for each user, (E, U) or (E, U, H), which is its server's."""
        slots = self._live_slots()
        if not self._has_owners:
            raise ValueError(NO_ROWS)
        return self._advance(slots, self._agents.decode_rows(np.asarray(rows), slots))

    def observations(self) -> Any:
        """What all agents observe, (E, N, ...); with action masks a dictionary of such arrays."""
        slots = self._reset_slots()
        if self._first.view.action_mask:
            seen = [env.view.observe(slots.state(copy)) for copy, env in enumerate(self.envs)]
            return stacked_observations([[*one.values()] for one in seen])
        return self._agents.observe(self.state(), slots)

    def state(self) -> NDArray[np.float32]:
        """Features of all users, (E, U, F)."""
        slots = self._reset_slots()
        if self._seen is None:
            self._seen = self._rows.of(self._scenarios, slots)
        return self._seen

    def row_owner(self) -> NDArray[np.int64] | None:
        """Index of the server that owns each user's row, (E, U), -1 for idle users; or None."""
        if not self._has_owners:
            return None
        if self._slots is None:
            return np.full((self.num_envs, self._first.scenario.num_users), NOWHERE)
        busy = self._slots.active & self._started[:, None]
        return np.where(busy, self._slots.ran, NOWHERE)

    def close(self) -> None:
        """Close all copies."""
        for env in self._envs:
            env.close()

    def _advance(self, slots: Slots, assignment: NDArray[np.int64]) -> Step:
        outcome = evaluate_each(self._scenarios[0], slots, assignment)
        rewards, infos = self._rewards(slots, outcome), self._infos(slots, outcome)
        self._slots = self._draws.next(slots, assignment, self._generators)
        self._last, self._seen = (slots, outcome), None
        self._cycle += 1
        over = self._cycle >= self._first.max_cycles
        self._running, self._moved[:] = ~over, True
        return rewards, np.zeros(self.num_envs, bool), over, infos

    def _rewards(self, slots: Slots, outcome: Outcome) -> NDArray[np.float64]:
        """Every agent's reward, (E, N)."""
        scenario = self._scenarios[0]
        parts = reward_parts(scenario, outcome, slots)
        if scenario.reward.scope == "local":
            return self._agents.own(parts, slots)
        sums = total_of_each(parts.reshape(slots.ran.shape))
        return np.repeat(sums[:, None], len(self.possible_agents), axis=1)

    def _infos(self, slots: Slots, outcome: Outcome | None) -> Infos:
        infos = slot_infos(outcome, slots, prices=self._first.report_prices)
        infos |= self._agents.infos(outcome, slots)
        if self._first.report_bound:
            reached = None if outcome is None else infos["system_qoe"]
            infos |= bound_infos(self._scenarios, slots, reached)
        return infos

    @property
    def _generators(self) -> list[np.random.Generator]:
        return [env.np_random for env in self._envs]

    @property
    def _has_owners(self) -> bool:
        return isinstance(self._agents, ServersTogether) and not self._first.view.action_mask

    def _reset_slots(self) -> Slots:
        """The current slots; RuntimeError where a copy has not been reset."""
        if not self._started.all():
            raise RuntimeError(NOT_RESET.format(int(self._started.argmin())))
        assert self._slots is not None
        return self._slots

    def _live_slots(self) -> Slots:
        """The current slots; RuntimeError also where an episode is over."""
        slots = self._reset_slots()
        require_running(self._running)
        return slots
