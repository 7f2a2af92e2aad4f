"""A study's tables: Markdown for people, CSV with every cell for programs."""

import csv
import functools
import math
from collections.abc import Callable, Iterable
from pathlib import Path

from edgemarl.core.system import NRR, Measure
from edgemarl.experiments.reproduction.result import rounded
from edgemarl.experiments.reproduction.study import TOPOLOGIES
from edgemarl.experiments.reproduction.summary import PRELIMINARY, Entry, Gap, Summary
from edgemarl.experiments.statistics import Interval

GAP = Measure(name="gap", title="gap [%]", factor=100.0, digits=2, interval=True)
RATE = Measure(name=NRR, title="NRR", digits=4)


def markdown(summary: Summary) -> str:
    """The study as a Markdown table, with what it was measured on below."""
    columns = _columns(summary)
    lead = [summary.study.axis or "setting"] if len(summary.study.points) > 1 else []
    lines = [_line([*lead, "method", *columns]), _line(["---"] * (len(lead) + 1 + len(columns)))]
    for entry in summary.entries:
        where = [entry.point.label] if lead else []
        lines.append(
            _line([*where, entry.method.title, *(text(entry) for text in columns.values())])
        )
    return "\n".join([*lines, "", *_about(summary)]) + "\n"


def _columns(summary: Summary) -> dict[str, Callable[[Entry], str]]:
    """What is said of every entry, by the columns' titles."""
    study = summary.study
    system = study.system
    measures = [*study.measures, *([RATE] if NRR in system.bound_measures else []), GAP]
    columns: dict[str, Callable[[Entry], str]] = {
        m.title: functools.partial(_cell, measure=m) for m in measures
    }
    for rule in summary.rated_by:
        columns[f"{RATE.title} {rule}"] = functools.partial(_rate, summary=summary, rule=rule)
    if study.kind == "table":
        columns["training [s]"] = _training_time
    if _trains(summary):
        columns["while training"] = functools.partial(_while_training, summary=summary)
    columns[f"{summary.reference.title} minus it"] = functools.partial(_difference, summary=summary)
    return columns


def write_csv(summary: Summary, path: Path) -> None:
    """Every replicate of every entry as a row of its own."""
    measures = [m.name for m in summary.study.measures]
    objective = summary.study.system.objective
    kept = [*measures, objective.bound, "gap"]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        sampled = [f"training_{m.name}" for m in summary.study.system.outcome_measures]
        writer.writerow(
            ["point", "method", "topology", "seed", "slots", *kept, *sampled, "seconds"]
        )
        for entry in summary.entries:
            for k, result in enumerate(entry.results):
                values = [result.evaluation.get(name, math.nan) for name in kept]
                training = [entry.sampled(m.name)[k] for m in summary.study.system.outcome_measures]
                who = [entry.point.label, entry.method.name]
                run = [result.topology, k, result.slots]
                numbers = rounded([float(v) for v in (*values, *training, result.seconds)])
                writer.writerow([*who, *run, *("" if math.isnan(x) else x for x in numbers)])


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(entry: Entry, measure: Measure) -> str:
    if not entry.has(measure.name):
        return "-"
    interval = entry.interval(measure.name).scaled(measure.factor)
    text = f"{interval.mean:.{measure.digits}f}"
    if not measure.interval or interval.half_width is None:
        return text
    return f"{text} ± {interval.half_width:.{measure.digits}f}"


def _while_training(entry: Entry, summary: Summary) -> str:
    if not all(result.sampled for result in entry.results):
        return "-"
    return f"{entry.sampled(summary.study.system.objective.name).mean():.1f}"


def _trains(summary: Summary) -> bool:
    return any(result.sampled for entry in summary.entries for result in entry.results)


def _rate(entry: Entry, summary: Summary, rule: str) -> str:
    rate = summary.rate(entry, rule)
    return "-" if rate is None else f"{rate:.{RATE.digits}f}"


def _training_time(entry: Entry) -> str:
    seconds = [result.seconds for result in entry.results]
    return f"{sum(seconds) / len(seconds):.0f}" if any(seconds) else "-"


def _difference(entry: Entry, summary: Summary) -> str:
    difference = summary.difference(entry)
    if difference is None or entry.method.name == summary.reference.name:
        return "-"
    return signed_interval(difference)


def signed_interval(interval: Interval) -> str:
    """A difference with the ends of its interval."""
    if interval.low is None or interval.high is None:
        return f"{interval.mean:+.2f}"
    return f"{interval.mean:+.2f} [{interval.low:+.2f}, {interval.high:+.2f}]"


def _about(summary: Summary) -> list[str]:
    budget, study = summary.budget, summary.study
    objective = study.system.objective
    bounds = ", ".join(
        f"{p.label}: {summary.bound(p).mean():.{study.system.measures[0].digits}f}"
        for p in summary.points
    )
    preliminary = (
        f" Preliminary: fewer than {PRELIMINARY} replicates." if summary.preliminary else ""
    )
    trained = (
        f"{budget.slots} slots of training, then the greedy policy on " if budget.slots else ""
    )
    sampled = (
        f"While training: mean {objective.title} of the last tenth of the training slots, "
        "exploration included. "
        if _trains(summary)
        else ""
    )
    sense = "" if objective.maximize else f"The {objective.title} is minimised: less is better. "
    return [
        f"Certified {objective.bound_title} of the {objective.title}: {bounds}.",
        f"Every number is of {_counted(budget.seeds, 'replicate', 'replicates')} "
        f"(training seed k on topology k mod {TOPOLOGIES}), {trained}"
        f"{budget.evaluation_slots} fresh slots, the same for all methods; "
        "±: 95 % t interval over the replicates, of rules over the "
        f"{_counted(min(budget.seeds, TOPOLOGIES), 'topology', 'topologies')}. "
        f"{sampled}{sense}"
        "Difference: mean over the replicates, in brackets a paired bootstrap's 95 % interval."
        + preliminary,
        *_missing(summary),
    ]


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _missing(summary: Summary) -> list[str]:
    """What of the study is not in the table, point by point; nothing where all is."""
    told = []
    for point in summary.study.points:
        gaps = [gap for gap in summary.gaps if gap.point.label == point.label]
        if len(gaps) == len(summary.study.methods) and not any(gap.replicates for gap in gaps):
            told.append(f"{point.label}: no method")
        elif gaps:
            told.append(f"{point.label}: {'; '.join(_gap(gap, summary) for gap in gaps)}")
    return [f"Missing: {', '.join(told)}."] if told else []


def _gap(gap: Gap, summary: Summary) -> str:
    if not gap.replicates:
        return gap.method.title
    return f"{gap.method.title} ({gap.replicates} of {summary.budget.seeds} replicates)"
