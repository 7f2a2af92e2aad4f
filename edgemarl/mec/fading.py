"""Role ``fading``: the small-scale fading factor of a channel, 1 on average."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.compiled import compiled
from edgemarl.core.component import component
from edgemarl.core.validation import check_nonnegative

Array = NDArray[np.float64]


class Fading(Protocol):
    """Draws the fading factors l of Eq. (3), of mean 1, anew in every slot."""

    def draw(self, size: tuple[int, ...], rng: np.random.Generator) -> Array:
        """Independent positive factors of a shape [1]."""
        ...


@component("mec.fading", "none")
@dataclass(frozen=True, kw_only=True)
class NoFading:
    """No fading: the distance alone decides."""

    def draw(self, size: tuple[int, ...], rng: np.random.Generator) -> Array:
        """Ones."""
        return np.ones(size)


@component("mec.fading", "rayleigh")
@dataclass(frozen=True, kw_only=True)
class Rayleigh:
    """Scattered paths only: the power of a complex normal number, exponential of mean 1."""

    def draw(self, size: tuple[int, ...], rng: np.random.Generator) -> Array:
        """Exponential factors."""
        return rng.standard_exponential(size)


@component("mec.fading", "rician")
@dataclass(frozen=True, kw_only=True)
class Rician:
    """A line of sight and scattered paths; without a line of sight it is Rayleigh fading."""

    factor: float = 25.0  # [1] K: power of the line of sight over that of the scattered paths

    def __post_init__(self) -> None:
        """Check the factor."""
        check_nonnegative("factor", self.factor)

    def draw(self, size: tuple[int, ...], rng: np.random.Generator) -> Array:
        """Factors |sqrt(K / (K + 1)) + n|^2 with a complex normal n of power 1 / (K + 1)."""
        return self.power(rng.standard_normal((1, 2, *size)))[0]

    def power(self, normals: Array) -> Array:
        """The factors (K, ...) of standard normal draws (K, 2, ...), K times what `draw` draws."""
        scattered = 1.0 / (self.factor + 1.0)
        line, spread = np.sqrt(1.0 - scattered), np.sqrt(scattered / 2)
        count, _, *size = normals.shape
        return squared_length(normals.reshape(count, 2, -1), line, spread).reshape(count, *size)


@compiled
def squared_length(normals, line, spread):
    """|line + spread n|^2 of complex n, whose parts are normals (K, 2, L); shape (K, L)."""
    count, _, length = normals.shape
    found = np.empty((count, length))
    for k in range(count):
        for i in range(length):
            real, imaginary = line + spread * normals[k, 0, i], spread * normals[k, 1, i]
            found[k, i] = real * real + imaginary * imaginary
    return found
