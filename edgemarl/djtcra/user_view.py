"""Users as agents: each decides where its own task goes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, Space
from numpy.typing import NDArray

from edgemarl.core.lazy import by_key
from edgemarl.core.validation import check_choice, check_servers
from edgemarl.core.view import check_agents, stack_actions
from edgemarl.djtcra.actions import check_choices
from edgemarl.djtcra.outcome import CLOUD, METRICS, Outcome
from edgemarl.djtcra.passes import total
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.spaces import global_space
from edgemarl.djtcra.state import State

OBSERVATIONS = ("local", "global")


class UserView:
    """Agents ``user_0`` ... with their own row (F,) or all rows (U, F), and a server index each."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        observation: str = "local",
        action_mask: bool = False,
        lazy: bool = False,
    ):
        """Build the spaces.

        Args:
            scenario: what is simulated.
            observation: ``"local"`` for a user's own row, ``"global"`` for those of all (VDN-G).
            action_mask: whether observations become dictionaries with an ``action_mask`` (H,).
            lazy: whether observations and infos are made when they are looked up.
        """
        check_choice("observation", observation, OBSERVATIONS)
        self.scenario, self.observation, self.action_mask = scenario, observation, action_mask
        self.lazy = lazy
        self.agents = [f"user_{user}" for user in range(scenario.num_users)]
        self._index = {agent: index for index, agent in enumerate(self.agents)}
        self.state_space = global_space(scenario)
        self.observation_spaces = dict.fromkeys(self.agents, self._observation_space())
        self.action_spaces: dict[str, Space[Any]] = {
            agent: Discrete(scenario.num_servers) for agent in self.agents
        }

    def _observation_space(self) -> Space[Any]:
        own = self.scenario.observation.row_space(self.scenario)
        seen = own if self.observation == "local" else global_space(self.scenario)
        if not self.action_mask:
            return seen
        mask = Box(0, 1, (self.scenario.num_servers,), np.int8)
        return Dict({"observation": seen, "action_mask": mask})

    def global_state(self, state: State) -> NDArray[np.float32]:
        """Features of all users, Eq. (19), (U, F)."""
        return self.scenario.observation.rows(self.scenario, state)

    def observe(self, state: State) -> dict[str, Any]:
        """Each user's row, or a copy of all rows for each user."""
        rows = self.global_state(state)
        alone = self.observation == "local"
        if alone and not (self.action_mask or self.lazy):
            return dict(zip(self.agents, rows, strict=True))

        def see(agent: str) -> Any:
            index = self._index[agent]
            seen = rows[index] if alone else rows.copy()
            if not self.action_mask:
                return seen
            return {"observation": seen, "action_mask": self._mask(bool(state.active[index]))}

        return by_key(self.agents, see, lazy=self.lazy)

    def _mask(self, active: bool) -> NDArray[np.int8]:
        """Every server for a user with a task, the first alone for an idle one."""
        mask = np.full(self.scenario.num_servers, active, dtype=np.int8)
        mask[0] = 1
        return mask

    def decode(self, actions: Mapping[str, Any], state: State) -> NDArray[np.int64]:
        """The server that each user chose, (U,)."""
        check_agents(actions, self.agents)
        choices = stack_actions(actions, self.agents, ())
        check_choices(choices, self.scenario.num_servers, self.agents)
        return choices.astype(np.int64)

    def encode(self, assignment: NDArray[np.int64]) -> dict[str, Any]:
        """Each user's server as its action."""
        check_servers("assignment", assignment, self.scenario.num_servers)
        return dict(zip(self.agents, np.asarray(assignment, dtype=np.int64), strict=True))

    def rewards(self, state: State, outcome: Outcome) -> dict[str, float]:
        """The sum over all users to everyone, or each user its own part."""
        parts, reward = self.scenario.reward.per_user(outcome), self.scenario.reward
        if reward.scope == "shared":
            return dict.fromkeys(self.agents, float(total(parts)))
        return dict(zip(self.agents, parts.tolist(), strict=True))

    def own_parts(self, state: State, parts: NDArray[np.float64]) -> dict[str, Any]:
        """Each user's part of what concerns all users (U,), as a number."""
        return dict(zip(self.agents, parts.tolist(), strict=True))

    def infos(self, state: State, outcome: Outcome | None) -> dict[str, dict[str, Any]]:
        """Slot metrics, each user's own QoE and latency, and whether the cloud served it."""
        if outcome is None:
            nothing = {**dict.fromkeys(METRICS, 0.0), "qoe": 0.0, "latency": 0.0, "cloud": 0.0}
            return by_key(self.agents, lambda _: dict(nothing), lazy=self.lazy)
        slot, index = outcome.metrics(), self._index
        qoe, latency = outcome.qoe.tolist(), outcome.latency.tolist()
        cloud = (outcome.served_by == CLOUD).astype(float).tolist()

        def tell(agent: str) -> dict[str, Any]:
            u = index[agent]
            return {**slot, "qoe": qoe[u], "latency": latency[u], "cloud": cloud[u]}

        return by_key(self.agents, tell, lazy=self.lazy)
