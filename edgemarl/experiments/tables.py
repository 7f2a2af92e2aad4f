"""Tables for people: a comparison or an evaluation on the terminal."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from edgemarl.core.system import NRR, Measure, System
from edgemarl.experiments.statistics import Interval

if TYPE_CHECKING:
    from rich.table import Table

    from edgemarl.experiments.comparison import Comparison
    from edgemarl.experiments.evaluation import Evaluation

_NRR_DIGITS = 4


def comparison_table(comparison: "Comparison") -> "Table":
    """The comparison as a table, a row for each policy and one for the bound."""
    measures = shown_measures(comparison.task.system, comparison.values)
    table = _table(measures, f"vs {comparison.reference}")
    for row in comparison.rows():
        table.add_row(*_cells(row, measures), signed(_interval(row["difference"])))
    table.caption = _caption(comparison)
    return table


def evaluation_table(evaluation: "Evaluation") -> "Table":
    """One policy's evaluation as a table of one row."""
    measures = shown_measures(evaluation.task.system, evaluation.slots)
    table = _table(measures)
    table.add_row(*_cells(evaluation.to_dict(), measures))
    scenario = evaluation.task.need_scenario()
    table.caption = (
        f"{evaluation.task.env_id}, scenario {scenario.name}, topology {scenario.seed}, "
        f"{len(evaluation.episode)} slots; ±: 95 % interval"
    )
    return table


def shown_measures(system: System, measured: Iterable[str]) -> list[Measure]:
    """The system's measures, the gap, and the rates among what was measured, as ``nrr_pso``."""
    names = [name for name in measured if name == NRR or name.startswith(f"{NRR}_")]
    rates = [
        Measure(name=name, title=" ".join(["NRR", *name.split("_")[1:]]), digits=_NRR_DIGITS)
        for name in names
    ]
    # Rates say the same in more digits; the gap's interval gives them the room.
    gap = Measure(
        name="gap", title="gap [%]", factor=100.0, interval=not rates, digits=2 if rates else 1
    )
    return [*system.measures, gap, *rates]


def print_table(table: "Table") -> None:
    """Print a table; where the output is no terminal, as wide as the table is."""
    from rich.console import Console
    from rich.measure import Measurement

    console = Console()
    if not console.is_terminal:
        unlimited = console.options.update(max_width=1000)
        console.width = max(console.width, Measurement.get(console, unlimited, table).maximum)
    console.print(table)


def _table(measures: Iterable[Measure], *further: str) -> "Table":
    """An empty table; where the terminal is too narrow for it, cells fold."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.caption_justify = "left"
    table.add_column("policy", overflow="fold", min_width=12)
    for title in (*(measure.title for measure in measures), *further):
        table.add_column(
            title.replace(" ", "\n", 1), justify="right", vertical="bottom", overflow="fold"
        )
    return table


def _cells(row: Mapping[str, Any], measures: Iterable[Measure]) -> list[str]:
    return [
        str(row["policy"]),
        *(shown_value(row.get(measure.name), measure) for measure in measures),
    ]


def shown_value(values: Mapping[str, Any] | None, measure: Measure) -> str:
    """A measure's mean, with its interval where the measure says so; a dash for None."""
    if values is None:
        return "-"
    if measure.interval:
        return _plus_minus(_interval(values), measure.factor)
    return f"{measure.factor * values['mean']:.{measure.digits}f}"


def _interval(values: Mapping[str, Any]) -> Interval:
    return Interval(values["mean"], values["low"], values["high"])


def _plus_minus(interval: Interval, factor: float = 1.0) -> str:
    scaled = interval.scaled(factor)
    half = "" if scaled.half_width is None else f"±{scaled.half_width:.1f}"
    return f"{scaled.mean:.1f}{half}"


def signed(interval: Interval) -> str:
    """A difference with its sign and interval."""
    return _plus_minus(interval) if interval.mean < 0 else f"+{_plus_minus(interval)}"


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
    units = counted(comparison.num_units, comparison.unit)
    interval = f"±: 95 % interval over {units} ({covers})"
    return (
        f"{comparison.task.env_id}, scenario {scenario.name}, topology {topologies}, "
        f"{comparison.seeds} x {comparison.slots} slots each; "
        f"{interval if comparison.num_units > 1 else f'{units}, and so no intervals'}"
    )


def counted(count: int, unit: str) -> str:
    """How many of what, in words.

    >>> counted(1, "episode"), counted(3, "slot"), counted(2, "topology")
    ('1 episode', '3 slots', '2 topologies')
    """
    plural = "topologies" if unit == "topology" else f"{unit}s"
    return f"{count} {unit if count == 1 else plural}"
