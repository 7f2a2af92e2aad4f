"""Role ``tasks``: what each device has to compute, drawn once for a scenario."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.component import component
from edgemarl.core.draws import uniform
from edgemarl.core.validation import check_number, check_positive, check_range

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class TaskSizes:
    """The task U_i = (F_i, D_i) of every device."""

    volume: Array  # (N,) [bit] D
    cycles: Array  # (N,) [cycles] F


class Tasks(Protocol):
    """Draws the tasks of a scenario's devices."""

    def draw(self, num_devices: int, rng: np.random.Generator) -> TaskSizes:
        """The tasks, which stay the same in all slots."""
        ...


@component("mec.tasks", "equal")
@dataclass(frozen=True, kw_only=True)
class EqualTasks:
    """The same task for every device (the paper)."""

    volume: float = 8e5  # [bit] D, 100 kB, Table I
    cycles: float = 1e9  # [cycles] F, Table I

    def __post_init__(self) -> None:
        """Check that both are positive numbers."""
        for name in ("volume", "cycles"):
            check_number(name, getattr(self, name))
            check_positive(name, getattr(self, name))

    def draw(self, num_devices: int, rng: np.random.Generator) -> TaskSizes:
        """Equal tasks."""
        return TaskSizes(
            volume=np.full(num_devices, float(self.volume)),
            cycles=np.full(num_devices, float(self.cycles)),
        )


@component("mec.tasks", "uniform")
@dataclass(frozen=True, kw_only=True)
class UniformTasks:
    """Tasks of uniform volume and cycles."""

    volume: tuple[float, float] = (4e5, 1.2e6)  # [bit] D, 50 to 150 kB
    cycles: tuple[float, float] = (0.5e9, 1.5e9)  # [cycles] F

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in ("volume", "cycles"):
            check_range(name, getattr(self, name))

    def draw(self, num_devices: int, rng: np.random.Generator) -> TaskSizes:
        """Independent uniform draws for every device."""
        return TaskSizes(
            volume=uniform(self.volume, num_devices, rng),
            cycles=uniform(self.cycles, num_devices, rng),
        )
