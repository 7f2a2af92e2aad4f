"""What a step of many copies returns."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

Infos = Mapping[str, NDArray[Any]]
VectorStep = tuple[
    NDArray[Any],  # rewards, (E, N) float64
    NDArray[Any],  # terminations, (E,) bool
    NDArray[Any],  # truncations, (E,) bool
    Infos,
]
