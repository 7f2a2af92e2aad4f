"""Pictures of comparisons and learning curves."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgemarl.core.system import Objective

if TYPE_CHECKING:
    from edgemarl.experiments.comparison import Comparison

BOUND_COLOR = "black"
LEARNED_COLOR = "tab:blue"


def draw_comparison(comparison: "Comparison", path: Path) -> None:
    """Draw every policy's objective with its interval, and the bound as a line.

    Raises:
        ValueError: if the file's ending names no picture format.
    """
    figure, axes = _figure(path, height=1.2 + 0.4 * len(comparison.policies))
    objective = comparison.objective
    intervals = [comparison.interval(name, objective.name) for name in comparison.policies]
    widths = [interval.half_width or 0.0 for interval in intervals]
    means = [interval.mean for interval in intervals]
    axes.barh(range(len(means)), means, xerr=widths, color=LEARNED_COLOR, height=0.6, capsize=3)
    axes.set_yticks(range(len(means)), labels=list(comparison.policies))
    axes.invert_yaxis()
    axes.axvline(
        comparison.bound().mean, color=BOUND_COLOR, linestyle="--", label=objective.bound_title
    )
    unit = "topologies" if comparison.unit == "topology" else f"{comparison.unit}s"
    axes.set_xlabel(f"{objective.title} (95 % intervals over {comparison.num_units} {unit})")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    _save(figure, path)


def draw_learning_curves(
    runs: Mapping[str, Sequence[Mapping[str, float]]],
    path: Path,
    *,
    lines: Mapping[str, float],
    bound: float,
    objective: Objective,
) -> None:
    """Draw the learning curves of runs, with baselines and the bound as lines.

    A thin line is what a policy earned while it explored, a thick one with dots what its
    checkpoints earned on the validation slots.

    Args:
        runs: the rows of ``progress.csv`` of each run, by the name for the legend.
        path: the picture's file; its ending names the format.
        lines: mean objective of each baseline.
        bound: mean certified bound.
        objective: what was learned.

    Raises:
        ValueError: if the file's ending names no picture format.
    """
    figure, axes = _figure(path, height=4.0)
    for index, (name, rows) in enumerate(runs.items()):
        explored, checked = (
            _points(rows, measure) for measure in (objective.name, f"validation_{objective.name}")
        )
        axes.plot(*explored, color=f"C{index}", alpha=0.3, linewidth=1, label="_exploring")
        axes.plot(*checked, color=f"C{index}", marker="o", markersize=3, label=name)
    axes.axhline(
        bound, color=BOUND_COLOR, linestyle="--", linewidth=1.5, label=objective.bound_title
    )
    ordered = sorted(lines.items(), key=lambda item: item[1], reverse=objective.maximize)
    for index, (label, value) in enumerate(ordered, start=len(runs)):
        axes.axhline(value, color=f"C{index}", linestyle=":", linewidth=1.5, label=label)
    axes.set_xlabel("slots of training")
    axes.set_ylabel(objective.title)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    axes.grid(alpha=0.25)
    _save(figure, path)


def _points(rows: Sequence[Mapping[str, float]], measure: str) -> tuple[list[float], list[float]]:
    """Slots and values of the rows that have a measure."""
    found = [row for row in rows if measure in row]
    return [row["slots"] for row in found], [row[measure] for row in found]


def _figure(path: Path, *, height: float) -> tuple[Any, Any]:
    """A figure without a window, and its axes; checks the format before anything is drawn."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, height), layout="constrained")
    formats = FigureCanvasAgg(figure).get_supported_filetypes()
    if path.suffix.removeprefix(".") not in formats:
        raise ValueError(f"{path} must end in one of {', '.join(sorted(formats))}")
    return figure, figure.subplots()


def _save(figure: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
