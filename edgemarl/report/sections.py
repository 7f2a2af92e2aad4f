"""What the page says about one scenario: figures, table, map and runs, ready for the template."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from edgemarl.report import figures
from edgemarl.report.gathering import Entry
from edgemarl.report.grouping import Part
from edgemarl.report.runs import Run, without_paths
from edgemarl.report.standings import Standings


class Figure(NamedTuple):
    """A figure with what is said about it."""

    name: str
    title: str
    caption: str
    json: str  # plotly's, safe inside a script element
    first: bool = False  # whether it stands above the table


class Table(NamedTuple):
    """A table of texts."""

    caption: str
    columns: list[str]
    rows: list[list[str]]


class Fact(NamedTuple):
    """A value that is said about a run."""

    text: str
    multiline: bool = False


class RunFacts(NamedTuple):
    """What is said about a run."""

    name: str
    about: str
    facts: list[tuple[str, Fact]]


@dataclass(frozen=True, kw_only=True)
class Section:
    """One scenario's part of the page; no table and map where nothing could be recorded."""

    title: str
    figures: list[Figure]
    table: Table | None
    map: str | None
    runs: list[RunFacts]


def section_of(part: Part, entries: Sequence[Entry]) -> Section:
    """The section of a part and of what was recorded of it."""
    titles = [group.title for group in part.groups]
    titles += [entry.title for entry in entries if not entry.runs]
    look = figures.styles(titles)
    standings = Standings(entries, _reference(entries)) if entries else None
    pictured = [entry for entry in entries if all(r.snapshots for r in entry.recordings)]
    return Section(
        title=without_paths(part.title),
        figures=[_learning(part, entries, standings, look), *_pictures(pictured, look)],
        table=None if standings is None else _table(standings),
        map=script_json(_slots(pictured)) if pictured else None,
        runs=[_facts(run) for run in part.runs],
    )


def script_json(value: Any) -> Any:
    """A value as JSON that may stand inside a script element."""
    return _for_script(json.dumps(value, separators=(",", ":")))


def _for_script(text: str) -> Any:
    from markupsafe import Markup

    return Markup(text.replace("<", "\\u003c"))


def _reference(entries: Sequence[Entry]) -> str:
    """The first rule, or the first group where there is none."""
    return next((entry.title for entry in entries if not entry.runs), entries[0].title)


def _learning(
    part: Part, entries: Sequence[Entry], standings: Standings | None, look: figures.Styles
) -> Figure:
    rules = {}
    if standings is not None:
        objective = part.task.system.objective.name
        rules = {
            entry.title: standings.interval(entry.title, objective).mean
            for entry in entries
            if not entry.runs
        }
    caption = (
        "Dots: the greedy policy of every checkpoint on validation slots, the mean over the runs "
        "of equal settings, shaded with its 95 % interval where there are several. Thin lines: "
        "each run while it explored. Dashed: the certified bound of the validation slots. Dotted: "
        "rules on the evaluation slots."
    )
    if len({run.topology for run in part.runs}) > 1:
        caption += (
            " Each run is moved by the difference between the mean bound and its own topology's, "
            "so that means and intervals compare runs and not topologies."
        )
    drawn = figures.learning_curves(part, rules, look)
    return Figure("learning", "Learning curves", caption, _for_script(drawn.to_json()), first=True)


def _pictures(entries: Sequence[Entry], look: figures.Styles) -> list[Figure]:
    if not entries:
        return []
    quality = entries[0].recordings[0].snapshots[0].quality_title
    drawn = {
        "load": (
            "Load per server",
            "Mean over the recorded slots; black marks are the servers' capacity.",
            figures.server_load(entries, look),
        ),
        "quality": (
            f"Distribution of {quality}",
            "All users with a task in all recorded slots: the further right a line, the better.",
            figures.quality_distribution(entries, look),
        ),
        "latency": (
            "Where latency comes from",
            "Mean over the users with a task in the recorded slots.",
            figures.latency_split(entries),
        ),
    }
    return [
        Figure(name, title, caption, _for_script(figure.to_json()))
        for name, (title, caption, figure) in drawn.items()
    ]


def _table(standings: Standings) -> Table:
    measures = [measure.title for measure in standings.measures]
    reference = standings.reference.title
    return Table(
        caption=(
            "Means over the evaluation slots. ±: 95 % interval over what the last column counts. "
            f"The column before it is the paired difference to {reference}."
        ),
        columns=["policy", *measures, f"vs {reference}", "over"],
        rows=standings.rows(),
    )


def _slots(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The recorded slots of every policy on every topology, for the map."""
    found = []
    for entry in entries:
        for k, recording in enumerate(entry.recordings):
            seed = f", seed {entry.runs[k].manifest.seed}" if entry.runs else ""
            name = f"{entry.title}{seed}, topology {recording.topology}"
            slots = [snapshot.to_plain() for snapshot in recording.snapshots]
            found.append({"name": name, "slots": slots})
    return found


def _facts(run: Run) -> RunFacts:
    """Everything needed to repeat the run, without paths of the machine."""
    manifest = run.manifest
    topology = "" if run.topology is None else f", topology {run.topology}"
    facts = {
        "algorithm": manifest.algorithm,
        "settings": _listed(manifest.settings) or "the algorithm's defaults",
        "environment": manifest.env_id,
        "arguments": _listed(manifest.env_kwargs) or "the environment's defaults",
        "slots of training": str(run.slots),
        "best checkpoint": f"after {manifest.slots} slots",
        "environment runners": str(manifest.env_runners),
        "command": manifest.command or "not recorded",
        "commit": manifest.commit or "not recorded",
        "versions": ", ".join(f"{name} {version}" for name, version in manifest.versions.items()),
    }
    told = [(name, Fact(without_paths(text))) for name, text in facts.items()]
    scenario = json.dumps(manifest.scenario, indent=1)
    return RunFacts(
        name=run.name,
        about=f"{manifest.algorithm}, seed {manifest.seed}{topology}",
        facts=[*told, ("scenario", Fact(without_paths(scenario), multiline=True))],
    )


def _listed(values: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in values.items())
