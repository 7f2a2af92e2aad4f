"""The recordings behind a page: those of the runs, made where there is none, and of rules."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.experiments.task import Task
from edgemarl.report.grouping import Group, Part
from edgemarl.report.recording import (
    FILE_NAME,
    Draws,
    Recording,
    read_recording,
    record,
    write_recording,
)
from edgemarl.report.runs import Problem, Run, without_paths

SAME_BOUND = 1e-4  # relative; bounds of other slots lie some per cent apart


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A policy as the page shows it: a group's runs, or a rule.

    Attributes:
        title: its name.
        runs: of the group, those with a recording; none for a rule.
        recordings: one for each run, or for each topology of a rule.
    """

    title: str
    runs: tuple[Run, ...] = ()
    recordings: tuple[Recording, ...]


@dataclass(frozen=True)
class _Slots:
    """The slots of one topology: the task that draws them, and their bounds where known."""

    task: Task
    bound: NDArray[np.float64] | None = None


class Gathering:
    """Collects the entries of one part, and the problems on the way.

    Args:
        part: runs on one scenario.
        draws: the slots to measure on.
        tell: is told what is worked on.
    """

    def __init__(self, part: Part, draws: Draws, tell: Callable[[str], None]):
        self.part, self.draws, self.tell = part, draws, tell
        self.problems: list[Problem] = []
        self._slots: dict[int, _Slots] = {}

    def entries(self, rules: Sequence[str]) -> list[Entry]:
        """The groups, then the rules; those without any recording are left out."""
        if self.part.task.scenario is None:
            self._note(self.part.title, "it has no scenario, so no objective is measured on it")
            return []
        found = [self._group(group) for group in self.part.groups]
        for run in self.part.runs:  # topologies of which no run could be recorded
            self._slots.setdefault(run.task.need_scenario().seed, _Slots(run.task))
        found += [self._rule(name) for name in rules]
        return [entry for entry in found if entry.recordings]

    def _group(self, group: Group) -> Entry:
        recorded = [(run, recording) for run in group.runs if (recording := self._run(run))]
        return Entry(
            title=group.title,
            runs=tuple(run for run, _ in recorded),
            recordings=tuple(recording for _, recording in recorded),
        )

    def _run(self, run: Run) -> Recording | None:
        try:
            recording = self._recorded(run)
        except Exception as error:  # whatever a checkpoint of any age raises; the page goes on
            reason = f"its policy could not be recorded: {type(error).__name__}: {error}"
            self._note(run.name, reason)
            return None
        slots = self._slots.setdefault(recording.topology, _Slots(run.task, recording.bound))
        assert slots.bound is not None
        if not np.allclose(recording.bound, slots.bound, rtol=SAME_BOUND):
            self._note(
                run.name,
                "it met other slots than the runs before it, by its environment's arguments "
                f"{dict(run.task.env_kwargs)}; give it a page of its own",
            )
            return None
        return recording

    def _recorded(self, run: Run) -> Recording:
        """The recording in the run's folder, or a new one, which is kept there."""
        other = ""
        try:
            if kept := read_recording(run, self.draws):
                return kept
        except ValueError as error:
            other = f"{FILE_NAME} was not used: {error}"
        self.tell(f"recording {run.name}")
        try:
            recording = record(str(run.checkpoint), run.task, self.draws, name=run.name)
        except ImportError as error:
            raise ImportError(f"{error}; {other}" if other else str(error)) from error
        try:
            write_recording(recording, run, self.draws)
        except OSError as error:
            self._note(run.name, f"its recording could not be kept: {error.strerror}")
        return recording

    def _rule(self, name: str) -> Entry:
        system = self.part.task.system
        if name not in system.baselines:
            self._note(name, f"no baseline of {system.name} has this name")
            return Entry(title=name, recordings=())
        try:
            return Entry(title=name, recordings=tuple(self._measured(name)))
        except (ImportError, ValueError) as error:  # such as a missing extra
            self._note(name, f"the rule could not be measured: {error}")
            return Entry(title=name, recordings=())

    def _measured(self, name: str) -> Iterator[Recording]:
        """A rule's recordings on every topology of the part."""
        for topology, slots in sorted(self._slots.items()):
            self.tell(f"measuring {name} on topology {topology}")
            bound = True if slots.bound is None else slots.bound
            yield record(name, slots.task, self.draws, name=name, bound=bound)

    def _note(self, where: str, reason: str) -> None:
        self.problems.append(Problem(where=where, reason=without_paths(reason)))
