"""The DJTCRA environment: wires scenario, state, view and outcome, nothing else."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.copies import configured_alike
from edgemarl.core.env import EdgeEnv
from edgemarl.core.lazy import amend
from edgemarl.core.snapshot import SlotSnapshot
from edgemarl.core.validation import check_choice, check_count, check_switch
from edgemarl.djtcra.batch import TogetherEnv, steps_together
from edgemarl.djtcra.outcome import METRICS, Outcome, evaluate
from edgemarl.djtcra.presets import load_scenario
from edgemarl.djtcra.prices import PRICED_QOE, priced_qoe
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.server_view import ServerView
from edgemarl.djtcra.snapshot import slot_snapshot
from edgemarl.djtcra.state import NOWHERE, State, next_state
from edgemarl.djtcra.system import SYSTEM, upper_bound
from edgemarl.djtcra.user_view import UserView

VIEWS = ("servers", "users")
MANY_USERS = 1_000  # above which agents' observations are made when they are looked up


class DJTCRAEnv(EdgeEnv):
    """Distributed joint task and computing-resource allocation (section V of the paper).

    Every slot, agents say which server computes each user's task; every server then divides its
    computing power among its tasks, and users whom the cloud would serve faster go there.

    Args:
        view: ``"servers"`` for agents ``server_0`` ... or ``"users"`` for ``user_0`` ...
        scenario: a preset's name, a YAML file or a :class:`Scenario`.
        action: servers only, ``"discrete"`` or ``"probability"``.
        observation: users only, ``"local"`` or ``"global"``.
        reward: ``"shared"`` or ``"local"``; the scenario's own scope where None.
        allocator: how problem (17) is solved: ``"compiled"``, ``"reference"``, ``"linprog"``,
            ``"cvxpy"`` or ``"auto"`` (see `edgemarl.solvers.maximize`); the scenario's own where
            None.
        topologies: every episode draws one of so many topologies, those of the scenario's seed and
            of the seeds after it; `scenario` is then the one of the running episode.
        max_cycles: slots of an episode; the scenario's `slots_per_episode` where None.
        action_mask: whether observations become dictionaries with an ``action_mask``.
        report_bound: whether infos and pictures carry the slot's certified upper bound (some ms a
            slot; seconds with 125 servers and 816 users).
        report_prices: whether infos carry ``priced_qoe``, the QoE less the price of the power used:
            a number with users as agents, else an array (U,), zero for other servers' users.
        lazy: whether observations and infos are dictionaries that make an agent's when it is looked
            up (:class:`edgemarl.core.lazy.LazyDict`), instead of everybody's in every step; with
            more than 1,000 users where None.
        render_mode: ``"rgb_array"`` for pictures, ``"human"`` for a window, or None.

    Raises:
        ValueError: for an option that is unknown or belongs to the other view; and for several
            topologies whose observations differ in their space.
    """

    system: ClassVar = SYSTEM
    shared_infos: ClassVar = (*METRICS, SYSTEM.objective.bound, "bound_gap")
    split_infos: ClassVar = (PRICED_QOE,)
    metadata: dict[str, Any] = {**EdgeEnv.metadata, "name": "djtcra_v0"}  # noqa: RUF012
    view: ServerView | UserView
    slot_state: State | None
    last_state: State | None
    last_outcome: Outcome | None

    def __init__(
        self,
        view: str = "servers",
        scenario: str | Scenario = "paper",
        *,
        action: str | None = None,
        observation: str | None = None,
        reward: str | None = None,
        allocator: str | None = None,
        topologies: int = 1,
        max_cycles: int | None = None,
        action_mask: bool = False,
        report_bound: bool = False,
        report_prices: bool = False,
        lazy: bool | None = None,
        render_mode: str | None = None,
    ):
        """Build the view; see the class for the arguments."""
        check_choice("view", view, VIEWS)
        check_switch("report_prices", report_prices)
        self.report_prices = report_prices
        self.scenario = _adapted(load_scenario(scenario), reward=reward, allocator=allocator)
        self._variants = _Variants(self.scenario, topologies)
        _refuse_foreign_options(view, action=action, observation=observation)
        lazy = self.scenario.num_users > MANY_USERS if lazy is None else lazy
        check_switch("lazy", lazy)
        options = {"action_mask": action_mask, "lazy": lazy}
        chosen: ServerView | UserView
        if view == "servers":
            chosen = ServerView(self.scenario, action=action or "discrete", **options)
        else:
            chosen = UserView(self.scenario, observation=observation or "local", **options)
        super().__init__(
            chosen,
            max_cycles=self.scenario.slots_per_episode if max_cycles is None else max_cycles,
            render_mode=render_mode,
            report_bound=report_bound,
        )

    def row_owner(self) -> NDArray[np.int64] | None:
        """Index of the agent that owns each row of :meth:`state`, (U,); -1 for idle users.

        With servers as agents, an agent's observation is its rows of the state, with zeros
        elsewhere, and only its rows of the action have an effect. Before the first reset nobody
        owns a row. None with users as agents, and with action masks, where observations are not
        of this form.
        """
        if not isinstance(self.view, ServerView) or self.view.action_mask:
            return None
        if self.slot_state is None:
            return np.full(self.scenario.num_users, NOWHERE)
        return np.where(self.slot_state.active, self.slot_state.ran, NOWHERE)

    def observes_alike(self) -> bool:
        """Whether all agents observe the same, as users do with ``observation="global"``."""
        view = self.view
        return isinstance(view, UserView) and view.observation == "global" and not view.action_mask

    def batched(self, envs: Sequence["DJTCRAEnv"]) -> TogetherEnv | None:
        """Several copies as one that steps them together; None where that cannot be done.

        That is with ``render_mode="human"``, where copies are not configured alike, and with
        components whose many users cannot stand in one array (see :func:`steps_together`).
        """
        alike = configured_alike(envs, DJTCRAEnv, DJTCRAEnv._configuration)
        if not alike or not steps_together(self.scenario):
            return None
        return TogetherEnv(envs, self._variants.draw)

    def _configuration(self) -> tuple[Any, ...]:
        """What copies that are stepped together must have in common, beyond the template's."""
        view = {
            name: value
            for name, value in vars(self.view).items()
            if name in ("action", "observation", "action_mask")
        }
        return view, self.report_prices, self._variants.drawn_from

    def _next_state(self, assignment: NDArray[np.int64] | None) -> State:
        if self.slot_state is None:
            self.scenario = self.view.scenario = self._variants.draw(self.np_random)
        return next_state(self.scenario, self.slot_state, assignment, self.np_random)

    def _evaluate(self, assignment: NDArray[np.int64]) -> Outcome:
        assert self.slot_state is not None
        return evaluate(self.scenario, self.slot_state, assignment)

    def _infos(self, state: State, outcome: Outcome | None) -> dict[str, dict[str, Any]]:
        infos = super()._infos(state, outcome)
        if self.report_prices:
            credit = np.zeros(state.num_users) if outcome is None else priced_qoe(outcome)
            own = self.view.own_parts(state, credit)
            amend(infos, lambda agent, info: info.update({PRICED_QOE: own[agent]}))
        return infos

    def _bound(self, state: State) -> float:
        return upper_bound(self.scenario, state)

    def _title(self) -> str:
        return f"{self.system.name} · {self.scenario.name}"

    def _snapshot(self, state: State, outcome: Outcome | None, bound: float | None) -> SlotSnapshot:
        return slot_snapshot(self.scenario, state, outcome, bound=bound)


