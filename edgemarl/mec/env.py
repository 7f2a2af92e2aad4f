"""The MEC environment: wires scenario, state, view and outcome, nothing else."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.copies import configured_alike
from edgemarl.core.env import EdgeEnv
from edgemarl.core.snapshot import SlotSnapshot
from edgemarl.mec.batch import TogetherEnv
from edgemarl.mec.outcome import METRICS, Outcome, evaluate
from edgemarl.mec.presets import load_scenario
from edgemarl.mec.problem import AssignmentProblem
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.server_view import ServerView
from edgemarl.mec.snapshot import slot_snapshot
from edgemarl.mec.state import State, next_state
from edgemarl.mec.system import SYSTEM


class MECEnv(EdgeEnv):
    """Devices compute their tasks themselves or offload them to edge servers, problem (11).

    Every slot, every server scores all devices by its own channel gains; a vote over the scores
    says which server takes which device's task. Transmission powers and the servers' shares of
    computing power are then the best ones for that assignment.

    Agents are ``server_0`` ...; each observes a Box (N,) of its own channel gains and acts by a
    Box (N,) of scores between 0 and 1. ``state()`` holds all observations, (M, N).

    Args:
        scenario: a preset's name, a YAML file or a :class:`Scenario`.
        vote: ``"max"`` or ``"capacity"``, see `edgemarl.mec.votes`; the scenario's own where None.
        reward: ``"reciprocal"`` for one over the objective or ``"negative_objective"`` for minus
            the objective, to all servers alike; the scenario's own where None.
        max_cycles: slots of an episode; the scenario's `slots_per_episode` where None.
        report_bound: whether infos and pictures carry the slot's certified lower bound (some ms a
            slot; up to seconds where tasks differ).
        render_mode: ``"rgb_array"`` for pictures, ``"human"`` for a window, or None.

    Raises:
        ValueError: for an option that is unknown.
    """

    metadata: dict[str, Any] = {**EdgeEnv.metadata, "name": "mec_v0"}  # noqa: RUF012
    system: ClassVar = SYSTEM
    shared_infos: ClassVar = (*METRICS, SYSTEM.objective.bound, "bound_gap")
    slot_state: State | None
    last_state: State | None
    last_outcome: Outcome | None

    def __init__(
        self,
        scenario: str | Scenario = "n30",
        *,
        vote: str | None = None,
        reward: str | None = None,
        max_cycles: int | None = None,
        report_bound: bool = False,
        render_mode: str | None = None,
    ):
        """Build the view; see the class for the arguments."""
        self.scenario = _adapted(load_scenario(scenario), vote=vote, reward=reward)
        super().__init__(
            ServerView(self.scenario),
            max_cycles=self.scenario.slots_per_episode if max_cycles is None else max_cycles,
            render_mode=render_mode,
            report_bound=report_bound,
        )

    def assignment_problem(self) -> AssignmentProblem:
        """The current slot's problem, for learners that score assignments of their own."""
        self._require_reset()
        assert self.slot_state is not None
        return AssignmentProblem(self.scenario, self.slot_state)

    def batched(self, envs: Sequence["MECEnv"]) -> TogetherEnv | None:
        """Several copies as one that steps them together; None where that cannot be done.

        That is with ``render_mode="human"`` and where copies are not configured alike.
        """
        alike = configured_alike(envs, MECEnv, lambda env: (env.scenario,))
        return TogetherEnv(envs) if alike else None

    def _next_state(self, assignment: NDArray[np.int64] | None) -> State:
        return next_state(self.scenario, self.slot_state, assignment, self.np_random)

    def _evaluate(self, assignment: NDArray[np.int64]) -> Outcome:
        assert self.slot_state is not None
        return evaluate(self.scenario, self.slot_state, assignment)

    def _bound(self, state: State) -> float:
        return self.system.bound(self.scenario, state)

    def _title(self) -> str:
        return f"{self.system.name} · {self.scenario.name}"

    def _snapshot(self, state: State, outcome: Outcome | None, bound: float | None) -> SlotSnapshot:
        return slot_snapshot(self.scenario, state, outcome, bound=bound)


def _adapted(scenario: Scenario, **options: str | None) -> Scenario:
    """The scenario with the options that are given; itself, with what it has cached, for none."""
    given = {name: value for name, value in options.items() if value is not None}
    return scenario.with_overrides(given) if given else scenario
