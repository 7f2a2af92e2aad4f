"""Ready-made families of sigmoids of any real variable."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import expit, ndtr

from edgemarl.solvers.validation import broadcast_columns, check_values

NON_NEGATIVE: Mapping[str, Any] = {"least": 0.0}
POSITIVE: Mapping[str, Any] = {"least": 0.0, "exclusive": True}
FINITE: Mapping[str, Any] = {}


class _Columns:
    """Functions whose parameters are columns: one number, or one for each function.

    Attributes:
        ranges: what :func:`check_values` is told about each parameter, in their order.
    """

    ranges: ClassVar[Mapping[str, Mapping[str, Any]]]

    def __post_init__(self) -> None:
        broadcast_columns(self, *self.ranges)
        for name, column in zip(self.ranges, self._columns, strict=True):
            check_values(name, column, **self.ranges[name])

    def __len__(self) -> int:
        """Number of functions."""
        return len(self._columns[0])

    def take(self, index: np.ndarray) -> Self:
        """The functions at some indices."""
        return type(self)(*(column[index] for column in self._columns))

    @property
    def _columns(self) -> list[np.ndarray]:
        return [getattr(self, name) for name in self.ranges]


@dataclass(frozen=True, eq=False)
class Logistic(_Columns):
    """base + height / (1 + exp(-steepness (x - midpoint))), of any real x.

    Attributes:
        height: Non-negative; all attributes are one number or (n,).
        steepness: Positive, per unit of x.
        midpoint: The inflection.
        base: Value far left.

    Raises:
        ValueError: A parameter is out of its range or not finite, or shapes do not broadcast.
    """

    height: np.ndarray
    steepness: np.ndarray
    midpoint: np.ndarray
    base: np.ndarray | float = 0.0

    ranges: ClassVar = {
        "height": NON_NEGATIVE,
        "steepness": POSITIVE,
        "midpoint": FINITE,
        "base": FINITE,
    }

    @property
    def inflection(self) -> np.ndarray:
        """(n,) the midpoints."""
        return self.midpoint

    def value(self, p: np.ndarray) -> np.ndarray:
        """(n,) each function at its own x."""
        return self.base + self.height * expit(self.steepness * (p - self.midpoint))

    def derivative(self, p: np.ndarray) -> np.ndarray:
        """(n,) height * steepness * s (1 - s) with s the logistic function."""
        z = self.steepness * (p - self.midpoint)
        return self.height * self.steepness * expit(z) * expit(-z)


@dataclass(frozen=True, eq=False)
class Hill(_Columns):
    """height x^exponent / (half^exponent + x^exponent) for x > 0, and 0 for x <= 0.

    Dose response with cooperative binding; the inflection is half ((e - 1) / (e + 1))^(1 / e).

    Attributes:
        height: Value far right, non-negative; all attributes are one number or (n,).
        half: Where half the height is reached, positive.
        exponent: e, at least 1.

    Raises:
        ValueError: A parameter is out of its range or not finite, or shapes do not broadcast.
    """

    height: np.ndarray
    half: np.ndarray
    exponent: np.ndarray

    ranges: ClassVar = {"height": NON_NEGATIVE, "half": POSITIVE, "exponent": {"least": 1.0}}

    @property
    def inflection(self) -> np.ndarray:
        """(n,) where each function turns from convex to concave; 0 for exponent 1."""
        e = self.exponent
        return self.half * ((e - 1.0) / (e + 1.0)) ** (1.0 / e)

    def value(self, p: np.ndarray) -> np.ndarray:
        """(n,) each function at its own x."""
        return self.height * self._share(p)

    def derivative(self, p: np.ndarray) -> np.ndarray:
        """(n,) height e s (1 - s) / x with s the share of the height; one-sided at 0."""
        p = np.asarray(p, dtype=np.float64)
        share = self._share(p)
        at_zero = np.where(self.exponent == 1.0, self.height / self.half, 0.0)
        slope = self.height * self.exponent * share * (1.0 - share) / np.where(p > 0.0, p, 1.0)
        return np.where(p > 0.0, slope, np.where(p == 0.0, at_zero, 0.0))

    def _share(self, p: np.ndarray) -> np.ndarray:
        """(n,) logistic(e ln(x / half)), 0 for x <= 0."""
        p = np.asarray(p, dtype=np.float64)
        log = np.log(np.where(p > 0.0, p, self.half)) - np.log(self.half)
        return np.where(p > 0.0, expit(self.exponent * log), 0.0)


@dataclass(frozen=True, eq=False)
class NormalCDF(_Columns):
    """height Phi((x - mean) / std) with Phi the standard normal distribution function.

    The chance that a normal threshold is met, of any real x.

    Attributes:
        height: Non-negative; all attributes are one number or (n,).
        mean: The inflection.
        std: Positive, in the unit of x.

    Raises:
        ValueError: A parameter is out of its range or not finite, or shapes do not broadcast.
    """

    height: np.ndarray
    mean: np.ndarray
    std: np.ndarray

    ranges: ClassVar = {"height": NON_NEGATIVE, "mean": FINITE, "std": POSITIVE}

    @property
    def inflection(self) -> np.ndarray:
        """(n,) the means."""
        return self.mean

    def value(self, p: np.ndarray) -> np.ndarray:
        """(n,) each function at its own x."""
        return self.height * ndtr((p - self.mean) / self.std)

    def derivative(self, p: np.ndarray) -> np.ndarray:
        """(n,) the scaled normal density."""
        z = (p - self.mean) / self.std
        return self.height / (self.std * np.sqrt(2.0 * np.pi)) * np.exp(-0.5 * z * z)
