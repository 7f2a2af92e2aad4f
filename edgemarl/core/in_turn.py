"""Copies of any ParallelEnv, stepped one after the other behind the interface of a batch."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.batch_checks import (
    NO_ROWS,
    NOT_RESET,
    as_array,
    check_which,
    checked_seeds,
    in_copy,
    require_running,
)
from edgemarl.core.batch_infos import Dicts, infos_of_copies, joined_infos
from edgemarl.core.validation import check_shape
from edgemarl.core.vector_step import Infos, Seeds, VectorStep


class InTurn:
    """A :class:`edgemarl.core.vector.BatchedEnv` of copies that cannot be stepped together.

    The agents must be the same in every slot, with equal spaces.

    Args:
        envs: the copies, configured alike.

    Raises:
        ValueError: there is no copy, or agents or copies differ in their spaces.
    """

    def __init__(self, envs: Sequence[Any]) -> None:
        if not envs:
            raise ValueError("envs must hold at least one copy, got none")
        _check_spaces(envs)
        self.envs, self.num_envs = list(envs), len(envs)
        first = self.envs[0]
        self.possible_agents = list(first.possible_agents)
        self._everybody = frozenset(self.possible_agents)
        self._shape = first.action_space(self.possible_agents[0]).shape
        self._seen: list[Mapping[str, Any]] = [{} for _ in self.envs]

    def reset(self, seeds: Seeds, which: NDArray[np.bool_] | None = None) -> Infos:
        """Start an episode in the copies that are chosen, in all by default."""
        own, chosen = checked_seeds(seeds, self.num_envs), check_which(which, self.num_envs)
        told: list[Dicts | None] = [None] * self.num_envs
        for copy in np.flatnonzero(chosen).tolist():
            start = functools.partial(self._start, self.envs[copy], own[copy])
            self._seen[copy], told[copy] = in_copy(copy, start)
        return self._joined(told)

    def step(self, actions: NDArray[Any]) -> VectorStep:
        """Execute actions (E, N, ...) in one copy after the other.

        Where one fails, those before it have moved.
        """
        actions = as_array("actions", actions)
        size = len(self.possible_agents)
        check_shape("actions", actions, (self.num_envs, size, *self._shape))
        return self._step_each([dict(zip(self.possible_agents, a, strict=True)) for a in actions])

    def step_rows(self, rows: NDArray[Any]) -> VectorStep:
        """Execute one entry for each row of the state, (E, R, ...), as every agent's action."""
        if self.row_owner() is None:
            raise ValueError(NO_ROWS)
        rows = as_array("rows", rows)
        check_shape("rows", rows, (self.num_envs, *self._shape))
        return self._step_each([dict.fromkeys(self.possible_agents, own) for own in rows])

    def observations(self) -> Any:
        """What all agents observe, (E, N, ...), or a dictionary of such arrays."""
        self._require_reset()
        return stacked_observations(
            [[seen[agent] for agent in self.possible_agents] for seen in self._seen]
        )

    def state(self) -> NDArray[Any]:
        """The joint states, (E, ...)."""
        self._require_reset()
        return np.stack([env.state() for env in self.envs])

    def row_owner(self) -> NDArray[np.int64] | None:
        """Index of the agent that owns each row of the state, (E, R), or None."""
        if not hasattr(self.envs[0], "row_owner") or self.envs[0].row_owner() is None:
            return None
        return np.stack([env.row_owner() for env in self.envs])

    def close(self) -> None:
        """Close all copies."""
        for env in self.envs:
            env.close()

    def _step_each(self, actions: list[dict[str, Any]]) -> VectorStep:
        self._require_reset()
        require_running(np.array([bool(env.agents) for env in self.envs]))
        size = self.num_envs, len(self.possible_agents)
        rewards, told = np.zeros(size), []
        ended, cut = np.zeros((2, self.num_envs), bool)
        for copy, (env, action) in enumerate(zip(self.envs, actions, strict=True)):
            step = in_copy(copy, functools.partial(self._move, env, action))
            self._seen[copy], rewards[copy], ended[copy], cut[copy], infos = step
            told.append(infos)
        return rewards, ended, cut, self._joined(told)

    def _start(self, env: Any, seed: int | None) -> tuple[Any, Dicts]:
        """What the agents of a copy that is reset see and are told."""
        seen, infos = env.reset(seed=seed)
        self._check_agents(observations=seen, infos=infos)
        return seen, infos

    def _move(self, env: Any, actions: dict[str, Any]) -> tuple[Any, list[Any], bool, bool, Dicts]:
        """What a copy's step shows, pays [agent], whether it ends or cuts off, and tells."""
        seen, paid, ended, cut, infos = env.step(actions)
        self._check_agents(
            observations=seen, rewards=paid, terminations=ended, truncations=cut, infos=infos
        )
        agents = self.possible_agents
        over = joint_end([ended[agent] for agent in agents], [cut[agent] for agent in agents])
        if over is None or (len(env.agents) < len(agents) and not any(over)):
            raise ValueError(
                "all agents must end in the same step and in the same way, all terminated or all "
                f"truncated, got terminations {dict(ended)} and truncations {dict(cut)} with "
                f"agents {list(env.agents)} left"
            )
        return seen, [paid[agent] for agent in agents], *over, infos

    def _check_agents(self, **returned: Mapping[str, Any]) -> None:
        """ValueError unless all that a copy has returned is there for every agent."""
        for name, values in returned.items():
            if not values.keys() >= self._everybody:
                absent = [agent for agent in self.possible_agents if agent not in values]
                raise ValueError(
                    f"{name} must have an entry for every agent in every slot, missing {absent}; "
                    "agents that come and go cannot be stepped as arrays"
                )

    def _joined(self, told: list[Dicts | None]) -> Infos:
        """Infos of all copies as arrays; zeros for copies of which there are none."""
        bare = self.envs[0].unwrapped
        shared, split = getattr(bare, "shared_infos", ()), getattr(bare, "split_infos", ())
        each: list[Infos | None] = [None] * self.num_envs
        for copy, infos in enumerate(told):
            if infos is not None:
                own = {agent: infos[agent] for agent in self.possible_agents}
                each[copy] = in_copy(copy, functools.partial(joined_infos, own, shared, split))
        return infos_of_copies(each)

    def _require_reset(self) -> None:
        for copy, seen in enumerate(self._seen):
            if not seen:
                raise RuntimeError(NOT_RESET.format(copy))


