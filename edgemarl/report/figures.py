"""The page's figures, as plotly's JSON."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from edgemarl.core.snapshot import IDLE, SlotSnapshot
from edgemarl.core.system import Objective
from edgemarl.core.units import MILLISECOND
from edgemarl.report.curves import Curve, Rows, mean_curve, points
from edgemarl.report.gathering import Entry
from edgemarl.report.grouping import Group, Part

# Okabe and Ito's colours, which people with colour blindness can tell apart, the pale one last.
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#8c6bb1", "#7f5539", "#e69f00")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
INK = "#1a1a1a"
CAPACITY_MARKS = 750.0  # [pixel] of all servers together, at most
MOST_POINTS = 401  # of a distribution's line

Styles = Mapping[str, tuple[str, str]]  # colour and dash by an entry's title


def styles(titles: Sequence[str]) -> dict[str, tuple[str, str]]:
    """A colour and a dash for every entry, the same in all figures of a part."""
    return {
        title: (PALETTE[k % len(PALETTE)], DASHES[k // len(PALETTE) % len(DASHES)])
        for k, title in enumerate(titles)
    }


def learning_curves(part: Part, rules: Mapping[str, float], look: Styles) -> Any:
    """Thin: each run while it explored; thick: means on validation slots, with their intervals.

    Where runs are on several topologies, each is moved by the difference between the mean bound and
    its own topology's, so that means and intervals compare runs and not topologies.

    Args:
        part: runs on one scenario.
        rules: mean objective of rules, for lines beside the curves.
        look: colours and dashes.
    """
    objective = None if part.task.scenario is None else part.task.system.objective
    figure = _figure("slots of training", "reward" if objective is None else objective.title)
    measure = "reward" if objective is None else objective.name
    bounds = {} if objective is None else _validated_bounds(part, objective)
    middle = float(np.mean(list(bounds.values()))) if bounds else None
    moves = {topology: middle - bound for topology, bound in bounds.items() if middle is not None}
    for group in part.groups:
        _add_group(figure, group, measure, look[group.title][0], moves)
    longest = max(run.slots for run in part.runs)
    for rule, value in rules.items():
        _add_level(figure, rule, value, longest, color=look[rule][0], dash="dot")
    if objective is not None and middle is not None:
        _add_level(figure, objective.bound_title, middle, longest, color=INK, dash="dash")
    figure.update_layout(yaxis_range=_range_of_lines(figure))
    return figure


def server_load(entries: Sequence[Entry], look: Styles) -> Any:
    """Mean load of every server over the recorded slots, beside its capacity."""
    shown = {entry.title: _snapshots(entry) for entry in entries}
    everything = [snapshot for snapshots in shown.values() for snapshot in snapshots]
    figure = _figure("server", f"mean load [{everything[0].load_unit}]")
    for title, snapshots in shown.items():
        load = np.mean([snapshot.server_load for snapshot in snapshots], axis=0)
        figure.add_bar(x=np.arange(len(load)), y=load, name=title, marker_color=look[title][0])
    capacity = np.mean([snapshot.server_capacity for snapshot in everything], axis=0)
    mark = min(34.0, CAPACITY_MARKS / len(capacity))
    figure.add_scatter(
        x=np.arange(len(capacity)),
        y=capacity,
        name="capacity",
        mode="markers",
        marker={"symbol": "line-ew", "size": mark, "line": {"width": 3, "color": INK}},
    )
    figure.update_layout(barmode="group", xaxis={"dtick": 1 if len(capacity) <= 30 else None})
    return figure


def quality_distribution(entries: Sequence[Entry], look: Styles) -> Any:
    """Share of users and slots with at most a quality (empirical distribution function)."""
    title = _snapshots(entries[0])[0].quality_title
    figure = _figure(title, "share of users with at most that")
    for entry in entries:
        quality = _over_users(entry, lambda snapshot: snapshot.quality)
        values, shares = distribution(quality[~np.isnan(quality)])
        color, dash = look[entry.title]
        line = {"color": color, "dash": dash, "width": 2.5, "shape": "hv"}
        figure.add_scatter(x=values, y=shares, name=entry.title, mode="lines", line=line)
    figure.update_layout(xaxis_range=[-0.01, 1.01], yaxis_range=[0, 1.01])
    return figure


def latency_split(entries: Sequence[Entry]) -> Any:
    """Mean latency of the users with a task, by its parts."""
    figure = _figure("mean latency [ms]", "")
    means: dict[str, list[float]] = {}
    for entry in entries:
        busy = _over_users(entry, lambda snapshot: snapshot.served_by) != IDLE
        for part in _snapshots(entry)[0].latency:
            seconds = _over_users(entry, lambda snapshot, part=part: snapshot.latency[part])[busy]
            means.setdefault(part, []).append(seconds.mean() / MILLISECOND if len(seconds) else 0.0)
    titles = [entry.title for entry in entries]
    for color, (part, values) in zip(PALETTE, means.items(), strict=False):
        figure.add_bar(y=titles, x=values, name=part, orientation="h", marker_color=color)
    figure.update_layout(barmode="stack", yaxis_autorange="reversed", height=180 + 42 * len(titles))
    figure.update_layout(legend={"y": 1.0, "yanchor": "bottom"}, margin={"t": 60})  # above the bars
    return figure


def distribution(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of the empirical distribution function; of many values, evenly chosen quantiles.

    >>> distribution(np.array([0.5, 0.0, 1.0, 0.5]))[1]
    array([0.25, 0.5 , 0.75, 1.  ])
    """
    ordered = np.sort(values)
    shares = np.arange(1, len(ordered) + 1) / max(len(ordered), 1)
    if len(ordered) <= MOST_POINTS:
        return ordered, shares
    chosen = np.linspace(0, len(ordered) - 1, MOST_POINTS).round().astype(int)
    return ordered[chosen], shares[chosen]


