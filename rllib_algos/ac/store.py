"""What takes the replay's place on policy: every transition is handed out once, then dropped."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rllib_algos.joint.fragment import JointFragment
from rllib_algos.joint.replay import NEXT

DISCOUNT = "discount"  # key of gamma^k, which the value after a transition's k steps is worth


class FragmentStore:
    """Transitions of up to n steps, in the order in which they came.

    Step t of a fragment becomes: what was observed and done, the rewards of the k steps from it on,
    sum_i gamma^i R_{t+i}, and the observation after them; k is n, or less where the fragment ends.

    Args:
        steps: n.
        gamma: discount factor.
    """

    def __init__(self, steps: int, gamma: float) -> None:
        self._steps, self._gamma = steps, gamma
        self._transitions: list[dict[str, np.ndarray]] = []

    def __len__(self) -> int:
        """Number of transitions that have not been handed out."""
        return sum(len(part[DISCOUNT]) for part in self._transitions)

    def add(self, fragment: JointFragment) -> None:
        """Takes in a fragment."""
        if len(fragment):
            self._transitions.append(transitions(fragment, self._steps, self._gamma))

    def sample(self, size: int) -> dict[str, np.ndarray]:
        """Returns the next `size` transitions (all, if there are fewer) and forgets them.

        Keys are those of `JointReplay.sample` and "discount"; the first dimension is the batch.
        """
        if not self._transitions:
            raise ValueError("the store is empty; add fragments before sampling")
        names = self._transitions[0]
        joined = {name: np.concatenate([p[name] for p in self._transitions]) for name in names}
        rest = {name: values[size:] for name, values in joined.items()}
        self._transitions = [rest] if len(rest[DISCOUNT]) else []
        return {name: values[:size] for name, values in joined.items()}

    def get_state(self) -> dict[str, Any]:
        """Returns what `set_state` needs."""
        return {"transitions": list(self._transitions)}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Restores what `get_state` returned."""
        self._transitions = list(state["transitions"])


def transitions(fragment: JointFragment, steps: int, gamma: float) -> dict[str, np.ndarray]:
    """Returns the transitions of up to `steps` steps that begin at every step of a fragment.

    Args:
        fragment: of T steps.
        steps: n.
        gamma: discount factor.
    """
    length = len(fragment)
    count = np.minimum(steps, length - np.arange(length))  # (T,) k of every transition
    rewards = np.zeros_like(fragment.rewards)
    for i in range(min(steps, length)):
        rewards[: length - i] += gamma**i * fragment.rewards[i:]
    last = np.arange(length) + count  # (T,) where the value counts
    batch = {name: values[:-1] for name, values in fragment.observations.items()}
    batch |= {NEXT + name: values[last] for name, values in fragment.observations.items()}
    ended = fragment.terminated & (last == length)
    return {
        **batch,
        **fragment.actions,
        "rewards": rewards,
        "terminated": ended.astype(np.float32),
        DISCOUNT: (gamma**count).astype(np.float32),
    }