def joint_end(ended: Sequence[bool], cut: Sequence[bool]) -> tuple[bool, bool] | None:
    """Whether an episode ends and whether it is cut off; None where agents differ in that."""
    (first, *others) = set(zip(ended, cut, strict=True))
    return None if others else (bool(first[0]), bool(first[1]))


def stacked_observations(seen: Sequence[Sequence[Any]]) -> Any:
    """Observations [copy][agent] as an array (E, N, ...), or as a dictionary of them."""
    if not isinstance(seen[0][0], Mapping):
        return np.array(seen)
    return {
        key: np.array([[one[key] for one in of_copy] for of_copy in seen]) for key in seen[0][0]
    }


def _check_spaces(envs: Sequence[Any]) -> None:
    """ValueError unless all agents of all copies have the spaces of the first."""
    agents = list(envs[0].possible_agents)
    first = envs[0].observation_space(agents[0]), envs[0].action_space(agents[0])
    for copy, env in enumerate(envs):
        if list(env.possible_agents) != agents:
            raise ValueError(
                f"copies must have the same agents, copy 0 has {agents} and copy {copy} has "
                f"{list(env.possible_agents)}"
            )
        for agent in agents:
            for space, expected in zip(
                (env.observation_space, env.action_space), first, strict=True
            ):
                own = space(agent)
                if own is not expected and own != expected:
                    raise ValueError(
                        f"agents must have equal spaces to be stepped as arrays, {agents[0]} has "
                        f"{expected} and {agent} of copy {copy} has {own}"
                    )
