"""Where to split a box."""

import numpy as np

from edgemarl.solvers.general.envelope import BoxEnvelope

_LEAST_PART = 0.05  # of an interval's length, for either side of a split


def where_to_branch(
    envelope: BoxEnvelope, y: np.ndarray | None, negligible: float
) -> tuple[int, float] | None:
    """The function with the largest gap at a point, and where to split its interval.

    Splitting at the inflection makes one side exact and the other a chord, so that comes first;
    then the point itself, kept off the ends. Where there is no point, or no gap at it that would
    explain a loose bound, the widest gaps anywhere decide.

    Args:
        envelope: Of the box.
        y: (n,) point of the relaxation, None if there is none.
        negligible: Sum of gaps that need no branching.

    Returns:
        Index and point; None if all functions are as good as concave on the box.
    """
    middle = 0.5 * (envelope.low + envelope.corner)
    for point in (middle,) if y is None else (y, middle):
        gaps = envelope.gaps(point)
        if gaps.sum() > negligible:
            return _split(envelope, int(np.argmax(gaps)), point)
    return None


def _split(envelope: BoxEnvelope, i: int, point: np.ndarray) -> tuple[int, float] | None:
    """Where to split the interval of one function."""
    low, high = float(envelope.low[i]), float(envelope.high[i])
    inflection = float(envelope.family.inflection[i])
    if low < inflection < high:
        return i, inflection
    margin = _LEAST_PART * (high - low)
    at = min(max(float(point[i]), low + margin), high - margin)
    return (i, at) if low < at < high else None
