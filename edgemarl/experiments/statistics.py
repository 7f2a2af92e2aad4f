"""Means with confidence intervals, and paired differences."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from edgemarl.core.validation import as_finite


@dataclass(frozen=True)
class Interval:
    """A sample mean and its confidence interval.

    ``low`` and ``high`` are None where the sample has one value only: no interval can be given.
    """

    mean: float
    low: float | None = None
    high: float | None = None

    @property
    def half_width(self) -> float | None:
        """Half the interval's length, None where there is no interval."""
        return None if self.high is None else self.high - self.mean

    def to_dict(self) -> dict[str, float | None]:
        """The three numbers by name, as they stand in JSON files."""
        return {"mean": self.mean, "low": self.low, "high": self.high}

    def scaled(self, factor: float) -> "Interval":
        """The interval of the values times a positive factor, for printing in another unit."""
        if self.low is None or self.high is None:
            return Interval(factor * self.mean)
        return Interval(factor * self.mean, factor * self.low, factor * self.high)


def mean_interval(values: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """The mean of independent values with its Student t interval.

    Args:
        values: (n,) independent draws of one quantity, n >= 1.
        confidence: probability that the interval covers the expectation, in (0, 1).

    Raises:
        ValueError: for no value at all, a value that is not finite, or a confidence outside (0, 1).

    >>> mean_interval([1.0, 2.0, 3.0, 4.0]).mean
    2.5
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence!r}")
    sample = as_finite("values", values)
    if sample.ndim != 1 or sample.size == 0:
        raise ValueError(f"values must be a list of at least one number, got shape {sample.shape}")
    mean = float(sample.mean())
    if sample.size == 1:
        return Interval(mean)
    standard_error = float(sample.std(ddof=1)) / np.sqrt(sample.size)
    half = float(stats.t.ppf((1 + confidence) / 2, df=sample.size - 1)) * standard_error
    return Interval(mean, mean - half, mean + half)


def paired_difference(
    values: ArrayLike, reference: ArrayLike, *, confidence: float = 0.95
) -> Interval:
    """The mean of ``values - reference`` with its interval, for draws made under equal conditions.

    Args:
        values: (n,) one number per unit.
        reference: (n,) the reference's number for the same units, in the same order.
        confidence: probability that the interval covers the expected difference.

    Raises:
        ValueError: where the two do not have one number for each unit.
    """
    first, second = as_finite("values", values), as_finite("reference", reference)
    if first.shape != second.shape:
        raise ValueError(
            f"values and reference must pair up, got {first.shape} and {second.shape} numbers"
        )
    return mean_interval(first - second, confidence=confidence)


def paired_bootstrap(
    values: ArrayLike,
    reference: ArrayLike,
    rng: np.random.Generator,
    *,
    confidence: float = 0.95,
    resamples: int = 9999,
) -> Interval:
    """The mean of ``values - reference`` with a percentile bootstrap interval over the pairs.

    It assumes no distribution, but knows only the pairs it is given: with fewer than about ten the
    interval is too short.

    Args:
        values: (n,) one number per unit.
        reference: (n,) the reference's number for the same units, in the same order.
        rng: draws the resamples.
        confidence: probability that the interval is to cover the expected difference.
        resamples: number of resamples.

    Raises:
        ValueError: where the two do not have one number for each unit.
    """
    plain = paired_difference(values, reference, confidence=confidence)
    difference = as_finite("values", values) - as_finite("reference", reference)
    if difference.size == 1:
        return plain
    found = stats.bootstrap(
        (difference,),
        np.mean,
        n_resamples=resamples,
        confidence_level=confidence,
        method="percentile",
        rng=rng,
    ).confidence_interval
    return Interval(plain.mean, float(found.low), float(found.high))
