"""Servers as agents: each sees its own channel gains and scores every device."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Space
from numpy.typing import NDArray

from edgemarl.core.validation import check_servers, check_shape
from edgemarl.core.view import check_agents, stack_actions
from edgemarl.mec.outcome import METRICS, Outcome, server_loads
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.state import State
from edgemarl.mec.votes import LOCAL, VOTES


class ServerView:
    """Agents ``server_0`` ... with observations (N,) and scores (N,) for the scenario's vote."""

    def __init__(self, scenario: Scenario):
        """Build the spaces of a scenario."""
        self.scenario = scenario
        self.agents = [f"server_{server}" for server in range(scenario.num_servers)]
        row = scenario.observation.row_space(scenario)
        shape = (scenario.num_servers, scenario.num_devices)
        self.state_space = Box(
            np.broadcast_to(row.low, shape), np.broadcast_to(row.high, shape), dtype=np.float32
        )
        self.observation_spaces = {
            agent: Box(row.low, row.high, dtype=np.float32) for agent in self.agents
        }
        self.action_spaces: dict[str, Space[Any]] = {
            agent: Box(0.0, 1.0, (scenario.num_devices,), np.float32) for agent in self.agents
        }

    def global_state(self, state: State) -> NDArray[np.float32]:
        """What all servers observe, one row for each, (M, N)."""
        return self.scenario.observation.rows(self.scenario, state)

    def observe(self, state: State) -> dict[str, Any]:
        """Each server's row of the global state, (N,)."""
        return dict(zip(self.agents, self.global_state(state), strict=True))

    def decode(self, actions: Mapping[str, Any], state: State) -> NDArray[np.int64]:
        """The server that the scenario's vote gives each task, or -1, (N,)."""
        check_agents(actions, self.agents)
        scores = stack_actions(actions, self.agents, (self.scenario.num_devices,))
        self.check_scores(scores)
        return VOTES[self.scenario.vote](scores, self.scenario.local_limit)

    def encode(self, assignment: NDArray[np.int64]) -> dict[str, Any]:
        """Scores that mean an assignment: 1 for the server of each task, 0 for all others.

        Raises:
            ValueError: for an assignment that no scores mean, as a server has more devices than
                the vote leaves it.
        """
        check_shape("assignment", assignment, (self.scenario.num_devices,))
        check_servers("assignment", assignment, self.scenario.num_servers, lowest=LOCAL)
        servers = np.arange(self.scenario.num_servers)[:, None]
        scores = (assignment == servers).astype(np.float32)
        limit = self.scenario.local_limit
        if (VOTES[self.scenario.vote](scores, limit) != assignment).any():
            server = int((scores.sum(axis=1) > limit).argmax())
            raise ValueError(
                f"assignment must give {self.agents[server]} at most {limit[server]} devices with "
                f"vote='{self.scenario.vote}', got {int(scores[server].sum())}: give fewer, take "
                f"vote='max', or execute it with env.advance(assignment)"
            )
        return dict(zip(self.agents, scores, strict=True))

    def rewards(self, state: State, outcome: Outcome) -> dict[str, float]:
        """The scenario's reward, the same for every server."""
        return dict.fromkeys(self.agents, self.scenario.reward.shared(outcome))

    def infos(self, state: State, outcome: Outcome | None) -> dict[str, dict[str, Any]]:
        """Slot metrics, and each server's number of tasks and its load.

        The load [s] is how long the server would take for its tasks one after the other.
        """
        size = len(self.agents)
        slot: dict[str, float] = dict.fromkeys(METRICS, 0.0)
        served, loads = np.zeros(size), np.zeros(size)
        if outcome is not None:
            slot = outcome.metrics()
            served, loads = server_loads(outcome.assignment, state.cycles, self.scenario.capacity)
        return {
            agent: {**slot, "num_served": tasks, "load": load}
            for agent, tasks, load in zip(self.agents, served.tolist(), loads.tolist(), strict=True)
        }

    def check_scores(self, scores: NDArray[Any]) -> None:
        """ValueError unless every score (M, N) is a number between 0 and 1."""
        if scores.dtype.kind not in "iufb":
            raise ValueError(f"actions must be numbers between 0 and 1, got {scores.dtype}")
        good = valid_scores(scores)
        if not good.all():
            agent, device = np.argwhere(~good)[0]
            raise ValueError(
                f"action of {self.agents[agent]} must be between 0 and 1, "
                f"got {scores[agent, device]} for device {device}"
            )


def valid_scores(scores: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each score lies between 0 and 1, of their shape; False where it is not a number."""
    return (scores >= 0) & (scores <= 1)
