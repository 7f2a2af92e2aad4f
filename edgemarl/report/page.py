"""The page: everything gathered, in one HTML file that needs nothing else."""

import importlib.resources
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgemarl.core.extras import require_extra
from edgemarl.core.system import System
from edgemarl.core.validation import check_place
from edgemarl.registry import systems
from edgemarl.report.gathering import Gathering
from edgemarl.report.grouping import Part, parts_of
from edgemarl.report.recording import Draws
from edgemarl.report.runs import Problem, read_runs
from edgemarl.report.sections import Section, section_of

TITLE = "edgemarl: report of training runs"


@dataclass(frozen=True, kw_only=True)
class Report:
    """A page that was written.

    Attributes:
        path: the file.
        runs: number of runs that are in it.
        problems: what is missing or ended early, as the page says, too.
    """

    path: Path
    runs: int
    problems: tuple[Problem, ...]


def write_report(
    folders: Sequence[Path | str],
    out: Path | str = "report.html",
    *,
    slots: int = 100,
    record: int = 20,
    seed: int = 0,
    baselines: Sequence[str] | None = None,
    tell: Callable[[str], None] = lambda doing: None,
) -> Report:
    """Writes a page about training runs: curves, comparison, loads, and slots on a map.

    A run's best checkpoint acts on evaluation slots, and what it did is kept as ``recording.json``
    in the run's folder; from there the page can be written again without ray and torch. What cannot
    be shown is said in the page and does not stop it.

    Args:
        folders: those of training runs.
        out: the page's file.
        slots: number of evaluation slots for each run and rule.
        record: how many of them are kept for the map and for distributions, the first ones.
        seed: seed of the evaluation draws.
        baselines: rules to show beside the runs, the first of them as the reference of differences;
            by default those that the scenario's system is compared with.
        tell: is told what is worked on.

    Raises:
        MissingExtraError: if plotly or jinja2 is not installed.
        ValueError: if no folder holds a run, for a number below 1, a baseline that no system knows,
            or a file in a folder that does not exist.
    """
    require_extra("report", "a report")
    path = Path(out)
    check_place(path)
    draws = Draws(slots=slots, record=min(record, slots), seed=seed)
    runs, problems = read_runs(folders)
    sections, parts = [], parts_of(runs)
    _check_baselines(baselines, parts)
    for part in parts:
        gathering = Gathering(part, draws, tell)
        entries = gathering.entries(_rules_of(part, parts, baselines))
        sections.append(section_of(part, entries))
        problems += gathering.problems
    tell("writing the page")
    path.write_text(_page(sections, problems, len(runs), draws), encoding="utf-8")
    return Report(path=path, runs=len(runs), problems=tuple(problems))


def _systems_of(parts: Sequence[Part]) -> list[System]:
    """The systems of the parts that have a scenario."""
    return [part.task.system for part in parts if part.task.scenario is not None]


def _check_baselines(names: Sequence[str] | None, parts: Sequence[Part]) -> None:
    known = [*systems(), *_systems_of(parts)]
    for name in names or ():
        if not any(name in system.baselines for system in known):
            listed = dict.fromkeys(n for system in known for n in system.baselines.names())
            raise ValueError(f"baselines must be among {', '.join(listed)}, got {name!r}")


def _rules_of(part: Part, parts: Sequence[Part], names: Sequence[str] | None) -> tuple[str, ...]:
    """The rules to show in a part; those of another part's system alone are not meant here."""
    if part.task.scenario is None:
        return ()
    own = part.task.system
    if names is None:
        return own.compared
    others = _systems_of(parts)
    return tuple(
        name
        for name in names
        if name in own.baselines or not any(name in other.baselines for other in others)
    )


def _page(sections: Sequence[Section], problems: Sequence[Problem], runs: int, draws: Draws) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    from edgemarl import __version__

    loader = PackageLoader("edgemarl.report", "template")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    plural = "" if runs == 1 else "s"
    return environment.get_template("page.html.j2").render(
        title=TITLE,
        summary=(
            f"{runs} run{plural}, written by edgemarl {__version__}. Policies are measured on "
            f"{draws.slots} evaluation slots of every topology (seed {draws.seed}), which no "
            f"training has seen; distributions, loads and the map show the first {draws.record}."
        ),
        parts=sections,
        problems=problems,
        style=Markup(_template("page.css")),
        script=Markup(_template("page.js")),
        plotly=Markup(get_plotlyjs()),
    )


def _template(name: str) -> str:
    return (importlib.resources.files("edgemarl.report") / "template" / name).read_text("utf-8")
