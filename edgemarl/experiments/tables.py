"""Tables for people: a comparison or an evaluation on the terminal."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from edgemarl.experiments.statistics import Interval

if TYPE_CHECKING:
    from rich.table import Table

    from edgemarl.experiments.comparison import Comparison
    from edgemarl.experiments.evaluation import Evaluation

_COUNTS = {"num_satisfied": "SU", "num_disturbed": "DU", "num_gave_up": "GU", "num_cloud": "CU"}


def comparison_table(comparison: "Comparison") -> "Table":
    """The comparison as a table, a row for each policy and one for the bound."""
    table = _table(f"vs {comparison.reference}")
    for row in comparison.rows():
        table.add_row(*_cells(row), _signed(_interval(row["difference"])))
    table.caption = _caption(comparison)
    return table


def evaluation_table(evaluation: "Evaluation") -> "Table":
    """One policy's evaluation as a table of one row."""
    table = _table()
    table.add_row(*_cells(evaluation.to_dict()))
    scenario = evaluation.task.need_scenario()
    table.caption = (
        f"{evaluation.task.env_id}, scenario {scenario.name}, topology {scenario.seed}, "
        f"{len(evaluation.episode)} slots; ±: 95 % interval"
    )
    return table


def _table(*further: str) -> "Table":
    """An empty table that fits into 80 columns."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.caption_justify = "left"
    table.add_column("policy", overflow="fold", min_width=12)
    for title in ("system QoE", "latency [ms]", *_COUNTS.values(), "gap [%]", *further):
        table.add_column(title.replace(" ", "\n", 1), justify="right", vertical="bottom")
    return table


def _cells(row: Mapping[str, Any]) -> list[str]:
    return [
        str(row["policy"]),
        _plus_minus(_interval(row["system_qoe"])),
        _mean(row["latency"], 1000.0, 0),
        *(_mean(row[measure], 1.0, 1) for measure in _COUNTS),
        _plus_minus(_interval(row["gap"]), 100.0) if row.get("gap") else "-",
    ]


def _interval(values: Mapping[str, Any]) -> Interval:
    return Interval(values["mean"], values["low"], values["high"])


def _plus_minus(interval: Interval, factor: float = 1.0) -> str:
    scaled = interval.scaled(factor)
    half = "" if scaled.half_width is None else f"±{scaled.half_width:.1f}"
    return f"{scaled.mean:.1f}{half}"


def _signed(interval: Interval) -> str:
    return _plus_minus(interval) if interval.mean < 0 else f"+{_plus_minus(interval)}"


def _mean(values: Mapping[str, Any] | None, factor: float, digits: int) -> str:
    return "-" if values is None else f"{factor * values['mean']:.{digits}f}"


def _caption(comparison: "Comparison") -> str:
    scenario = comparison.task.need_scenario()
    covers = {
        "slot": "other slots on this topology",
        "episode": "other episodes on this topology",
        "seed": "other evaluation seeds on this topology",
        "topology": "other topologies of this scenario",
    }[comparison.unit]
    last = scenario.seed + comparison.topologies - 1
    topologies = f"{scenario.seed}" if comparison.topologies == 1 else f"{scenario.seed}-{last}"
    return (
        f"{comparison.task.env_id}, scenario {scenario.name}, topology {topologies}, "
        f"{comparison.seeds} x {comparison.slots} slots each; "
        f"±: 95 % interval over {comparison.num_units} {_plural(comparison.unit)} ({covers})"
    )


def _plural(unit: str) -> str:
    return "topologies" if unit == "topology" else f"{unit}s"
