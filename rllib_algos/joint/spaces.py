"""What every agent of a joint environment observes and does, in plain, picklable data.

Actions come in two kinds: categorical (`Discrete`, `MultiDiscrete`, or a matrix of probabilities
whose rows are executed by argmax) and continuous (bounded `Box`). Agents with equal observation
sizes and equal actions form a group, whose networks are evaluated together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import gymnasium as gym
import numpy as np

SUPPORTED = (
    "supported are observations of type Box (no images), Discrete, MultiDiscrete and MultiBinary, "
    "and actions of type Discrete, MultiDiscrete and bounded Box"
)


@dataclass(frozen=True, kw_only=True)
class CategoricalAction:
    """One or several independent choices (`M` rows of at most `H` choices each)."""

    sizes: tuple[int, ...]  # (M,) number of choices of every row
    starts: tuple[int, ...]  # (M,) what the environment calls a row's first choice
    shape: tuple[int, ...]  # of the environment's action; () for Discrete
    dtype: str  # of the environment's action
    probabilities: bool = False  # the environment takes the (M, H) matrix and executes its argmax

    @property
    def rows(self) -> int:
        """Number of choices that are made at once, M."""
        return len(self.sizes)

    @property
    def width(self) -> int:
        """Number of choices of the longest row, H; shorter rows are padded and masked."""
        return max(self.sizes)

    @property
    def vector_size(self) -> int:
        """Length of the action as critics see it: M one-hot (or probability) rows of H."""
        return self.rows * self.width

    @property
    def ragged(self) -> bool:
        """Whether rows differ in their number of choices."""
        return len(set(self.sizes)) > 1

    def mask(self) -> np.ndarray:
        """Which of the (M, H) entries are choices that exist."""
        return np.arange(self.width)[None, :] < np.asarray(self.sizes)[:, None]


@dataclass(frozen=True, kw_only=True)
class ContinuousAction:
    """A bounded real vector, handled as `D` numbers in [-1, 1] inside the algorithms."""

    low: tuple[float, ...]  # (D,)
    high: tuple[float, ...]  # (D,)
    shape: tuple[int, ...]  # of the environment's action
    dtype: str  # of the environment's action

    @property
    def vector_size(self) -> int:
        """Length of the action as critics see it, D."""
        return len(self.low)


Action = CategoricalAction | ContinuousAction


@dataclass(frozen=True, kw_only=True)
class Observation:
    """How one agent's observation becomes a float vector."""

    size: int  # length of the vector
    sizes: tuple[int, ...] = ()  # of the one-hot parts; empty for Box and MultiBinary
    starts: tuple[int, ...] = ()  # first value of every one-hot part

    def encode(self, observation: Any) -> np.ndarray:
        """Returns the observation as a float32 vector of length `size`."""
        if not self.sizes:
            return np.asarray(observation, np.float32).reshape(-1)
        return self.encode_array(np.asarray(observation), ())

    def encode_all(self, observations: Sequence[Any]) -> np.ndarray:
        """Returns a new (n, size) array of encoded observations."""
        return self.encode_array(observations, (len(observations),))

    def encode_array(self, observations: Any, lead: tuple[int, ...]) -> np.ndarray:
        """Returns a new (*lead, size) array of observations (*lead, ...)."""
        if not self.sizes:
            return np.array(observations, np.float32).reshape(*lead, self.size)
        values = np.array(observations, np.int64).reshape(*lead, len(self.sizes))
        offsets = np.cumsum((0, *self.sizes[:-1])) - np.asarray(self.starts)
        vectors = np.zeros((*lead, self.size), np.float32)
        np.put_along_axis(vectors, values + offsets, 1.0, -1)
        return vectors


@dataclass(frozen=True, kw_only=True)
class Group:
    """Agents whose networks have equal shapes."""

    agents: tuple[int, ...]  # positions in `JointSpaces.agents`
    observation: Observation
    action: Action


