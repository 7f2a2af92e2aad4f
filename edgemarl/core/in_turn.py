"""Copies of any ParallelEnv, stepped one after the other behind the interface of a batch."""

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.validation import check_shape
from edgemarl.core.vector_step import VectorStep

Dicts = Mapping[str, Mapping[str, Any]]


class InTurn:
    """A :class:`edgemarl.core.vector.BatchedEnv` of copies that cannot be stepped together.

    The agents must be the same in every slot, with equal spaces.

    Args:
        envs: the copies, configured alike.

    Raises:
        ValueError: agents differ in their spaces.
    """

    def __init__(self, envs: Sequence[Any]) -> None:
        self.envs, self.num_envs = list(envs), len(envs)
        first = self.envs[0]
        self.possible_agents = list(first.possible_agents)
        _check_spaces(first, self.possible_agents)
        self._shape = first.action_space(self.possible_agents[0]).shape
        self._seen: list[Mapping[str, Any]] = [{} for _ in self.envs]

    def reset(
        self, seeds: Sequence[int | None], which: NDArray[np.bool_] | None = None
    ) -> dict[str, NDArray[Any]]:
        """Start an episode in the copies that are chosen, in all by default."""
        chosen = check_which(which, seeds, self.num_envs)
        told: list[Dicts | None] = [None] * self.num_envs
        for copy in np.flatnonzero(chosen).tolist():
            self._seen[copy], told[copy] = self.envs[copy].reset(seed=seeds[copy])
        return self._joined(told)

    def step(self, actions: NDArray[Any]) -> VectorStep:
        """Execute actions (E, N, ...) in one copy after the other.

        Where one fails, those before it have moved.
        """
        actions = np.asarray(actions)
        size = len(self.possible_agents)
        check_shape("actions", actions, (self.num_envs, size, *self._shape))
        return self._step_each([dict(zip(self.possible_agents, a, strict=True)) for a in actions])

    def step_rows(self, rows: NDArray[Any]) -> VectorStep:
        """Execute one entry for each row of the state, (E, R, ...), as every agent's action."""
        if self.row_owner() is None:
            raise ValueError(NO_ROWS)
        rows = np.asarray(rows)
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
            step = in_copy(copy, functools.partial(env.step, action))
            self._seen[copy], paid, terminations, truncations, infos = step
            rewards[copy] = [paid[agent] for agent in self.possible_agents]
            ended[copy], cut[copy] = all(terminations.values()), all(truncations.values())
            told.append(infos)
        return rewards, ended, cut, self._joined(told)

    def _joined(self, told: list[Dicts | None]) -> dict[str, NDArray[Any]]:
        """Infos of all copies as arrays; zeros for copies of which there are none."""
        bare = self.envs[0].unwrapped
        shared, split = getattr(bare, "shared_infos", ()), getattr(bare, "split_infos", ())
        each = [None if one is None else joined_infos(one, shared, split) for one in told]
        known = next((infos for infos in each if infos is not None), {})
        nothing = {key: np.zeros_like(value) for key, value in known.items()}
        return {
            key: np.stack([(nothing if infos is None else infos)[key] for infos in each])
            for key in known
        }

    def _require_reset(self) -> None:
        for copy, seen in enumerate(self._seen):
            if not seen:
                raise RuntimeError(NOT_RESET.format(copy))


NOT_RESET = "copy {} must be reset first: call reset(seeds)"
NO_ROWS = "rows of the state must have owners to step by rows, here they have none; use step"


def joined_infos(
    infos: Dicts, shared: Collection[str] = (), split: Collection[str] = ()
) -> dict[str, NDArray[Any]]:
    """Infos of all agents as one array each, (N, ...).

    Args:
        infos: of each agent, with the same keys.
        shared: keys of what is the same for all agents, which is told once.
        split: keys of arrays of which each agent has a part and zeros elsewhere, which are summed.
    """
    each = list(infos.values())
    joined = {key: np.array([info[key] for info in each]) for key in each[0]}
    for key, values in joined.items():
        if key in shared:
            joined[key] = values[0]
        elif key in split and values.ndim > 1:
            joined[key] = values.sum(axis=0)
    return joined


def check_which(
    which: NDArray[np.bool_] | None, seeds: Sequence[int | None], num_envs: int
) -> NDArray[np.bool_]:
    """The copies to reset, (E,) bool; ValueError unless there is a seed for every copy."""
    if len(seeds) != num_envs:
        raise ValueError(f"seeds must be {num_envs}, one for every copy, got {len(seeds)}")
    chosen = np.ones(num_envs, bool) if which is None else np.asarray(which)
    check_shape("which", chosen, (num_envs,))
    if chosen.dtype != bool:
        raise ValueError(f"which must hold True or False for every copy, got {chosen.dtype}")
    return chosen


def require_running(running: NDArray[np.bool_]) -> None:
    """RuntimeError naming the first copy whose episode is over."""
    if not running.all():
        copy = int(running.argmin())
        raise RuntimeError(
            f"step must follow a reset: the episode of copy {copy} is over, "
            "call reset(seeds, which) first"
        )


def in_copy(copy: int, call: Callable[[], Any]) -> Any:
    """What a call returns; its ValueError with the copy's index in front."""
    try:
        return call()
    except ValueError as error:
        raise ValueError(f"copy {copy}: {error}") from error


def stacked_observations(seen: Sequence[Sequence[Any]]) -> Any:
    """Observations [copy][agent] as an array (E, N, ...), or as a dictionary of them."""
    if not isinstance(seen[0][0], Mapping):
        return np.array(seen)
    return {
        key: np.array([[one[key] for one in of_copy] for of_copy in seen]) for key in seen[0][0]
    }


def _check_spaces(env: Any, agents: list[str]) -> None:
    for space in (env.observation_space, env.action_space):
        for agent in agents:
            if space(agent) != space(agents[0]):
                raise ValueError(
                    f"agents must have equal spaces to be stepped as arrays, {agents[0]} has "
                    f"{space(agents[0])} and {agent} has {space(agent)}"
                )