class _Variants:
    """A scenario on several topologies, each of which is made when it is first drawn."""

    def __init__(self, scenario: Scenario, count: int) -> None:
        check_count("topologies", count)
        self._made, self._count = {0: scenario}, count
        if count > 1 and self._row_space(0) != self._row_space(1):
            raise ValueError(
                "topologies must be 1 with an observation whose space depends on the topology, "
                f"got {count}; use scenario.observation.kind=scaled"
            )

    @property
    def drawn_from(self) -> tuple[Scenario, int]:
        """The first scenario, and how many there are."""
        return self._made[0], self._count

    def draw(self, rng: np.random.Generator) -> Scenario:
        """One of them, all equally likely; nothing is drawn where there is only one."""
        return self._variant(int(rng.integers(self._count)) if self._count > 1 else 0)

    def _variant(self, offset: int) -> Scenario:
        if offset not in self._made:
            first = self._made[0]
            self._made[offset] = first.with_overrides({"seed": first.seed + offset})
        return self._made[offset]

    def _row_space(self, offset: int) -> Any:
        scenario = self._variant(offset)
        return scenario.observation.row_space(scenario)


def _adapted(scenario: Scenario, **options: str | None) -> Scenario:
    """The scenario with the fields of components replaced for which an option is given."""
    fields = {"reward": "reward.scope", "allocator": "allocation.backend"}
    given = {fields[name]: value for name, value in options.items() if value is not None}
    return scenario.with_overrides(given) if given else scenario


def _refuse_foreign_options(view: str, **options: str | None) -> None:
    foreign = "observation" if view == "servers" else "action"
    if options[foreign] is not None:
        raise ValueError(
            f"{foreign} must be left out with view={view!r}: it is an option of the other view, "
            f"got {options[foreign]!r}"
        )
