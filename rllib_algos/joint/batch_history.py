"""What several copies of an environment did, step by step, until it is cut into fragments."""

from collections.abc import Mapping, Sequence

import numpy as np

from rllib_algos.joint.fragment import JointFragment
from rllib_algos.joint.layout import Arrays


class BatchHistory:
    """Joint steps of E copies that move together, in arrays (E, ...) per step.

    Each copy keeps what has happened since its last cut.

    Args:
        num_envs: number of copies E.
    """

    def __init__(self, num_envs: int) -> None:
        self._observations: list[Arrays] = []  # one more than steps, once something was observed
        self._actions: list[Arrays] = []
        self._rewards: list[np.ndarray] = []
        self._notes: list[Arrays] = []
        self._begins = np.zeros(num_envs, int)  # first step that a copy keeps

    def restart(self, fields: Arrays, which: np.ndarray) -> None:
        """Has some copies begin anew; what they had and was not cut is dropped.

        Args:
            fields: of the observations to act on now, (E, ...); those of the others as before.
            which: (E,) bool.
        """
        self._begins[which] = len(self._rewards)
        self._observations[len(self._rewards) :] = [fields]
        self._trim()

    def add(self, actions: Arrays, rewards: np.ndarray, fields: Arrays) -> None:
        """Keeps one step of all copies, and the observations (E, ...) after it."""
        self._actions.append(actions)
        self._rewards.append(rewards)
        self._notes.append({})
        self._observations.append(fields)

    def note(self, notes: Mapping[str, np.ndarray]) -> None:
        """Keeps arrays (E, ...) beside the last step."""
        self._notes[-1].update(notes)

    def cut(self, copies: np.ndarray, terminated: np.ndarray) -> list[JointFragment]:
        """Returns what some copies did since their last cuts; nothing of those that did nothing.

        Args:
            copies: which, as increasing indices.
            terminated: (E,) bool, whose episodes have ended for good.
        """
        found: dict[int, JointFragment] = {}
        begins = self._begins[copies]
        for begin in np.unique(begins[begins < len(self._rewards)]).tolist():
            some = copies[begins == begin]
            found.update(zip(some.tolist(), self._fragments(begin, some, terminated), strict=True))
        self._begins[copies] = len(self._rewards)
        self._trim()
        return [found[copy] for copy in sorted(found)]

    def _fragments(
        self, begin: int, copies: np.ndarray, terminated: np.ndarray
    ) -> list[JointFragment]:
        observations = _by_copy(self._observations[begin:], copies)
        actions = _by_copy(self._actions[begin:], copies)
        notes = _by_copy(self._notes[begin:], copies)
        rewards = _stack(self._rewards[begin:], copies)
        return [
            JointFragment(
                observations={name: values[i] for name, values in observations.items()},
                actions={name: values[i] for name, values in actions.items()},
                rewards=rewards[i],
                terminated=bool(terminated[copy]),
                notes={name: values[i] for name, values in notes.items()},
            )
            for i, copy in enumerate(copies.tolist())
        ]

    def _trim(self) -> None:
        """Forgets the steps that every copy has cut."""
        unused = int(self._begins.min())
        if unused:
            for kept in (self._observations, self._actions, self._rewards, self._notes):
                del kept[:unused]
            self._begins -= unused


def _by_copy(steps: Sequence[Arrays], copies: np.ndarray) -> Arrays:
    """Returns arrays (k, T, ...) of some copies from T arrays (E, ...) per name."""
    return {name: _stack([step[name] for step in steps], copies) for name in steps[0]}


def _stack(steps: Sequence[np.ndarray], copies: np.ndarray) -> np.ndarray:
    every = len(copies) == len(steps[0])
    return np.stack(steps if every else [values[copies] for values in steps], 1)