def _add_group(
    figure: Any, group: Group, measure: str, color: str, moves: Mapping[int | None, float]
) -> None:
    checked = f"validation_{measure}"
    moved = [
        _moved(run.rows, (measure, checked), moves.get(run.topology, 0.0)) for run in group.runs
    ]
    for run, rows in zip(group.runs, moved, strict=True):
        slots, values = points(rows, measure)
        thin = {"color": color, "width": 1}
        about = f"{run.name}, exploring"
        figure.add_scatter(
            x=slots, y=values, name=about, line=thin, mode="lines", opacity=0.35, showlegend=False
        )
    curve = mean_curve(moved, checked)
    if curve is None:
        return
    figure.add_scatter(**_band(curve), fillcolor=color, opacity=0.18)
    figure.add_scatter(
        x=curve.slots,
        y=curve.mean,
        name=group.title,
        mode="lines+markers",
        line={"color": color, "width": 2.5},
        customdata=curve.runs,
        hovertemplate="%{y:.3f} after %{x} slots, %{customdata} run(s)",
    )


def _moved(rows: Rows, measures: Sequence[str], by: float) -> Rows:
    """A run's rows with something added to some measures."""
    return [row | {name: row[name] + by for name in measures if name in row} for row in rows]


def _band(curve: Curve) -> dict[str, Any]:
    """The area between the interval's ends, where there is an interval."""
    known = ~np.isnan(curve.low)
    x, low, high = curve.slots[known], curve.low[known], curve.high[known]
    return {
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([high, low[::-1]]),
        "fill": "toself",
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _range_of_lines(figure: Any) -> list[float] | None:
    """The values' range with a margin, not counting bands: those of two runs can be very wide."""
    lines = [trace.y for trace in figure.data if trace.fill is None and len(trace.y)]
    if not lines:
        return None
    values = np.concatenate([np.asarray(y, dtype=float) for y in lines])
    margin = 0.05 * (values.max() - values.min()) or 1.0
    return [values.min() - margin, values.max() + margin]


def _add_level(
    figure: Any, name: str, value: float, longest: int, *, color: str, dash: str
) -> None:
    line = {"color": color, "dash": dash, "width": 1.8}
    figure.add_scatter(x=[0, longest], y=[value, value], name=name, mode="lines", line=line)


def _validated_bounds(part: Part, objective: Objective) -> dict[int | None, float]:
    """The mean bound of the validation slots by topology."""
    found: dict[int | None, list[float]] = {}
    for run in part.runs:
        _, bounds = points(run.rows, f"validation_{objective.bound}")
        if len(bounds):
            found.setdefault(run.topology, []).append(bounds[-1])
    return {topology: float(np.mean(bounds)) for topology, bounds in found.items()}


def _snapshots(entry: Entry) -> list[SlotSnapshot]:
    return [snapshot for recording in entry.recordings for snapshot in recording.snapshots]


def _over_users(entry: Entry, values: Callable[[SlotSnapshot], np.ndarray]) -> np.ndarray:
    return np.concatenate([values(snapshot) for snapshot in _snapshots(entry)])


def _figure(x: str, y: str) -> Any:
    """An empty figure with the page's looks."""
    from plotly.graph_objects import Figure

    axis = {"gridcolor": "#d9d9d9", "linecolor": INK, "zeroline": False, "ticks": "outside"}
    return Figure(
        layout={
            "template": "none",
            "font": {"family": "system-ui, sans-serif", "size": 14, "color": INK},
            "paper_bgcolor": "white",
            "plot_bgcolor": "white",
            "xaxis": {**axis, "title": {"text": x}},
            "yaxis": {**axis, "title": {"text": y}, "automargin": True},
            "legend": {"orientation": "h", "y": -0.2, "yanchor": "top", "traceorder": "normal"},
            "margin": {"l": 70, "r": 20, "t": 20, "b": 60},
            "height": 460,
        }
    )
