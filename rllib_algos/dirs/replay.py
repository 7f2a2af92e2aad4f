"""A ring of slots with their best known assignments, sampled by priority: Eq. (15)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rllib_algos.joint.fragment import JointFragment
from rllib_algos.joint.layout import Field
from rllib_algos.joint.replay import restore_arrays

TARGET = "target"  # field and note: (N,) the assignment to learn, UNREFINED where there is none
DEMONSTRATION = "demonstration"  # field: 1 for an expert's assignment, 0 for a refined one
UNREFINED = -2

_CHANGE, _LOSS = "change", "loss"  # |Delta delta| and delta of every slot


class PrioritizedReplay:
    """Keeps observations and assignments; the newest replace the oldest, demonstrations included.

    A slot is drawn with probability w^tau / sum w^tau, w = |Delta delta| + epsilon, Eq. (15).
    Delta delta is by how much the slot's loss, the mean over agents and devices, has changed since
    it was drawn before; from 0 when it is drawn first. A slot that has never been drawn counts as
    much as the one whose loss has changed most.

    Args:
        capacity: number of slots.
        observations: fields of a joint observation.
        num_devices: length of an assignment, N.
        exponent: tau.
        epsilons: of refined assignments and of demonstrations.
        rng: draws the samples.
    """

    def __init__(
        self,
        capacity: int,
        observations: Mapping[str, Field],
        num_devices: int,
        exponent: float,
        epsilons: tuple[float, float],
        rng: np.random.Generator,
    ) -> None:
        self.capacity = capacity
        self._exponent, self._epsilons, self._rng = exponent, np.array(epsilons), rng
        fields = {**observations, TARGET: Field((num_devices,), "int32")}
        fields |= dict.fromkeys((DEMONSTRATION, _CHANGE, _LOSS), Field((), "float32"))
        self._data = {
            name: np.zeros((capacity, *field.shape), field.dtype) for name, field in fields.items()
        }
        self._added = 0  # slots ever added

    def __len__(self) -> int:
        """Number of slots that can be sampled."""
        return min(self._added, self.capacity)

    def add(self, fragment: JointFragment) -> None:
        """Stores the refined steps of a fragment."""
        targets = fragment.notes[TARGET]
        refined = targets[:, 0] != UNREFINED
        fields = {name: values[:-1][refined] for name, values in fragment.observations.items()}
        self._store(fields, targets[refined], 0.0)

    def add_demonstrations(self, fields: Mapping[str, np.ndarray], targets: np.ndarray) -> None:
        """Stores an expert's assignments.

        Args:
            fields: K joint observations.
            targets: (K, N).
        """
        self._store(fields, targets, 1.0)

    def probabilities(self) -> np.ndarray:
        """Returns with which probability each slot is drawn, Eq. (15)."""
        size = len(self)
        epsilon = self._epsilons[self._data[DEMONSTRATION][:size].astype(int)]
        weight = (self._data[_CHANGE][:size] + epsilon) ** self._exponent
        return weight / weight.sum()

    def sample(self, size: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Returns `size` slots drawn with replacement, and where they are: for `update`."""
        if len(self) == 0:
            raise ValueError("the replay is empty; add fragments before sampling")
        slots = self._rng.choice(len(self), size, p=self.probabilities())
        kept = (name for name in self._data if name not in (_CHANGE, _LOSS))
        return {name: self._data[name][slots] for name in kept}, slots

    def update(self, slots: np.ndarray, losses: np.ndarray) -> None:
        """Takes note of the losses of drawn slots; of a slot drawn repeatedly the last counts.

        Args:
            slots: (K,) where they are.
            losses: (K,) mean over agents and devices.
        """
        before = self._data[_LOSS][slots]
        self._data[_CHANGE][slots] = np.abs(losses - before)
        self._data[_LOSS][slots] = losses

    def get_state(self) -> dict[str, Any]:
        """Returns everything that `set_state` needs to continue exactly."""
        return {
            "capacity": self.capacity,
            "data": {name: values[: len(self)].copy() for name, values in self._data.items()},
            "added": self._added,
            "rng": self._rng.bit_generator.state,
        }

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Restores what `get_state` returned; raises ValueError if it does not fit."""
        restore_arrays(self._data, self.capacity, state)
        self._added = state["added"]
        self._rng.bit_generator.state = state["rng"]

    def _store(self, fields: Mapping[str, np.ndarray], targets: np.ndarray, kind: float) -> None:
        largest = self._data[_CHANGE][: len(self)].max() if len(self) else 1.0
        count = min(len(targets), self.capacity)
        slots = (self._added + np.arange(len(targets))[-count:]) % self.capacity
        for name, values in fields.items():
            self._data[name][slots] = values[-count:]
        self._data[TARGET][slots] = targets[-count:]
        self._data[DEMONSTRATION][slots] = kind
        self._data[_CHANGE][slots] = largest
        self._data[_LOSS][slots] = 0.0
        self._added += len(targets)
