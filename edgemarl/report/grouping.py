"""Which runs belong together: those on one scenario, and among them those of the same settings."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgemarl.experiments.task import Task
from edgemarl.report.runs import Run

_APART = ("scenario.name", "scenario.seed")  # in what runs on one scenario may differ


@dataclass(frozen=True, kw_only=True)
class Group:
    """Runs that differ in their training seed and topology alone."""

    title: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Groups on the same scenario, topologies aside: what is shown side by side."""

    title: str
    groups: tuple[Group, ...]

    @property
    def runs(self) -> list[Run]:
        """The runs of all groups."""
        return [run for group in self.groups for run in group.runs]

    @property
    def task(self) -> Task:
        """The first run's task."""
        return self.groups[0].runs[0].task


def parts_of(runs: Iterable[Run]) -> list[Part]:
    """The runs by scenario and, within one, by everything but seed and topology."""
    found = _by(runs, _scenario_of)
    titles = _titles([(_scenario_title(part[0]), _scenario_of(part[0])) for part in found])
    return [
        Part(title=title, groups=_groups(part)) for title, part in zip(titles, found, strict=True)
    ]


def _groups(runs: list[Run]) -> tuple[Group, ...]:
    found = _by(runs, lambda run: {"algorithm": run.manifest.algorithm, **_settings_of(run)})
    titles = _titles([(group[0].manifest.algorithm, _settings_of(group[0])) for group in found])
    return tuple(
        Group(title=title, runs=tuple(sorted(group, key=_order)))
        for title, group in zip(titles, found, strict=True)
    )


def _order(run: Run) -> tuple[int, int]:
    return run.topology or 0, run.manifest.seed


def _by(runs: Iterable[Run], values: Callable[[Run], Mapping[str, Any]]) -> list[list[Run]]:
    """The runs by their values, in the order in which these come up."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        key = json.dumps(values(run), sort_keys=True, default=str)
        found.setdefault(key, []).append(run)
    return list(found.values())


def _scenario_of(run: Run) -> dict[str, Any]:
    """What the runs of a part have in common, by flat names."""
    if run.task.scenario is None:
        return {"env": run.task.env_id}
    flat = run.task.flattened().items()
    own = {key: value for key, value in flat if key.startswith("scenario.") and key not in _APART}
    return {"system": run.task.system.name, **own}


def _scenario_title(run: Run) -> str:
    scenario = run.task.scenario
    if scenario is None:
        return run.task.env_id
    return f"{run.task.system.name.upper()}, scenario {scenario.name}"


def _settings_of(run: Run) -> dict[str, Any]:
    """What the runs of a group have in common, scenario and algorithm aside."""
    manifest = run.manifest
    arguments = {f"env.{key}": value for key, value in manifest.env_kwargs.items()}
    environment = manifest.env_id.rpartition("/")[2]
    return {**manifest.settings, "env": environment, **arguments, "slots": run.slots}


def _titles(named: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Each name with what sets it apart from others of the same name."""
    return [_title(name, own, [o for other, o in named if other == name]) for name, own in named]


def _title(name: str, own: Mapping[str, Any], rivals: Sequence[Mapping[str, Any]]) -> str:
    keys = dict.fromkeys(key for rival in rivals for key in rival)
    differing = [key for key in keys if any(rival.get(key) != own.get(key) for rival in rivals)]
    shown = ", ".join(
        f"{key.removeprefix('scenario.')}={own.get(key, 'default')}" for key in differing
    )
    return f"{name} ({shown})" if shown else name
