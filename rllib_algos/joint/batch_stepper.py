"""Steps all copies of an environment at once, where it offers that (see `Batchable`)."""

import functools
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

import numpy as np

from rllib_algos.joint.batch_history import BatchHistory
from rllib_algos.joint.episode import AgentInfos, JointEpisode
from rllib_algos.joint.errors import blamed
from rllib_algos.joint.fragment import JointFragment
from rllib_algos.joint.layout import Arrays, GroupLayout
from rllib_algos.joint.protocols import BatchedEnv, Infos

MOST_COMPARED = 2**24  # numbers observed by all agents of all copies: 64 MB


class BatchStepper:
    """All copies with their running episodes and what is being collected; arrays throughout.

    Args:
        batch: the copies as one.
        layout: how their observations and actions are laid out.

    Attributes:
        current: fields of the observations to act on, (E, ...).
        infos: of the last step (or of a reset), (E, ...).
        steps: how many every copy has taken, over all episodes.
        terminated: (E,) bool, whose episodes have ended for good.
        truncated: (E,) bool, whose episodes have been cut off.
        episodes: a record per copy, up to date where `record` was called.
    """

    def __init__(self, batch: BatchedEnv, layout: GroupLayout) -> None:
        count, agents = batch.num_envs, layout.spaces.agents
        self.batch = batch
        self.current: Arrays = {}
        self.infos: Infos = {}
        self._owners: Mapping[str, np.ndarray] = {}  # of the infos that are split between agents
        self.steps = 0
        self.terminated, self.truncated = np.zeros((2, count), bool)
        self.episodes = [JointEpisode(agents) for _ in range(count)]
        self._layout, self._agents = layout, agents
        self._history = BatchHistory(count)
        self._lengths = np.zeros(count, int)
        self._returns = np.zeros((count, len(agents)))
        self._checked = False

    @property
    def num_envs(self) -> int:
        """Number of copies, E."""
        return self.batch.num_envs

    @property
    def ended(self) -> np.ndarray:
        """(E,) bool: whose episodes are over."""
        return self.terminated | self.truncated

    def new_episodes(self, copies: Sequence[int]) -> None:
        """Begins the records of new episodes; `reset` must follow."""
        for copy in copies:
            self.episodes[copy] = JointEpisode(self._agents)

    def reset(self, copies: Sequence[int], seeds: Sequence[int | None]) -> None:
        """Resets some copies, dropping what they did and was not flushed.

        Args:
            copies: which.
            seeds: of each of them.
        """
        which, own = np.zeros(self.num_envs, bool), dict(zip(copies, seeds, strict=True))
        which[copies] = True
        all_seeds = [own.get(copy) for copy in range(self.num_envs)]
        with self._blamed_for("reset"):
            self.infos = self.batch.reset(all_seeds, which)
            self._owners = self._info_owners()
        self.terminated, self.truncated = self.terminated & ~which, self.truncated & ~which
        self._lengths[which], self._returns[which] = 0, 0.0
        self.current = self._observe()
        self._history.restart(self.current, which)
        if not self._checked:
            self._check()
            self._checked = True

    def step(self, stored: Sequence[np.ndarray]) -> None:
        """Takes one step in every copy.

        Args:
            stored: joint actions of all copies, (E, ...) per group.
        """
        with self._blamed_for("step"):
            rewards, terminated, truncated, infos = self._layout.step_batch(self.batch, stored)
            self._owners = self._info_owners()
        rewards = self._rewards_of(np.asarray(rewards))
        self.infos, self.terminated, self.truncated = infos, terminated, truncated & ~terminated
        self.current = self._observe()
        actions = dict(zip(self._layout.action_fields, stored, strict=True))
        self._history.add(actions, rewards, self.current)
        self.steps += 1
        self._lengths += 1
        self._returns += rewards

    def keep_notes(self, notes: Arrays) -> None:
        """Keeps arrays (E, ...) beside the step that was taken; the same names every time."""
        self._history.note(notes)

    def flush(self, copies: np.ndarray) -> list[JointFragment]:
        """Returns what some copies did since they were last flushed.

        Args:
            copies: which, as increasing indices.
        """
        return self._history.cut(copies, self.terminated)

    def record(self, copies: Sequence[int]) -> None:
        """Brings the records of some copies' episodes up to date."""
        for copy in copies:
            self.episodes[copy].set_totals(
                int(self._lengths[copy]),
                self._returns[copy],
                functools.partial(agent_infos, self.infos, self._owners, copy, self._agents),
                (bool(self.terminated[copy]), bool(self.truncated[copy])),
            )

    def numeric_infos(self) -> Arrays:
        """Returns the numbers among the last infos of the first agent, (E,) each."""
        count = len(self._agents)
        numbers = {}
        for key, values in self.infos.items():
            if key not in self._owners and values.ndim == 2 and values.shape[1] == count:
                values = values[:, 0]
            if values.ndim == 1 and values.dtype.kind in "biuf":
                numbers[key] = values
        return numbers

    def _observe(self) -> Arrays:
        fields = self._layout.encode_batch(self.batch)
        for name, values in fields.items():
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                raise ValueError(_locate(f"{name} of the environment", values))
        return fields

    def _rewards_of(self, rewards: np.ndarray) -> np.ndarray:
        if rewards.shape != self._returns.shape:
            raise ValueError(
                f"rewards of all copies must have shape {self._returns.shape}, got {rewards.shape}"
            )
        if not np.isfinite(rewards).all():
            copy, agent = (int(i) for i in np.argwhere(~np.isfinite(rewards))[0])
            raise ValueError(
                f"the reward of agent {self._agents[agent]!r} must be finite, got "
                f"{rewards[copy, agent]} in copy {copy}"
            )
        return rewards.astype(np.float32)

    def _info_owners(self) -> Mapping[str, np.ndarray]:
        return getattr(self.batch, "info_owners", dict)()

    def _check(self) -> None:
        """Raises ValueError where the batch shows something else than its copies do.

        All observations are not made to look at them where they are very large.
        """
        batch, layout = self.batch, self._layout
        if tuple(batch.possible_agents) != self._agents:
            raise ValueError(
                f"possible_agents of a batch must be those of its copies, {list(self._agents)}, "
                f"got {list(batch.possible_agents)}"
            )
        size = layout.spaces.groups[0].observation.size
        if batch.num_envs * len(self._agents) * size > MOST_COMPARED:
            return
        seen = batch.observations()
        for copy, env in enumerate(batch.envs):
            observations = dict(zip(self._agents, seen[copy], strict=True))
            layout.check(env, observations)
            for name, values in layout.encode(env, observations).items():
                if not np.array_equal(values, self.current[name][copy]):
                    raise ValueError(f"{name} of copy {copy} must be the same alone as in a batch")

    def _blamed_for(self, what: str) -> AbstractContextManager[None]:
        return blamed(f"{self.num_envs} environment copies failed in a {what} together")


def agent_infos(
    infos: Infos, owners: Mapping[str, np.ndarray], copy: int, agents: tuple[str, ...]
) -> AgentInfos:
    """Returns one copy's infos by agent, as it alone would have told them.

    Args:
        infos: of all copies, arrays (E, ...).
        owners: whose each entry is, (E, R) int, of what is split between agents; see `BatchedEnv`.
        copy: which one.
        agents: names of all, in order.
    """
    own: AgentInfos = {agent: {} for agent in agents}
    for key, values in infos.items():
        one = values[copy]
        by_agent = one.ndim > 0 and len(one) == len(agents)
        for n, agent in enumerate(agents):
            if key in owners:
                value = np.where(owners[key][copy] == n, one, 0)
            else:
                value = one[n] if by_agent else one
            own[agent][key] = value.item() if value.ndim == 0 else value
    return own


def _locate(what: str, values: np.ndarray) -> str:
    copy, *index = (int(i) for i in np.argwhere(~np.isfinite(values))[0])
    value = values[(copy, *index)]
    return f"{what} must be finite, got {value} at index {tuple(index)} of copy {copy}"
