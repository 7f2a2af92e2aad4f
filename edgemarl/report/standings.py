"""The comparison's rows: measures, gap and paired difference of every entry of a part."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.system import Measure, System
from edgemarl.experiments.comparison import with_rates
from edgemarl.experiments.evaluation import Evaluation
from edgemarl.experiments.statistics import Interval, mean_interval, paired_difference
from edgemarl.experiments.tables import counted, shown_measures, shown_value, signed
from edgemarl.report.gathering import Entry

Array = NDArray[np.float64]


class Standings:
    """Entries beside one another, all measured on the same slots.

    What is independent, and so what intervals cover, is each run of a group of several; else, each
    topology of a rule on several; else each slot of the one recording, or each episode where slots
    depend on one another. A difference pairs these with the reference on the same topology and, for
    one recording, in the same slots.

    Args:
        entries: at least one; every one has a recording.
        reference: title of the entry that differences refer to.
    """

    def __init__(self, entries: Sequence[Entry], reference: str):
        self.entries = {entry.title: entry for entry in entries}
        self.reference = self.entries[reference]
        self._system: System = entries[0].recordings[0].evaluation.task.system
        self._measured = _rated(entries, self._system)

    @property
    def measures(self) -> list[Measure]:
        """The columns of the table."""
        return shown_measures(self._system, next(iter(self._measured.values()))[0].slots)

    def interval(self, title: str, measure: str) -> Interval:
        """Mean and 95 % interval of an entry's measure."""
        return mean_interval(_units(self._measured[title], measure))

    def difference(self, title: str) -> Interval | None:
        """The paired difference in the objective to the reference.

        None for the reference itself, and where it was not measured on all the entry's topologies.
        """
        objective = self._system.objective.name
        own, rivals = self._measured[title], self._measured[self.reference.title]
        there = [[r for r in rivals if _topology(r) == _topology(one)] for one in own]
        if title == self.reference.title or not all(there):
            return None
        if len(own) == 1:
            paired = np.mean([rival.units(objective) for rival in there[0]], axis=0)
        else:
            paired = np.array([np.mean([r.mean(objective) for r in at]) for at in there])
        return paired_difference(_units(own, objective), paired)

    def unit(self, title: str) -> str:
        """How many independent draws of what are behind an entry's intervals."""
        measured = self._measured[title]
        if len(measured) > 1:
            return counted(len(measured), "run" if self.entries[title].runs else "topology")
        count = len(measured[0].units(self._system.objective.name))
        return counted(count, "slot" if measured[0].task.independent_slots else "episode")

    def bound(self) -> Interval:
        """Mean and interval of the bound over topologies, or over the slots of the only one."""
        objective = self._system.objective
        by_topology = {_topology(e): e for found in self._measured.values() for e in found}
        return mean_interval(_units(list(by_topology.values()), objective.bound))

    def rows(self) -> list[list[str]]:
        """The table's cells as texts, the bound's row last."""
        rows = [self._row(title) for title in self.entries]
        objective = self._system.objective
        cells = {objective.name: self.bound().to_dict(), "gap": Interval(0.0).to_dict()}
        last = [shown_value(cells.get(measure.name), measure) for measure in self.measures]
        return [*rows, [objective.bound_title, *last, "-", "-"]]

    def _row(self, title: str) -> list[str]:
        cells = [
            shown_value(self.interval(title, measure.name).to_dict(), measure)
            for measure in self.measures
        ]
        difference = self.difference(title)
        compared = "reference" if title == self.reference.title else "-"
        return [
            title,
            *cells,
            compared if difference is None else signed(difference),
            self.unit(title),
        ]


def _rated(entries: Sequence[Entry], system: System) -> dict[str, list[Evaluation]]:
    """The entries' evaluations by title, with their NRR against the rules among them."""
    rated: dict[str, list[Evaluation]] = {entry.title: [] for entry in entries}
    owned: dict[int, list[tuple[str, Any]]] = {}
    for entry in entries:
        for recording in entry.recordings:
            owned.setdefault(recording.topology, []).append((entry.title, recording.evaluation))
    for found in owned.values():
        evaluations = with_rates([evaluation for _, evaluation in found], system)
        for (title, _), evaluation in zip(found, evaluations, strict=True):
            rated[title].append(evaluation)
    return rated


def _topology(evaluation: Evaluation) -> int:
    return evaluation.task.need_scenario().seed


def _units(measured: Sequence[Evaluation], measure: str) -> Array:
    """A measure's independent values (n,)."""
    if len(measured) == 1:
        return measured[0].units(measure)
    return np.array([evaluation.mean(measure) for evaluation in measured])
