"""The template of every environment: PettingZoo's ParallelEnv over a scenario and a view."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from gymnasium import logger
from gymnasium.spaces import Space
from gymnasium.utils.seeding import np_random as seeded_generator
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from edgemarl.core.lazy import amend
from edgemarl.core.snapshot import SlotSnapshot
from edgemarl.core.system import System
from edgemarl.core.validation import check_choice, check_count, check_switch
from edgemarl.core.view import View

Step = tuple[
    dict[str, Any],  # observations
    dict[str, float],  # rewards
    dict[str, bool],  # terminations
    dict[str, bool],  # truncations
    dict[str, dict[str, Any]],  # infos
]


class EdgeEnv(ParallelEnv[str, Any, Any]):
    """Slots of a simulation as steps; a subclass says how a slot is drawn and evaluated.

    Attributes:
        system: what experiments must know of the package that the subclass belongs to.
        view: who the agents are and what their actions mean.
        slot_state: state of the slot that the next actions decide; None before the first reset.
        last_state: state of the slot that the last step decided; None before an episode's first.
        last_outcome: outcome of the last step; None before an episode's first.
        max_cycles: steps of an episode, which is then truncated.
        cycle: steps taken since the episode began.
    """

    system: ClassVar[System]
    shared_infos: ClassVar[tuple[str, ...]] = ()  # names of infos that all agents get alike
    split_infos: ClassVar[tuple[str, ...]] = ()  # of arrays of which each agent gets its part
    # PettingZoo declares the attribute without ClassVar.
    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["human", "rgb_array"],
        "render_fps": 4,
    }

    def __init__(self, view: View, *, max_cycles: int, render_mode: str | None, report_bound: bool):
        """Keep the view and options; ValueError for a bad `max_cycles` or `render_mode`."""
        check_count("max_cycles", max_cycles)
        check_switch("report_bound", report_bound)
        check_choice("render_mode", render_mode, [None, *self.metadata["render_modes"]])
        self.view, self.max_cycles, self.render_mode = view, max_cycles, render_mode
        self.report_bound = report_bound
        self.possible_agents = list(view.agents)
        self.agents = []
        self.slot_state: Any = None
        self.last_state: Any = None
        self.last_outcome: Any = None
        self._last_bound: float | None = None  # of the last step's slot, once it was asked for
        self._viewer: Any = None  # opened by the first call to render()
        self.cycle = 0
        self._np_random: np.random.Generator | None = None

    def _next_state(self, assignment: NDArray[np.int64] | None) -> Any:
        """The state of the next slot; of the first one where `slot_state` is None."""
        raise NotImplementedError

    def _evaluate(self, assignment: NDArray[np.int64]) -> Any:
        """The outcome of an assignment in the current slot."""
        raise NotImplementedError

    def _bound(self, state: Any) -> float:
        """Certified bound of the system's objective in a slot of the running episode."""
        raise NotImplementedError

    def _title(self) -> str:
        """What stands above pictures of the running episode."""
        raise NotImplementedError

    def _snapshot(self, state: Any, outcome: Any | None, bound: float | None) -> SlotSnapshot:
        """A slot of the running episode as pictures show it, with its bound where it is known."""
        raise NotImplementedError

    @property
    def np_random(self) -> np.random.Generator:
        """Generator of all slots' draws; seeded by ``reset(seed=...)``, else by the system."""
        if self._np_random is None:
            self._np_random, _ = seeded_generator()
        return self._np_random

    def reseed(self, seed: int) -> None:
        """Begin the random stream of a seed, as ``reset(seed=...)`` does."""
        self._np_random, _ = seeded_generator(seed)

    @property
    def state_space(self) -> Space[Any]:
        """Space of :meth:`state`."""
        return self.view.state_space

    def observation_space(self, agent: str) -> Space[Any]:
        """Space of an agent's observations; the same object at every call."""
        return self.view.observation_spaces[agent]

    def action_space(self, agent: str) -> Space[Any]:
        """Space of an agent's actions; the same object at every call."""
        return self.view.action_spaces[agent]

    def state(self) -> NDArray[np.float32]:
        """The joint state that the next actions decide on."""
        self._require_reset()
        return self.view.global_state(self.slot_state)

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """Start an episode; `options` has no keys that are used."""
        if seed is not None:
            self.reseed(seed)
        self.agents = list(self.possible_agents)
        self.slot_state, self.last_state, self.last_outcome, self.cycle = None, None, None, 0
        self.slot_state = self._next_state(None)
        self._show()
        return self.view.observe(self.slot_state), self._infos(self.slot_state, None)

    def step(self, actions: Mapping[str, Any]) -> Step:
        """Execute every agent's action in the current slot and draw the next.

        Raises:
            ValueError: for missing or unknown agents and for actions outside their space; the
                episode can go on with correct actions.
            RuntimeError: before the first reset and after the end of an episode.
        """
        self._require_live()
        return self.advance(self.view.decode(actions, self.slot_state))

    def advance(self, assignment: NDArray[np.int64]) -> Step:
        """Execute an assignment (U,) directly, as rules do that see the whole slot; else as step.

        Raises:
            ValueError: for an assignment that the environment's model refuses.
            RuntimeError: before the first reset and after the end of an episode.
        """
        self._require_live()
        state, outcome = self.slot_state, self._evaluate(assignment)
        self.last_state, self.last_outcome, self._last_bound = state, outcome, None
        rewards, infos = self.view.rewards(state, outcome), self._infos(state, outcome)
        self.cycle += 1
        self.slot_state = self._next_state(assignment)
        over = self.cycle >= self.max_cycles
        observations = self.view.observe(self.slot_state)
        terminations = dict.fromkeys(self.agents, False)
        truncations = dict.fromkeys(self.agents, over)
        self.agents = [] if over else self.agents
        self._show()
        return observations, rewards, terminations, truncations, infos

    def snapshot(self, *, bound: bool = True) -> SlotSnapshot:
        """What the slot of the last step looks like.

        Args:
            bound: whether to compute the slot's certified bound where it is not known yet, which
                takes from under a millisecond to seconds, depending on the scenario.

        Raises:
            RuntimeError: before the first step of an episode.
        """
        if self.last_outcome is None:
            raise RuntimeError("a snapshot must follow a step: call step(actions) first")
        known = self._known_bound() if bound else self._last_bound
        return self._snapshot(self.last_state, self.last_outcome, known)

    def render(self) -> NDArray[np.uint8] | None:
        """Show the slot of the last step; before the first, the slot to be decided.

        Pictures show the bound and the gap where `report_bound` is True.

        Returns:
            Pixels (height, width, 3) with ``render_mode="rgb_array"``; None with ``"human"``, where
            every reset and step renders by itself.

        Raises:
            MissingExtraError: without matplotlib.
            RuntimeError: before the first reset; in a window, without a display.
        """
        self._require_reset()
        if self.render_mode is None:
            logger.warn(
                'there is nothing to render to: make the environment with render_mode="..."'
            )
            return None
        if self._viewer is None:
            from edgemarl.rendering import open_viewer

            fps = self.metadata["render_fps"]
            self._viewer = open_viewer(self.render_mode, title=self._title(), fps=fps)
        if self.last_outcome is None:
            return self._viewer.show(self._snapshot(self.slot_state, None, None))
        return self._viewer.show(self.snapshot(bound=self.report_bound))

    def close(self) -> None:
        """Free what was drawn in; the next :meth:`render` starts anew."""
        if self._viewer is not None:
            self._viewer.close()
        self._viewer = None

    def __getstate__(self) -> dict[str, Any]:
        """All but the viewer: copies open their own."""
        return {**self.__dict__, "_viewer": None}

    def _show(self) -> None:
        if self.render_mode == "human":
            self.render()

    def _infos(self, state: Any, outcome: Any | None) -> dict[str, dict[str, Any]]:
        infos = self.view.infos(state, outcome)
        if self.report_bound:
            bounds = self._bound_infos(outcome)
            amend(infos, lambda _, info: info.update(bounds))
        return infos

    def _bound_infos(self, outcome: Any | None) -> dict[str, float]:
        """The slot's certified bound and the gap to it; zeros where there is no outcome."""
        objective = self.system.objective
        if outcome is None:
            return {objective.bound: 0.0, "bound_gap": 0.0}
        bound = self._known_bound()
        gap = float(objective.gap(bound, outcome.metrics()[objective.name]))
        return {objective.bound: bound, "bound_gap": gap}

    def _known_bound(self) -> float:
        """Certified bound of the slot of the last step; computed once."""
        if self._last_bound is None:
            self._last_bound = self._bound(self.last_state)
        return self._last_bound

    def _require_live(self) -> None:
        self._require_reset()
        if not self.agents:
            raise RuntimeError("step must follow a reset: the episode is over, call reset()")

    def _require_reset(self) -> None:
        if self.slot_state is None:
            raise RuntimeError("the environment must be reset first: call reset()")
