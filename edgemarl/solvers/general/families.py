"""Ready-made families of sigmoids of any real variable."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtr

from edgemarl.solvers.validation import broadcast_columns, check_values


@dataclass(frozen=True, eq=False)
class Logistic:
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

    def __post_init__(self) -> None:
        broadcast_columns(self, "height", "steepness", "midpoint", "base")
        check_values("height", self.height, least=0.0)
        check_values("steepness", self.steepness, least=0.0, exclusive=True)
        check_values("midpoint", self.midpoint)
        check_values("base", np.asarray(self.base))

    def __len__(self) -> int:
        """Number of functions."""
        return len(self.height)

    def take(self, index: np.ndarray) -> "Logistic":
        """The functions at some indices."""
        parts = (self.height, self.steepness, self.midpoint, np.asarray(self.base))
        return Logistic(*(part[index] for part in parts))

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
class Hill:
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

    def __post_init__(self) -> None:
        broadcast_columns(self, "height", "half", "exponent")
        check_values("height", self.height, least=0.0)
        check_values("half", self.half, least=0.0, exclusive=True)
        check_values("exponent", self.exponent, least=1.0)

    def __len__(self) -> int:
        """Number of functions."""
        return len(self.height)

    def take(self, index: np.ndarray) -> "Hill":
        """The functions at some indices."""
        return Hill(*(part[index] for part in (self.height, self.half, self.exponent)))

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
class NormalCDF:
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

    def __post_init__(self) -> None:
        broadcast_columns(self, "height", "mean", "std")
        check_values("height", self.height, least=0.0)
        check_values("mean", self.mean)
        check_values("std", self.std, least=0.0, exclusive=True)

    def __len__(self) -> int:
        """Number of functions."""
        return len(self.height)

    def take(self, index: np.ndarray) -> "NormalCDF":
        """The functions at some indices."""
        return NormalCDF(*(part[index] for part in (self.height, self.mean, self.std)))

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
