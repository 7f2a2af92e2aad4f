"""Role ``qoe``: quality of experience as a sigmoid of latency, and as one of computing power."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from edgemarl.core.component import component
from edgemarl.core.draws import normal_range, positive_normal
from edgemarl.core.validation import check_nonnegative, check_positive
from edgemarl.solvers import LatencySigmoids, SigmoidFamily

Array = NDArray[np.float64]


class QoE(Protocol):
    """Draws each user's QoE parameters and maps latency to QoE.

    The sigmoid must rise with computing power and be convex, then concave in it, zero at zero.
    """

    @property
    def steepness_range(self) -> tuple[float, float]:
        """Range of the steepness [1/s]."""
        ...

    @property
    def midpoint_range(self) -> tuple[float, float]:
        """Range of the midpoint [s]."""
        ...

    def draw(self, num_users: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Steepness alpha [1/s] and midpoint beta [s] of every user, each (U,)."""
        ...

    def value(self, latency: Array, steepness: Array, midpoint: Array) -> Array:
        """QoE at a latency [s], which may be infinite; same shape."""
        ...

    def sigmoids(
        self, fixed_latency: Array, cycles: Array, steepness: Array, midpoint: Array
    ) -> SigmoidFamily:
        """QoE as a function of computing power p [cycles/s] at latency `fixed_latency + cycles/p`.

        Args:
            fixed_latency: latency that computing power does not change [s].
            cycles: eta V kappa, the effective size of the task [cycles].
            steepness: alpha [1/s].
            midpoint: beta [s].
        """
        ...


@dataclass(frozen=True, kw_only=True)
class _NormalParameters:
    """Normally distributed steepness and midpoint, truncated to stay positive (Table III)."""

    peak: float = 1.0  # [1] L, the greatest QoE (section VI.A)
    steepness_mean: float = 15.0  # [1/s] alpha ~ N(15, 4^2) / 1000 per ms, Table III
    steepness_std: float = 4.0  # [1/s]
    midpoint_mean: float = 0.350  # [s] beta ~ N(350, 10^2) ms, Fig. 6
    midpoint_std: float = 0.010  # [s]

    def __post_init__(self) -> None:
        """Check every quantity."""
        for name in ("peak", "steepness_mean", "midpoint_mean"):
            check_positive(name, getattr(self, name))
        for name in ("steepness_std", "midpoint_std"):
            check_nonnegative(name, getattr(self, name))

    @property
    def steepness_range(self) -> tuple[float, float]:
        """Range of the steepness [1/s]."""
        return normal_range(self.steepness_mean, self.steepness_std)

    @property
    def midpoint_range(self) -> tuple[float, float]:
        """Range of the midpoint [s]."""
        return normal_range(self.midpoint_mean, self.midpoint_std)

    def draw(self, num_users: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Steepness alpha [1/s] and midpoint beta [s] of every user, each (U,)."""
        return (
            positive_normal(self.steepness_mean, self.steepness_std, num_users, rng),
            positive_normal(self.midpoint_mean, self.midpoint_std, num_users, rng),
        )


@component("qoe", "logistic")
@dataclass(frozen=True, kw_only=True)
class LogisticQoE(_NormalParameters):
    """L / (1 + exp(alpha (D - beta))), Eq. (11); allocated by the compiled solver."""

    def value(self, latency: Array, steepness: Array, midpoint: Array) -> Array:
        """QoE at a latency [s], Eq. (11)."""
        return self.peak * expit(steepness * (midpoint - latency))

    def sigmoids(
        self, fixed_latency: Array, cycles: Array, steepness: Array, midpoint: Array
    ) -> LatencySigmoids:
        """L logistic(k - a/p), k = alpha (beta - fixed latency), a = alpha cycles, Eq. (17)."""
        return LatencySigmoids(
            peak=np.full(np.shape(fixed_latency), self.peak),
            offset=steepness * (midpoint - fixed_latency),
            scale=steepness * cycles,
        )


@component("qoe", "log_logistic")
@dataclass(frozen=True, kw_only=True)
class LogLogisticQoE(_NormalParameters):
    """L / (1 + (D / beta)^(alpha beta)): falls with the ratio of latency to the midpoint.

    Its value and slope at the midpoint are those of the logistic form; its tail is heavier, as
    opinion scores that fall with the logarithm of latency. Allocated by the general solver.
    """

    def value(self, latency: Array, steepness: Array, midpoint: Array) -> Array:
        """QoE at a latency [s]."""
        with np.errstate(divide="ignore"):
            return self.peak * expit(-steepness * midpoint * np.log(latency / midpoint))

    def sigmoids(
        self, fixed_latency: Array, cycles: Array, steepness: Array, midpoint: Array
    ) -> "LogLogisticSigmoids":
        """The same with D = fixed latency + cycles / p."""
        return LogLogisticSigmoids(
            peak=self.peak,
            fixed_latency=fixed_latency,
            cycles=cycles,
            exponent=steepness * midpoint,
            midpoint=midpoint,
        )


@dataclass(frozen=True, kw_only=True)
class LogLogisticSigmoids:
    """L / (1 + ((m + C/p) / beta)^s) as a family of sigmoids of computing power p."""

    peak: float  # [1] L
    fixed_latency: Array  # (n,) [s] m
    cycles: Array  # (n,) [cycles] C
    exponent: Array  # (n,) [1] s
    midpoint: Array  # (n,) [s] beta

    def __len__(self) -> int:
        """Number of functions."""
        return len(self.cycles)

    def take(self, index: NDArray[np.int64]) -> "LogLogisticSigmoids":
        """The functions at some indices."""
        return LogLogisticSigmoids(
            peak=self.peak,
            fixed_latency=self.fixed_latency[index],
            cycles=self.cycles[index],
            exponent=self.exponent[index],
            midpoint=self.midpoint[index],
        )

    def value(self, power: Array) -> Array:
        """f(p), (n,); zero where p is zero."""
        with np.errstate(divide="ignore"):
            latency = self.fixed_latency + self.cycles / power
            return self.peak * expit(-self.exponent * np.log(latency / self.midpoint))

    def derivative(self, power: Array) -> Array:
        """f'(p) [1/(cycles/s)], (n,); zero where p is zero."""
        positive = np.maximum(power, np.finfo(float).tiny ** 0.25)
        return np.where(power > 0, np.exp(self._log_derivative(positive)), 0.0)

    @property
    def inflection(self) -> Array:
        """Where f' is greatest, (n,) [cycles/s]; found by ternary search on log p."""
        size = np.log(self.cycles / self.midpoint)
        low, high = size - 20.0, size + 20.0
        for _ in range(120):
            third = (high - low) / 3
            rising = self._log_derivative(np.exp(low + third)) < self._log_derivative(
                np.exp(high - third)
            )
            low, high = np.where(rising, low + third, low), np.where(rising, high, high - third)
        return np.exp((low + high) / 2)

    def _log_derivative(self, power: Array) -> Array:
        latency = self.fixed_latency + self.cycles / power
        odds = self.exponent * np.log(latency / self.midpoint)
        logistic_pair = -np.logaddexp(0, odds) - np.logaddexp(0, -odds)  # log of s (1 - s)
        slope = np.log(self.exponent * self.cycles / latency) - 2 * np.log(power)
        return np.log(self.peak) + logistic_pair + slope
