"""A ring of joint transitions that keeps every observation once."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rllib_algos.joint.fragment import JointFragment
from rllib_algos.joint.layout import Field

NEXT = "next_"  # prefix of the fields of the next observation in a sample


class JointReplay:
    """Uniform replay. The next observation of a step is the observation of the next slot.

    A fragment of T steps takes T + 1 slots: the last holds only the observation after the last
    step, so that a transition never reaches into another episode.

    Args:
        capacity: number of slots (joint observations).
        observations: fields of a joint observation.
        actions: fields of a joint action.
        num_agents: number of rewards per step.
        rng: draws the samples.
        notes: fields of what fragments note beside the steps and is kept.
    """

    def __init__(
        self,
        capacity: int,
        observations: Mapping[str, Field],
        actions: Mapping[str, Field],
        num_agents: int,
        rng: np.random.Generator,
        notes: Mapping[str, Field] | None = None,
    ) -> None:
        if capacity < 2:
            raise ValueError(f"replay capacity must be at least 2, got {capacity}")
        self.capacity = capacity
        self._rng = rng
        self._observation_names = tuple(observations)
        self._note_names = tuple(notes or {})
        fields = {**observations, **actions, "rewards": Field((num_agents,), "float32")}
        fields |= {"terminated": Field((), "float32"), **(notes or {})}
        self._data = {
            name: np.zeros((capacity, *field.shape), field.dtype) for name, field in fields.items()
        }
        self._next_slot = 0  # where the next observation goes
        self._wrapped = False  # whether every slot has been filled once
        self._slots = np.zeros(capacity, np.int64)  # of transitions, a ring from first to last
        self._first = 0
        self._last = 0

    def __len__(self) -> int:
        """Number of transitions that can be sampled."""
        return self._last - self._first

    @property
    def nbytes(self) -> int:
        """Memory that the ring takes [byte]."""
        return sum(array.nbytes for array in self._data.values()) + self._slots.nbytes

    def add(self, fragment: JointFragment) -> None:
        """Stores a fragment; the oldest transitions make room. Too long a one loses its start."""
        steps = min(len(fragment), self.capacity - 1)
        if steps == 0:
            return
        slots = (self._next_slot + np.arange(steps + 1)) % self.capacity
        self._forget(slots)
        for name, values in fragment.observations.items():
            self._data[name][slots] = values[-steps - 1 :]
        for name, values in fragment.actions.items():
            self._data[name][slots[:-1]] = values[-steps:]
        for name in self._note_names:
            self._data[name][slots[:-1]] = fragment.notes[name][-steps:]
        self._data["rewards"][slots[:-1]] = fragment.rewards[-steps:]
        self._data["terminated"][slots[:-1]] = 0.0
        self._data["terminated"][slots[-2]] = float(fragment.terminated)
        self._slots[(self._last + np.arange(steps)) % self.capacity] = slots[:-1]
        self._last += steps
        self._wrapped |= self._next_slot + steps + 1 >= self.capacity
        self._next_slot = int(slots[-1] + 1) % self.capacity

    def sample(self, size: int) -> dict[str, np.ndarray]:
        """Returns `size` transitions drawn uniformly with replacement.

        Keys are the fields, notes included, "rewards", "terminated" and, prefixed with "next_", the
        fields of the next observation; the first dimension is the batch.
        """
        if len(self) == 0:
            raise ValueError("the replay is empty; add fragments before sampling")
        picks = self._rng.integers(self._first, self._last, size)
        slots = self._slots[picks % self.capacity]
        batch = {name: values[slots] for name, values in self._data.items()}
        following = (slots + 1) % self.capacity
        for name in self._observation_names:
            batch[NEXT + name] = self._data[name][following]
        return batch

    def get_state(self) -> dict[str, Any]:
        """Returns everything that `set_state` needs to continue exactly."""
        used = self.capacity if self._wrapped else self._next_slot
        return {
            "capacity": self.capacity,
            "data": {name: values[:used].copy() for name, values in self._data.items()},
            "slots": self._slots.copy(),
            "counters": (self._next_slot, self._first, self._last),
            "wrapped": self._wrapped,
            "rng": self._rng.bit_generator.state,
        }

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Restores what `get_state` returned; raises ValueError if it does not fit."""
        restore_arrays(self._data, self.capacity, state)
        self._slots[:] = state["slots"]
        self._next_slot, self._first, self._last = state["counters"]
        self._wrapped = state["wrapped"]
        self._rng.bit_generator.state = state["rng"]

    def _forget(self, slots: np.ndarray) -> None:
        # Slots are reused in the order in which they were filled, so it suffices to look at the
        # oldest transitions.
        taken = np.zeros(self.capacity, bool)
        taken[slots] = True
        while self._first < self._last and taken[self._slots[self._first % self.capacity]]:
            self._first += 1


def restore_arrays(
    arrays: Mapping[str, np.ndarray], capacity: int, state: Mapping[str, Any]
) -> None:
    """Fills the beginning of a replay's arrays with what its checkpoint holds.

    Args:
        arrays: of the replay, (capacity, ...) by field.
        capacity: of the replay.
        state: "capacity" and "data" as the replay's `get_state` wrote them.

    Raises:
        ValueError: they do not fit.
    """
    if state["capacity"] != capacity:
        raise ValueError(
            f"replay_capacity is {capacity}, but the checkpoint was written with "
            f"{state['capacity']}; set replay_capacity to that"
        )
    for name, values in arrays.items():
        stored = state["data"].get(name)
        if stored is None or stored.shape[1:] != values.shape[1:]:
            shape = None if stored is None else stored.shape[1:]
            raise ValueError(
                f"replay field {name!r} has shape {values.shape[1:]}, the checkpoint has "
                f"{shape}; it was written for another environment or action_relaxation"
            )
        values[: len(stored)] = stored
