"""A view: who the agents of a simulation are, what they see and what their actions mean."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from gymnasium.spaces import Space
from numpy.typing import NDArray


class View(Protocol):
    """Agents of an environment. `S` is its state, `O` its outcome."""

    @property
    def agents(self) -> list[str]:
        """Names of all agents, in order."""
        ...

    @property
    def observation_spaces(self) -> Mapping[str, Space[Any]]:
        """Space of each agent's observations."""
        ...

    @property
    def action_spaces(self) -> Mapping[str, Space[Any]]:
        """Space of each agent's actions."""
        ...

    @property
    def state_space(self) -> Space[Any]:
        """Space of the joint state."""
        ...

    def observe(self, state: Any) -> dict[str, Any]:
        """Every agent's observation."""
        ...

    def global_state(self, state: Any) -> NDArray[np.float32]:
        """The joint state, an element of `state_space`."""
        ...

    def decode(self, actions: Mapping[str, Any], state: Any) -> NDArray[np.int64]:
        """The assignment that the actions mean; ValueError names a wrong agent or action."""
        ...

    def encode(self, assignment: NDArray[np.int64]) -> dict[str, Any]:
        """Actions that mean an assignment, the inverse of :meth:`decode`."""
        ...

    def rewards(self, state: Any, outcome: Any) -> dict[str, float]:
        """Every agent's reward."""
        ...

    def infos(self, state: Any, outcome: Any | None) -> dict[str, dict[str, Any]]:
        """Every agent's flat numeric infos; the same keys, all zero, where `outcome` is None."""
        ...


def check_agents(actions: Mapping[str, Any], agents: list[str]) -> None:
    """ValueError unless there is exactly one action for every agent."""
    if len(actions) == len(agents) and all(map(actions.__contains__, agents)):
        return
    absent = [agent for agent in agents if agent not in actions]
    unknown = [agent for agent in actions if agent not in agents]
    raise ValueError(
        f"actions must hold one for every live agent: missing {absent}, unexpected {unknown}"
    )


def stack_actions(
    actions: Mapping[str, Any], agents: Sequence[str], shape: tuple[int, ...]
) -> NDArray[Any]:
    """Every agent's action in one array (N, *shape); ValueError names an agent of another shape."""
    arrays = [actions[agent] for agent in agents]
    try:
        stacked = np.array(arrays)
    except ValueError:  # of different shapes
        stacked = None
    if stacked is not None and stacked.shape == (len(agents), *shape):
        return stacked
    shapes = [_shape_of(array) for array in arrays]
    agent = next(index for index, other in enumerate(shapes) if other != shape)
    raise ValueError(f"action of {agents[agent]} must have shape {shape}, got {shapes[agent]}")


def _shape_of(action: Any) -> tuple[int, ...] | str:
    """An action's shape, or that it has none."""
    try:
        return np.shape(action)
    except ValueError:
        return "lists of different lengths"
