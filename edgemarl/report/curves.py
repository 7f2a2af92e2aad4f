"""Learning curves of several runs as one, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.experiments.statistics import mean_interval

Array = NDArray[np.float64]
Rows = Sequence[dict[str, float]]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A measure over the slots of training, (N,) each.

    Attributes:
        slots: slots of training.
        mean: over the runs that reach a slot.
        low: lower end of the 95 % interval over these runs; NaN where there is one only.
        high: its upper end.
        runs: how many reach the slot.
    """

    slots: Array
    mean: Array
    low: Array
    high: Array
    runs: NDArray[np.int64]


def points(rows: Rows, measure: str) -> tuple[Array, Array]:
    """Slots and values (N,) of the rows of a run that have a measure."""
    found = [(row["slots"], row[measure]) for row in rows if measure in row]
    slots, values = np.array(found, dtype=float).reshape(-1, 2).T
    return slots, values


def mean_curve(runs: Sequence[Rows], measure: str) -> Curve | None:
    """The mean over runs; None where no run has the measure.

    Where runs were measured after different numbers of slots, their values are interpolated to the
    slots of the run with the fewest, never beyond a run's own first and last.
    """
    measured = [found for rows in runs if len((found := points(rows, measure))[0])]
    if not measured:
        return None
    grid = np.unique(np.concatenate([_coarsest(measured), *_ends(measured)]))
    values = np.array([_at(grid, *found) for found in measured])
    intervals = [mean_interval(column[~np.isnan(column)]) for column in values.T]
    low, high = (
        np.array([np.nan if end is None else end for end in ends])
        for ends in ([i.low for i in intervals], [i.high for i in intervals])
    )
    return Curve(
        slots=grid,
        mean=np.array([interval.mean for interval in intervals]),
        low=low,
        high=high,
        runs=np.count_nonzero(~np.isnan(values), axis=0),
    )


def _coarsest(measured: Sequence[tuple[Array, Array]]) -> Array:
    return min((slots for slots, _ in measured), key=len)


def _ends(measured: Sequence[tuple[Array, Array]]) -> list[Array]:
    """The last slot of every run, so that the longest is shown to its end."""
    return [slots[-1:] for slots, _ in measured]


def _at(grid: Array, slots: Array, values: Array) -> Array:
    return np.interp(grid, slots, values, left=np.nan, right=np.nan)
