"""Steps one copy of an environment and cuts what happens into fragments."""

import numbers
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from rllib_algos.joint.episode import JointEpisode
from rllib_algos.joint.errors import blamed
from rllib_algos.joint.fragment import JointFragment
from rllib_algos.joint.layout import Arrays, GroupLayout


class CopyStepper:
    """One environment copy with its running episode and the fragment being collected.

    Args:
        env: a ParallelEnv.
        layout: how its observations and actions are laid out.
        index: which copy it is.

    Attributes:
        steps: how many steps it has taken, over all episodes.
    """

    def __init__(self, env: Any, layout: GroupLayout, index: int) -> None:
        self.env = env
        self.index = index
        self.steps = 0
        self.episode = JointEpisode(layout.spaces.agents)
        self.current: Arrays = {}  # fields of the observation to act on
        self._layout = layout
        self._agents = layout.spaces.agents
        self._checked = False
        self._clear()

    def new_episode(self) -> None:
        """Begins the record of a new episode; `reset` must follow."""
        self.episode = JointEpisode(self._agents)

    def reset(self, seed: int | None) -> None:
        """Resets the environment, dropping what was collected and not flushed."""
        with self._blamed_for("reset"):
            observations, infos = self.env.reset(seed=seed)
        if not self._checked:
            _check_agents(self.env, observations, self._agents)
            self._layout.check(self.env, observations)
            self._checked = True
        self.episode.add_reset(infos)
        self._clear()
        self._observe(observations)

    def step(self, stored: Sequence[np.ndarray]) -> None:
        """Takes one step.

        Args:
            stored: joint actions of all copies, (E, ...) per group.
        """
        actions = self._layout.env_actions(stored, self.index)
        with self._blamed_for(f"step {self.episode.env_t + 1}"):
            observations, rewards, terminations, truncations, infos = self.env.step(actions)
        try:
            done = _joint_end(self.env, terminations, truncations, self._agents)
            rewards = _joint_rewards(rewards, self._agents)
        except KeyError as error:
            raise ValueError(_absent(error)) from error
        for name, values in zip(self._layout.action_fields, stored, strict=True):
            self._actions[name].append(values[self.index])
        self._rewards.append(rewards)
        self.steps += 1
        self.episode.add_step(rewards, infos, done)
        self._observe(observations)

    def keep_notes(self, notes: Mapping[str, np.ndarray]) -> None:
        """Keeps arrays beside the step that was taken; the same names after every step."""
        for name, values in notes.items():
            self._notes[name].append(values)

    def flush(self) -> JointFragment | None:
        """Returns what was collected since the last flush, None if nothing was."""
        if not self._rewards:
            return None
        fragment = JointFragment(
            observations={k: np.stack(v) for k, v in self._observations.items()},
            actions={k: np.stack(v) for k, v in self._actions.items()},
            rewards=np.stack(self._rewards),
            terminated=self.episode.is_terminated,
            notes={k: np.stack(v) for k, v in self._notes.items()},
        )
        self._clear()
        self._keep()
        return fragment

    def numeric_infos(self) -> dict[str, float]:
        """Returns the numbers among the last infos of the first agent."""
        infos = self.episode.get_infos().get(self._agents[0], {})
        return {k: float(v) for k, v in infos.items() if isinstance(v, (numbers.Real, np.bool_))}

    def _blamed_for(self, what: str) -> AbstractContextManager[None]:
        return blamed(f"environment copy {self.index} failed in {what} of an episode")

    def _clear(self) -> None:
        self._observations: dict[str, list[np.ndarray]] = {
            name: [] for name in self._layout.observation_fields
        }
        self._actions: dict[str, list[np.ndarray]] = {n: [] for n in self._layout.action_fields}
        self._rewards: list[np.ndarray] = []
        self._notes: dict[str, list[np.ndarray]] = defaultdict(list)

    def _observe(self, observations: Mapping[str, Any]) -> None:
        try:
            self.current = self._layout.encode(self.env, observations)
        except KeyError as error:
            raise ValueError(_absent(error)) from error
        for name, values in self.current.items():
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                raise ValueError(_locate_nan(name, observations, self._agents))
        self._keep()

    def _keep(self) -> None:
        for name, values in self.current.items():
            self._observations[name].append(values)


def _check_agents(env: Any, observations: Mapping[str, Any], agents: tuple[str, ...]) -> None:
    if set(observations) != set(agents) or set(env.agents) != set(agents):
        raise ValueError(
            f"all possible_agents {sorted(agents)} must be present from the first step, got "
            f"{sorted(observations)}; agents that come and go are not supported"
        )


def _joint_end(
    env: Any,
    terminations: Mapping[str, bool],
    truncations: Mapping[str, bool],
    agents: tuple[str, ...],
) -> tuple[bool, bool]:
    """Returns (terminated, truncated); raises if agents do not end together and the same way."""
    ended, cut = [terminations[a] for a in agents], [truncations[a] for a in agents]
    terminated, truncated = any(ended), any(cut)
    mixed = (terminated and not all(ended)) or (truncated and not all(cut))
    if mixed or (len(env.agents) < len(agents) and not terminated and not truncated):
        raise ValueError(
            "all agents must end in the same step and in the same way (all terminated or all "
            f"truncated), got terminations {dict(terminations)} and truncations "
            f"{dict(truncations)} with agents {list(env.agents)} left"
        )
    return terminated, truncated and not terminated


def _joint_rewards(rewards: Mapping[str, Any], agents: tuple[str, ...]) -> np.ndarray:
    """Returns (N,) rewards; raises ValueError naming the agent whose reward is not a number."""
    values = np.array([rewards[a] for a in agents], np.float32)
    if not np.isfinite(values).all():
        agent = agents[int(np.argmin(np.isfinite(values)))]
        raise ValueError(f"the reward of agent {agent!r} must be finite, got {rewards[agent]}")
    return values


def _absent(error: KeyError) -> str:
    return (
        f"agent {error} is missing from what the environment returned; all agents must act in "
        "every step, agents that come and go are not supported"
    )


def _locate_nan(field: str, observations: Mapping[str, Any], agents: tuple[str, ...]) -> str:
    for agent in agents:
        values = np.asarray(observations[agent], float)
        if not np.isfinite(values).all():
            index = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
            return (
                f"the observation of agent {agent!r} must be finite, got {values[index]} at index "
                f"{index}"
            )
    return f"{field} of the environment must be finite, got NaN or infinity"
