"""What copies are reset with, and what a step of many copies returns."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Seeds = Sequence[int | None] | NDArray[np.integer[Any]]  # of every copy
Infos = Mapping[str, NDArray[Any]]
VectorStep = tuple[
    NDArray[Any],  # rewards, (E, N) float64
    NDArray[Any],  # terminations, (E,) bool
    NDArray[Any],  # truncations, (E,) bool
    Infos,
]
