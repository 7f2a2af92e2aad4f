"""A numeric check that functions are what they say: convex, then concave, with that derivative."""

import numpy as np

from edgemarl.solvers.result import NEGLIGIBLE
from edgemarl.solvers.sigmoid import SigmoidFamily

_SAMPLES = 24  # of each part
_ROUNDING = 1e-9  # share of the largest value and slope that is taken for rounding


def check_sigmoidal(
    family: SigmoidFamily, lower: np.ndarray | float, upper: np.ndarray | float
) -> None:
    """Refuse functions that are not convex left and concave right of their inflections.

    Sampled points a < b of one part must satisfy what convexity says of value and derivative: the
    rise of the value from a to b lies between the rises that the slopes at a and b promise. That
    holds for every right family whatever its shape, so that none is refused.

    Args:
        family: n functions.
        lower: (n,) or one number, left ends of the intervals, finite.
        upper: (n,) or one number, right ends.

    Raises:
        ValueError: Naming the first function and point where something is wrong.
    """
    size = len(family)
    low = np.broadcast_to(np.asarray(lower, dtype=np.float64), (size,))
    high = np.broadcast_to(np.asarray(upper, dtype=np.float64), (size,))
    inflection = np.asarray(family.inflection, dtype=np.float64)
    if inflection.shape != (size,):
        raise ValueError(f"family.inflection must have shape ({size},), got {inflection.shape}")
    _refuse("family.inflection is nan", np.isnan(inflection)[None], inflection[None])
    turn = np.clip(inflection, low, high)
    for convex, start, end in ((True, low, turn), (False, turn, high)):
        points = start + _fractions()[:, None] * (end - start)
        points = np.clip(points, start, end)
        points[-1] = end
        _check_part(family, points, convex)


def _fractions() -> np.ndarray:
    """Evenly spaced fractions of an interval, and some that close in on its ends."""
    near = 2.0 ** -np.arange(5.0, 30.0, 5.0)
    return np.sort(np.concatenate([np.linspace(0.0, 1.0, _SAMPLES), near, 1.0 - near]))


def _check_part(family: SigmoidFamily, points: np.ndarray, convex: bool) -> None:
    """Check samples (samples, n) of the convex or the concave part."""
    size = len(family)
    values = _evaluate("family.value", family.value, points, size)
    slopes = _evaluate("family.derivative", family.derivative, points, size)
    sign = 1.0 if convex else -1.0
    if convex:  # the slope at the end belongs to the other part, where it may be steeper
        values, slopes, points = values[:-1], slopes[:-1], points[:-1]
    where = points[1:]
    steepest = np.abs(slopes).max(axis=0, initial=0.0)
    step = np.diff(points, axis=0)
    rounding = _ROUNDING * (np.abs(values).max(axis=0, initial=0.0) + steepest * step) + NEGLIGIBLE
    turns = sign * np.diff(slopes, axis=0) < -_ROUNDING * steepest - NEGLIGIBLE
    part = "convex left" if convex else "concave right"
    trend = "falls" if convex else "rises"
    _refuse(
        f"family must be {part} of its inflection, but its slope {trend} there; "
        "correct family.inflection or the function",
        turns,
        where,
    )
    rise = np.diff(values, axis=0)
    least, most = np.sort(np.stack([slopes[:-1] * step, slopes[1:] * step]), axis=0)
    _refuse(
        "family.derivative contradicts family.value",
        (rise < least - rounding) | (rise > most + rounding),
        where,
    )


def _evaluate(name: str, function, points: np.ndarray, size: int) -> np.ndarray:
    """The function at all samples; (samples, n)."""
    rows = [np.asarray(function(point), dtype=np.float64) for point in points]
    if rows and rows[0].shape != (size,):
        raise ValueError(
            f"{name} must return shape ({size},), one number per function, got {rows[0].shape}"
        )
    values = np.array(rows).reshape(len(points), size)
    _refuse(f"{name} must be finite, got nan or inf", ~np.isfinite(values), points)
    return values


def _refuse(message: str, wrong: np.ndarray, points: np.ndarray) -> None:
    """Raise for the first function with a wrong sample (samples, n)."""
    if wrong.any():
        i = int(np.flatnonzero(wrong.any(axis=0))[0])
        at = points[int(np.flatnonzero(wrong[:, i])[0]), i]
        raise ValueError(f"{message} (function {i} near {at:.6g})")