@dataclass(frozen=True, kw_only=True)
class JointSpaces:
    """Agents, their groups and, where the environment offers them, the rows of its state."""

    agents: tuple[str, ...]  # (N,) in the environment's own order
    groups: tuple[Group, ...]
    state_shape: tuple[int, int] | None = None  # (R, F) of a row-owning environment
    common_observation: bool = False  # whether all agents observe the same

    @property
    def num_agents(self) -> int:
        """Number of agents, N."""
        return len(self.agents)

    def to_dict(self) -> dict[str, Any]:
        """Returns plain data that `from_dict` reads back; it survives JSON."""
        return asdict(self)

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "JointSpaces":
        """Returns the spaces that `to_dict` wrote."""
        state_shape = data["state_shape"]
        return JointSpaces(
            agents=tuple(data["agents"]),
            groups=tuple(_group_from_dict(group) for group in data["groups"]),
            state_shape=None if state_shape is None else (state_shape[0], state_shape[1]),
            common_observation=data["common_observation"],
        )


def _group_from_dict(data: Mapping[str, Any]) -> Group:
    action, observation = _with_tuples(data["action"]), _with_tuples(data["observation"])
    kind = ContinuousAction if "low" in action else CategoricalAction
    return Group(
        agents=tuple(data["agents"]), observation=Observation(**observation), action=kind(**action)
    )


def _with_tuples(data: Any) -> Any:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}


def observation_of(space: gym.Space, agent: str) -> Observation:
    """Returns how observations of `space` are encoded; raises for what is not supported."""
    if isinstance(space, gym.spaces.Box):
        if space.dtype == np.uint8 and len(space.shape) == 3:
            raise ValueError(f"agent {agent!r} observes images ({space}); {SUPPORTED}")
        return Observation(size=int(np.prod(space.shape)))
    if isinstance(space, gym.spaces.MultiBinary):
        return Observation(size=int(np.prod(space.shape)))
    if isinstance(space, gym.spaces.Discrete):
        n = int(space.n)
        return Observation(size=n, sizes=(n,), starts=(int(space.start),))
    if isinstance(space, gym.spaces.MultiDiscrete):
        sizes = _ints(space.nvec)
        return Observation(size=sum(sizes), sizes=sizes, starts=_ints(space.start))
    raise ValueError(f"agent {agent!r} has the observation space {space}; {SUPPORTED}")


def action_of(space: gym.Space, agent: str) -> Action:
    """Returns the description of an action space; raises for what is not supported."""
    if isinstance(space, gym.spaces.Discrete):
        return CategoricalAction(
            sizes=(int(space.n),), starts=(int(space.start),), shape=(), dtype="int64"
        )
    if isinstance(space, gym.spaces.MultiDiscrete):
        return CategoricalAction(
            sizes=_ints(space.nvec),
            starts=_ints(space.start),
            shape=space.shape,
            dtype=str(space.dtype),
        )
    if isinstance(space, gym.spaces.Box):
        return _continuous(space, agent)
    raise ValueError(f"agent {agent!r} has the action space {space}; {SUPPORTED}")


def _continuous(space: gym.spaces.Box, agent: str) -> ContinuousAction:
    low, high = space.low.astype(float).reshape(-1), space.high.astype(float).reshape(-1)
    bounded = np.isfinite(low) & np.isfinite(high) & (low < high)
    if not bounded.all():
        i = int(np.argmin(bounded))
        raise ValueError(
            f"agent {agent!r}: a Box action needs finite bounds with low < high, got low "
            f"{low[i]} and high {high[i]} at index {i}; give the space bounds or rescale the action"
        )
    return ContinuousAction(
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        shape=space.shape,
        dtype=str(space.dtype),
    )


def group_agents(
    agents: Sequence[str], observations: Sequence[Observation], actions: Sequence[Action]
) -> tuple[Group, ...]:
    """Returns groups of agents with equal observations and actions, in order of appearance."""
    members: dict[tuple[Observation, Action], list[int]] = {}
    for i, key in enumerate(zip(observations, actions, strict=True)):
        members.setdefault(key, []).append(i)
    return tuple(
        Group(agents=tuple(indices), observation=observation, action=action)
        for (observation, action), indices in members.items()
    )


def _ints(values: np.ndarray) -> tuple[int, ...]:
    return tuple(int(v) for v in np.asarray(values).reshape(-1))
