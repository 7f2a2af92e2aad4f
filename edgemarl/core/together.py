"""The template of every batch: copies of an ``EdgeEnv`` that are stepped together."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.batch_checks import (
    NO_ROWS,
    NOT_RESET,
    as_array,
    check_which,
    checked_seeds,
    require_running,
)
from edgemarl.core.vector_step import Infos, Seeds, VectorStep


class Together:
    """A :class:`edgemarl.core.vector.BatchedEnv` of copies of an ``EdgeEnv``, configured alike.

    A subclass says how the slots of all copies are drawn and evaluated at once.

    Args:
        envs: the copies, each of which may be in the middle of an episode.
    """

    def __init__(self, envs: Sequence[Any]) -> None:
        self._envs, self.num_envs = list(envs), len(envs)
        self._first = self._envs[0]
        self.possible_agents = list(self._first.possible_agents)
        self._scenarios = [env.scenario for env in self._envs]
        self._seen: NDArray[np.float32] | None = None  # state of the current slots, once asked for
        self._last: tuple[Any, Any] | None = None  # slots and outcome of the last step
        self._moved = np.zeros(self.num_envs, bool)  # whether a copy is behind the batch
        self._take_over()

    def _joined(self, states: list[Any]) -> Any:
        """The slots of copies that are in these states."""
        raise NotImplementedError

    def _first_slots(self, slots: Any | None, chosen: NDArray[np.bool_]) -> Any:
        """The slots with a first one in the chosen copies (E,), all of them where there are none.

        May exchange the scenarios of chosen copies.
        """
        raise NotImplementedError

    def _next_slots(self, slots: Any, assignment: NDArray[np.int64]) -> Any:
        """The next slot of every copy, after an assignment (E, U)."""
        raise NotImplementedError

    def _decode(self, actions: NDArray[Any], slots: Any) -> NDArray[np.int64]:
        """The assignment (E, U) that actions (E, N, ...) mean; ValueError names copy and agent."""
        raise NotImplementedError

    def _decode_rows(self, rows: NDArray[Any], slots: Any) -> NDArray[np.int64]:
        """As :meth:`_decode` for one entry a row of the state; only where rows have owners."""
        raise ValueError(NO_ROWS)

    def _evaluate(self, slots: Any, assignment: NDArray[np.int64]) -> Any:
        """The outcome of an assignment (E, U) in all copies."""
        raise NotImplementedError

    def _outcome_of(self, outcome: Any, slots: Any, copy: int) -> Any:
        """One copy's outcome."""
        raise NotImplementedError

    def _rewards(self, slots: Any, outcome: Any) -> NDArray[np.float64]:
        """Every agent's reward, (E, N)."""
        raise NotImplementedError

    def _slot_infos(self, slots: Any, outcome: Any | None) -> dict[str, NDArray[np.float64]]:
        """All infos but the bound, (E, ...); zeros without an outcome."""
        raise NotImplementedError

    def _state(self, slots: Any) -> NDArray[np.float32]:
        """The joint states, (E, R, F)."""
        raise NotImplementedError

    @property
    def envs(self) -> list[Any]:
        """The copies, each in the state that the batch has brought it to."""
        for copy in np.flatnonzero(self._moved).tolist():
            self._bring(copy)
        self._moved[:] = False
        return self._envs

    def reset(self, seeds: Seeds, which: NDArray[np.bool_] | None = None) -> Infos:
        """Start an episode in the copies that are chosen, in all by default."""
        own, chosen = checked_seeds(seeds, self.num_envs), check_which(which, self.num_envs)
        for copy in np.flatnonzero(chosen).tolist():
            seed = own[copy]
            if seed is not None:
                self._envs[copy].reseed(seed)
        if not chosen.any():
            return {}
        self._slots = self._first_slots(self._slots, chosen)
        self._seen, self._cycle[chosen] = None, 0
        for flags in (self._started, self._running, self._moved):
            flags |= chosen
        return {
            name: values * chosen.reshape(-1, *[1] * (values.ndim - 1))
            for name, values in self._infos(self._slots, None).items()
        }

    def step(self, actions: NDArray[Any]) -> VectorStep:
        """Execute actions (E, N, ...) in every copy."""
        slots = self._live_slots()
        return self._advance(slots, self._decode(as_array("actions", actions), slots))

    def step_rows(self, rows: NDArray[Any]) -> VectorStep:
        """Execute one entry for each row of the state, (E, R, ...), which is its owner's."""
        slots = self._live_slots()
        return self._advance(slots, self._decode_rows(as_array("rows", rows), slots))

    def observations(self) -> Any:
        """What all agents observe, (E, N, ...): their rows of the state unless overridden."""
        return self.state()

    def state(self) -> NDArray[np.float32]:
        """The joint states, (E, R, F), which the caller may write into."""
        slots = self._reset_slots()
        if self._seen is None:
            self._seen = self._state(slots)
        return self._seen.copy()

    def row_owner(self) -> NDArray[np.int64] | None:
        """Index of the agent that owns each row of the state; None unless overridden."""
        return None

    def close(self) -> None:
        """Close all copies."""
        for env in self._envs:
            env.close()

    def _advance(self, slots: Any, assignment: NDArray[np.int64]) -> VectorStep:
        outcome = self._evaluate(slots, assignment)
        rewards, infos = self._rewards(slots, outcome), self._infos(slots, outcome)
        self._slots = self._next_slots(slots, assignment)
        self._last, self._seen = (slots, outcome), None
        self._cycle += 1
        over = self._cycle >= self._first.max_cycles
        self._running, self._moved[:] = ~over, True
        return rewards, np.zeros(self.num_envs, bool), over, infos

    def _infos(self, slots: Any, outcome: Any | None) -> dict[str, NDArray[np.float64]]:
        infos = self._slot_infos(slots, outcome)
        if self._first.report_bound:
            objective = self._first.system.objective
            told = np.zeros((2, self.num_envs))
            if outcome is not None:
                told[0] = [self._bound(slots, copy) for copy in range(self.num_envs)]
                told[1] = objective.gap(told[0], infos[objective.name])
            infos |= {objective.bound: told[0], "bound_gap": told[1]}
        return infos

    def _bound(self, slots: Any, copy: int) -> float:
        return self._first.system.bound(self._scenarios[copy], slots.state(copy))

    def _take_over(self) -> None:
        """Begin where the copies are."""
        states = [env.slot_state for env in self._envs]
        self._started = np.array([state is not None for state in states])
        self._running = np.array([bool(env.agents) for env in self._envs])
        self._cycle = np.array([env.cycle for env in self._envs])
        self._slots: Any = None
        if self._started.any():
            some = states[int(self._started.argmax())]  # in place of none, until there is a reset
            self._slots = self._joined([some if state is None else state for state in states])

    def _bring(self, copy: int) -> None:
        """Have a copy go on in the middle of the episode, where the batch has got to."""
        env, cycle = self._envs[copy], int(self._cycle[copy])
        env.scenario = env.view.scenario = self._scenarios[copy]
        env.slot_state, env.last_state, env.last_outcome = self._slots.state(copy), None, None
        if cycle and self._last is not None:
            before, outcome = self._last
            env.last_state = before.state(copy)
            env.last_outcome = self._outcome_of(outcome, before, copy)
        env.cycle, env._last_bound = cycle, None
        env.agents = [] if cycle >= env.max_cycles else list(env.possible_agents)

    @property
    def _generators(self) -> list[np.random.Generator]:
        return [env.np_random for env in self._envs]

    def _reset_slots(self) -> Any:
        """The current slots; RuntimeError where a copy has not been reset."""
        if not self._started.all():
            raise RuntimeError(NOT_RESET.format(int(self._started.argmin())))
        return self._slots

    def _live_slots(self) -> Any:
        """The current slots; RuntimeError also where an episode is over."""
        slots = self._reset_slots()
        require_running(self._running)
        return slots
