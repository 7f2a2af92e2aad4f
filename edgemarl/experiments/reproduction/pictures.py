"""The figure of a study: a panel for each measure, with the bound and the near-optimal value."""

import functools
import math
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.system import DECISION_TIME, Measure
from edgemarl.experiments.plots import BOUND_COLOR
from edgemarl.experiments.reproduction.study import Point
from edgemarl.experiments.reproduction.summary import Entry, Summary

FORMATS = ("png", "svg")
COLUMNS = 3  # of panels
PANEL = (4.2, 3.1)  # [inch] width and height
LABEL = 16  # letters of a category's name in a line
COLORS = (*(f"C{k}" for k in range(10)), "navy", "darkgreen", "maroon")
SPREAD = 0.6  # of the methods side by side at a category, as a share of the way to the next


def draw(summary: Summary, stem: Path) -> list[Path]:
    """Draw a study's figure; returns the files: `stem` with an ending for each format."""
    from matplotlib.figure import Figure

    study = summary.study
    groups = [[point] for point in summary.points] if study.kind == "curves" else [summary.points]
    columns = min(COLUMNS, len(study.measures))
    rows = math.ceil(len(study.measures) / columns)
    down, across = (len(groups), 1) if columns > 1 else (1, len(groups))
    wide = max(columns * across, 2)
    size = (PANEL[0] * wide, PANEL[1] * rows * down + 1.0)
    figure = Figure(figsize=size, layout="constrained")
    parts: Any = np.atleast_1d(np.array(figure.subfigures(down, across)))
    handles: dict[str, Any] = {}
    for part, points in zip(parts, groups, strict=True):
        if len(groups) > 1:
            part.suptitle(points[0].label)
        axes = part.subplots(rows, columns, squeeze=False).ravel()
        for panel, measure in zip(axes, study.measures, strict=False):
            one = _draw_curves if study.kind == "curves" else _draw_points
            handles |= one(summary, points, measure, panel)
            panel.set_ylabel(measure.title)
            panel.grid(alpha=0.25)
        for panel in axes[len(study.measures) :]:
            panel.set_axis_off()
    figure.legend(
        handles.values(),
        handles.keys(),
        loc="outside lower center",
        ncols=round(5 * wide / COLUMNS),
        frameon=False,
    )
    return _save(figure, stem)


def _draw_curves(
    summary: Summary, points: list[Point], measure: Measure, axes: Any
) -> Mapping[str, Any]:
    """Moving averages against slots of training; rules and the bound as horizontal lines."""
    handles: dict[str, Any] = {}
    entries = [e for e in summary.entries if e.point.label == points[0].label]
    for entry in entries:
        color, title = _color(summary, entry), entry.method.title
        if measure.name not in entry.results[0].curve:
            if not entry.has(measure.name):
                continue
            value = measure.factor * entry.values(measure.name).mean()
            handles[title] = axes.axhline(value, color=color, linestyle=":", linewidth=1.5)
            continue
        slots, values = _curves(entry, measure, summary.study.window)
        (handles[title],) = axes.plot(slots, values.mean(0), color=color, linewidth=1.4)
        axes.fill_between(slots, values.min(0), values.max(0), color=color, alpha=0.15, linewidth=0)
    if measure.name == summary.study.system.objective.name:
        bound = measure.factor * summary.bound(points[0]).mean()
        handles[_bound_title(summary)] = axes.axhline(bound, color=BOUND_COLOR, linestyle="--")
    axes.set_xlabel(summary.study.steps)
    return handles


def _draw_points(
    summary: Summary, points: list[Point], measure: Measure, axes: Any
) -> Mapping[str, Any]:
    """Means of the greedy policies with the range over the replicates, against the axis."""
    handles: dict[str, Any] = {}
    numbers = all(point.value is not None for point in points)
    places = np.array([p.value if numbers else i for i, p in enumerate(points)], dtype=float)
    methods = summary.study.methods
    for k, method in enumerate(methods):
        # Side by side where the points are categories, which no line joins.
        aside = 0.0 if numbers else SPREAD * (k / max(len(methods) - 1, 1) - 0.5)
        found = [
            (x + aside, entry)
            for x, p in zip(places, points, strict=True)
            if (entry := summary.entry(p, method.name)) is not None and entry.has(measure.name)
        ]
        if not found:
            continue
        xs, entries = zip(*found, strict=True)
        values = np.array([measure.factor * e.values(measure.name) for e in entries])
        mean = values.mean(1)
        handles[method.title] = axes.errorbar(
            xs,
            mean,
            yerr=[mean - values.min(1), values.max(1) - mean],
            color=_color(summary, entries[0]),
            linestyle=("-" if method.learns else ":") if numbers else "",
            marker="o" if method.learns else "s",
            markersize=3 if numbers else 5,
            capsize=2,
            linewidth=1.4,
        )
    if measure.name == summary.study.system.objective.name:
        bounds = [measure.factor * summary.bound(p).mean() for p in points]
        handles[_bound_title(summary)] = _draw_bounds(axes, places, bounds, joined=numbers)
    ticks = (
        [f"{p.value:g}" for p in points]
        if numbers
        else [textwrap.fill(p.label, LABEL) for p in points]
    )
    axes.set_xticks(places, labels=ticks)
    axes.set_xlabel(summary.study.axis)
    if measure.key == DECISION_TIME:
        axes.set_yscale("log")
    return handles


def _draw_bounds(axes: Any, places: Any, bounds: list[float], *, joined: bool) -> Any:
    """The bounds as a line, or as a line for every category."""
    style = {"color": BOUND_COLOR, "linestyle": "--"}
    if not joined:
        return axes.hlines(bounds, places - SPREAD / 2, places + SPREAD / 2, **style)
    return axes.plot(places, bounds, **style)[0]


def _curves(
    entry: Entry, measure: Measure, window: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Slots (k,) and moving averages (n, k) of the curves where all replicates have a point."""
    curves = [result.curve for result in entry.results]
    given = [np.array(curve["slots"]) for curve in curves]
    slots = functools.reduce(np.intersect1d, given)
    rows = [
        np.array(curve[measure.name])[np.isin(own, slots)]
        for curve, own in zip(curves, given, strict=True)
    ]
    values = measure.factor * np.array(rows)
    step = slots[1] - slots[0] if len(slots) > 1 else window
    width = min(max(round(window / step), 1), len(slots))
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    return slots[width - 1 :], (sums[:, width:] - sums[:, :-width]) / width


def _color(summary: Summary, entry: Entry) -> str:
    names = [method.name for method in summary.study.methods]
    return COLORS[names.index(entry.method.name) % len(COLORS)]


def _bound_title(summary: Summary) -> str:
    return f"certified {summary.study.system.objective.bound_title}"


def _save(figure: Any, stem: Path) -> list[Path]:
    import matplotlib

    paths = [stem.with_name(f"{stem.name}.{ending}") for ending in FORMATS]
    # Equal figures are equal files: no date, and names of parts that do not change.
    with matplotlib.rc_context({"svg.hashsalt": stem.name, "svg.fonttype": "none"}):
        for path in paths:
            metadata = {"Date": None} if path.suffix == ".svg" else None
            figure.savefig(path, dpi=110, metadata=metadata)
    return paths
