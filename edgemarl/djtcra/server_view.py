"""Servers as agents: each sees its connected users and decides where their tasks go."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Dict, MultiDiscrete, Space
from numpy.typing import NDArray

from edgemarl.core.compiled import scatter_rows
from edgemarl.core.lazy import by_key
from edgemarl.core.validation import check_choice, check_servers
from edgemarl.core.view import check_agents, stack_actions
from edgemarl.djtcra.actions import ACTIONS, decode_choices, decode_probabilities
from edgemarl.djtcra.outcome import IDLE, METRICS, Outcome
from edgemarl.djtcra.passes import per_server, total
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.spaces import MaskedChoices, global_space
from edgemarl.djtcra.state import State


class ServerView:
    """Agents ``server_0`` ... with observations (U, F), Eq. (18), and actions over all users.

    A row belongs to the server of the RAN that the user is connected to; rows of other servers'
    users are zero in the observation and have no effect in the action.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        action: str = "discrete",
        action_mask: bool = False,
        lazy: bool = False,
    ):
        """Build the spaces.

        Args:
            scenario: what is simulated.
            action: ``"discrete"`` for server indices (U,), ``"probability"`` for a matrix (U, H)
                whose row-wise argmax is executed, Eqs. (20) and (21).
            action_mask: whether observations become dictionaries with an ``action_mask`` (U * H,),
                one user's servers after the other's.
            lazy: whether observations are made when they are looked up.
        """
        check_choice("action", action, ACTIONS)
        self.scenario, self.action, self.action_mask = scenario, action, action_mask
        self.lazy = lazy
        users, servers = scenario.num_users, scenario.num_servers
        self.agents = [f"server_{server}" for server in range(servers)]
        self._index = {agent: index for index, agent in enumerate(self.agents)}
        self.state_space = global_space(scenario)
        self.observation_spaces = dict.fromkeys(self.agents, self._observation_space())
        choices = MaskedChoices if action_mask else MultiDiscrete
        self.action_spaces: dict[str, Space[Any]] = {
            agent: choices([servers] * users)
            if action == "discrete"
            else Box(0.0, 1.0, (users, servers), np.float32)
            for agent in self.agents
        }

    def _observation_space(self) -> Space[Any]:
        rows = global_space(self.scenario)
        if not self.action_mask:
            return rows
        size = self.scenario.num_users * self.scenario.num_servers
        return Dict({"observation": rows, "action_mask": Box(0, 1, (size,), np.int8)})

    def global_state(self, state: State) -> NDArray[np.float32]:
        """Features of all users, Eq. (19), (U, F)."""
        return self.scenario.observation.rows(self.scenario, state)

    def observe(self, state: State) -> dict[str, Any]:
        """Each server's rows of the global state, zero elsewhere."""
        rows = self.global_state(state)
        if self.action_mask or self.lazy:
            see = partial(self._observation, rows, state)
            return by_key(self.agents, see, lazy=self.lazy)
        stacked = scatter_rows(rows, state.ran, len(self.agents))
        return dict(zip(self.agents, stacked, strict=True))

    def _observation(self, rows: NDArray[np.float32], state: State, agent: str) -> Any:
        """What one server observes."""
        own = state.ran == self._index[agent]
        seen = np.where(own[:, None], rows, np.float32(0.0))
        if not self.action_mask:
            return seen
        mask = np.zeros((len(rows), self.scenario.num_servers), dtype=np.int8)
        mask[own] = 1
        mask[:, 0] = 1  # a choice without effect is still a choice
        return {"observation": seen, "action_mask": mask.ravel()}

    def decode(self, actions: Mapping[str, Any], state: State) -> NDArray[np.int64]:
        """The server that each user's connected server chose, (U,)."""
        check_agents(actions, self.agents)
        shape = self.action_spaces[self.agents[0]].shape
        assert shape is not None
        given, owner = self.agents, state.ran
        common = actions[given[0]]
        if all(action is common for action in actions.values()):  # as of those who know all rows
            given, owner = given[:1], np.zeros_like(owner)
        stacked = stack_actions(actions, given, shape)
        if self.action == "discrete":
            return decode_choices(stacked, owner, self.scenario.num_servers, given)
        return decode_probabilities(stacked, owner, given)

    def encode(self, assignment: NDArray[np.int64]) -> dict[str, Any]:
        """The assignment as every agent's action; each agent's own rows are what counts."""
        check_servers("assignment", assignment, self.scenario.num_servers)
        if self.action == "discrete":
            action: NDArray[Any] = np.asarray(assignment, dtype=np.int64)
        else:
            action = np.eye(self.scenario.num_servers, dtype=np.float32)[assignment]
        return {agent: action.copy() for agent in self.agents}

    def rewards(self, state: State, outcome: Outcome) -> dict[str, float]:
        """The sum over all users to everyone, or each server's sum over its connected users."""
        parts, reward = self.scenario.reward.per_user(outcome), self.scenario.reward
        if reward.scope == "shared":
            return dict.fromkeys(self.agents, float(total(parts)))
        local = np.bincount(state.ran, weights=parts, minlength=len(self.agents))
        return dict(zip(self.agents, local.tolist(), strict=True))

    def own_parts(self, state: State, parts: NDArray[np.float64]) -> dict[str, Any]:
        """Each server's part of what concerns all users (U,), zero for others' users."""

        def part(agent: str) -> NDArray[np.float64]:
            return np.where(state.ran == self._index[agent], parts, 0.0)

        return by_key(self.agents, part, lazy=self.lazy)

    def infos(self, state: State, outcome: Outcome | None) -> dict[str, dict[str, Any]]:
        """Slot metrics, and each server's QoE sum of its connected users and numbers of users."""
        size = len(self.agents)
        if outcome is None:
            slot: dict[str, float] = dict.fromkeys(METRICS, 0.0)
            nothing, nobody = np.zeros(len(state.ran)), np.full(len(state.ran), IDLE)
            own = per_server(state.ran, nothing, nobody, state.active, size)
        else:
            slot = outcome.metrics()
            own = per_server(state.ran, outcome.qoe, outcome.served_by, state.active, size)
        return {
            agent: {**slot, "local_qoe": qoe, "num_connected": users, "num_served": tasks}
            for agent, qoe, users, tasks in zip(self.agents, *own.tolist(), strict=True)
        }
