"""From the results of cells to what a table shows: means, intervals, paired differences."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.seeding import named_generator
from edgemarl.experiments.reproduction.cell import Method
from edgemarl.experiments.reproduction.result import CellResult
from edgemarl.experiments.reproduction.study import Budget, Point, Study
from edgemarl.experiments.statistics import Interval, mean_interval, paired_bootstrap

PRELIMINARY = 10  # replicates below which a result is called so


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One method at one point: what its replicates measured.

    Attributes:
        point: the place on the axis.
        method: what acted.
        results: one for each replicate; rules repeat that of the replicate's topology.
    """

    point: Point
    method: Method
    results: tuple[CellResult, ...]

    def values(self, measure: str) -> NDArray[np.float64]:
        """A measure of the greedy policy on the evaluation slots, (n,); NaN where it has none."""
        return np.array([result.evaluation.get(measure, np.nan) for result in self.results])

    def has(self, measure: str) -> bool:
        """Whether a measure was taken."""
        return all(measure in result.evaluation for result in self.results)

    def sampled(self, measure: str) -> NDArray[np.float64]:
        """The same over the last tenth of training, exploration included; of rules, (n,)."""
        return np.array([(r.sampled or r.evaluation)[measure] for r in self.results])

    def interval(self, measure: str) -> Interval:
        """Mean of a measure over the replicates, with a 95 % t interval.

        A rule's replicates on one topology are one result: its interval is over the topologies.
        """
        values = self.values(measure)
        if self.method.learns:
            return mean_interval(values)
        _, first = np.unique([result.topology for result in self.results], return_index=True)
        half, mean = mean_interval(values[first]).half_width, float(values.mean())
        return Interval(mean) if half is None else Interval(mean, mean - half, mean + half)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """One method at one point that is not shown, as it has not been run for every replicate.

    Attributes:
        point: the place on the axis.
        method: what would have acted.
        replicates: how many of it there are.
    """

    point: Point
    method: Method
    replicates: int


@dataclass(frozen=True, kw_only=True)
class Summary:
    """All methods at all points of a study that have been run for every replicate of a budget.

    Attributes:
        study: what was run.
        budget: at which budget.
        entries: point by point, in the order of the methods.
        gaps: what of the study is not among them, whether it was asked for or not.
    """

    study: Study
    budget: Budget
    entries: tuple[Entry, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def preliminary(self) -> bool:
        """Whether there are fewer replicates than a firm statement takes."""
        return self.budget.seeds < PRELIMINARY

    @property
    def reference(self) -> Method:
        """The study's reference; the first method that has been run, where that has not been."""
        run = {entry.method.name: entry.method for entry in self.entries}
        return run.get(self.study.reference) or next(iter(run.values()))

    @property
    def points(self) -> list[Point]:
        """The points that have an entry."""
        labels = {entry.point.label for entry in self.entries}
        return [point for point in self.study.points if point.label in labels]

    def entry(self, point: Point, method: str) -> Entry | None:
        """A method's entry at a point, None if it has not been run."""
        return next(
            (e for e in self.entries if e.point.label == point.label and e.method.name == method),
            None,
        )

    def bound(self, point: Point) -> NDArray[np.float64]:
        """The certified bound of every replicate's evaluation slots, (n,)."""
        entry = next(e for e in self.entries if e.point.label == point.label)
        return entry.values(self.study.system.objective.bound)

    @property
    def rated_by(self) -> tuple[str, ...]:
        """The rules of the study that the normalised reward rate (NRR) is also taken against."""
        rules = {entry.method.rule for entry in self.entries}
        return tuple(rule for rule in self.study.system.nrr_references if rule in rules)

    def rate(self, entry: Entry, rule: str) -> float | None:
        """The entry's objective relative to a rule's (NRR), the mean over the replicates."""
        names = [m.name for m in self.study.methods if m.rule == rule]
        against = self.entry(entry.point, names[0]) if names else None
        if against is None:
            return None
        objective = self.study.system.objective
        rates = objective.rate(against.values(objective.name), entry.values(objective.name))
        return float(rates.mean())

    def difference(self, entry: Entry) -> Interval | None:
        """The reference's objective minus the method's, paired over topology and training seed.

        The interval is a bootstrap over the replicates; None where the reference has not been run.
        """
        reference = self.entry(entry.point, self.reference.name)
        if reference is None:
            return None
        name = self.study.system.objective.name
        rng = named_generator(0, f"bootstrap {self.study.name} {entry.point.label}")
        return paired_bootstrap(reference.values(name), entry.values(name), rng)


def summarize(study: Study, budget: Budget, results: Sequence[CellResult]) -> Summary:
    """What the results say of a study at a budget, at all its points that have been run.

    Methods that lack a replicate are left out, and told. So is a point at which rules alone have
    been run where learners have been at another: a rule's cell may belong to several points.
    """
    known = {_key(result.cell): result for result in results}
    entries, gaps = [], []
    for point in study.points:
        for method in study.methods:
            cells = [study.cell(method, point, k, budget) for k in range(budget.seeds)]
            found = [known.get(_key(cell.identity())) for cell in cells]
            complete = tuple(result for result in found if result is not None)
            if len(complete) == len(cells):
                entries.append(Entry(point=point, method=method, results=complete))
            else:
                gaps.append(Gap(point=point, method=method, replicates=len(complete)))
    learned = {entry.point.label for entry in entries if entry.method.learns}
    shown = [entry for entry in entries if not learned or entry.point.label in learned]
    return Summary(study=study, budget=budget, entries=tuple(shown), gaps=tuple(gaps))


def _key(identity: dict[str, object]) -> str:
    return json.dumps(identity, sort_keys=True)
