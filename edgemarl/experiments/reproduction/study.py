"""A study: what a paper's figure or table compares, and at which budget."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from edgemarl.core.scenario import AnyScenario
from edgemarl.core.system import Measure, System
from edgemarl.core.validation import check_choice, check_count
from edgemarl.experiments.reproduction.cell import Cell, Method

KINDS = ("curves", "points", "table")
TOPOLOGIES = 3  # that replicates take turns on
AMOUNTS = ("slots", "seeds", "evaluation_slots")  # of a budget: what numbers depend on


@dataclass(frozen=True, kw_only=True)
class Point:
    """A place on a study's axis: what differs there from the study's scenario.

    Attributes:
        label: in tables, and on the axis where the value is no number.
        value: on the axis; None where the points are categories.
        scenario: overrides of the scenario.
        settings: further settings of every learner.
    """

    label: str
    value: float | None = None
    scenario: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How much a study runs.

    Attributes:
        slots: of training, for every learner; 0 where nothing is trained.
        evaluation_slots: fresh slots at the end.
        seeds: replicates: training seed k on topology k modulo three.
        points: how many of the study's points, from the first to the last.
    """

    slots: int
    evaluation_slots: int = 200
    seeds: int = 3
    points: int | None = None


@dataclass(frozen=True, kw_only=True)
class Study:
    """A figure or a table of a paper.

    Attributes:
        name: on the command line, such as "djtcra-fig6".
        title: what the paper calls it.
        system: whose scenarios it is about.
        kind: "curves" against slots of training, "points" against an axis, or "table".
        scenario: what the points differ from.
        points: places on the axis; one alone where it has none.
        axis: the axis' title.
        steps: what curves are drawn against.
        shown: what its figures and tables show instead of the system's measures.
        methods: what is compared.
        reference: the method whose differences to the others are told.
        window: slots of the moving average of curves.
        budget: by default.
        quick: with `--quick`.
    """

    name: str
    title: str
    system: System
    kind: str
    scenario: AnyScenario
    points: tuple[Point, ...]
    axis: str = ""
    steps: str = "slots of training"
    shown: tuple[Measure, ...] = ()
    methods: tuple[Method, ...]
    reference: str
    window: int = 50
    budget: Budget
    quick: Budget

    def __post_init__(self) -> None:
        """Check the kind and that names are unique and known."""
        check_choice("kind", self.kind, KINDS)
        names = [method.name for method in self.methods]
        check_choice("reference", self.reference, names)
        for kind, values in (("method", names), ("point", [p.label for p in self.points])):
            if len(set(values)) < len(values):
                raise ValueError(f"{self.name}: {kind}s must have different names, got {values}")

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What its figures and tables show."""
        return self.shown or self.system.measures

    def narrowed(
        self, methods: Sequence[str] | None = None, points: Sequence[str] | None = None
    ) -> Self:
        """The study with some of its methods and points alone, in its own order.

        Args:
            methods: names; None for all. Without the reference, the first kept is the reference.
            points: labels; None for all.

        Raises:
            ValueError: for an unknown name or label.
        """
        known = [method.name for method in self.methods]
        labels = [point.label for point in self.points]
        for name in methods or ():
            check_choice("method", name, known)
        for label in points or ():
            check_choice("point", label, labels)
        kept = tuple(m for m in self.methods if methods is None or m.name in methods)
        places = tuple(p for p in self.points if points is None or p.label in points)
        reference = next((m.name for m in kept if m.name == self.reference), kept[0].name)
        return dataclasses.replace(self, methods=kept, points=places, reference=reference)

    def chosen_points(self, budget: Budget) -> tuple[Point, ...]:
        """The points of a budget: evenly chosen, the first and the last among them."""
        count = len(self.points) if budget.points is None else budget.points
        if count >= len(self.points):
            return self.points
        last = len(self.points) - 1
        places = {round(i * last / max(count - 1, 1)) for i in range(count)}
        return tuple(self.points[i] for i in sorted(places))

    def file_stem(self, budget: Budget) -> str:
        """What its files are called at a budget: no other budget's are written over.

        Its name at its own budget, with ``-quick`` at the quick one; else with all that differs.
        """
        for usual, ending in ((self.budget, ""), (self.quick, "-quick")):
            if all(getattr(budget, name) == getattr(usual, name) for name in AMOUNTS):
                return f"{self.name}{ending}"
        differs = (name for name in AMOUNTS if getattr(budget, name) != getattr(self.budget, name))
        parts = (f"{getattr(budget, name)}-{name.replace('_', '-')}" for name in differs)
        return "-".join([self.name, *parts])

    def cell(self, method: Method, point: Point, replicate: int, budget: Budget) -> Cell:
        """The cell of a method at a point; rules have one for each topology."""
        learns = method.learns
        overrides = {
            **point.scenario,
            **method.scenario,
            "seed": self.scenario.seed + replicate % TOPOLOGIES,
        }
        settings = {**method.settings, **point.settings} if learns else {}
        return Cell(
            method=Method(**{**vars(method), "settings": settings}),
            scenario=self.scenario.with_overrides(overrides),
            seed=replicate if learns else 0,
            slots=budget.slots if learns else 0,
            evaluation_slots=budget.evaluation_slots,
        )

    def cells(self, budget: Budget) -> list[Cell]:
        """All cells, replicate by replicate, so that a part of them is balanced.

        Raises:
            ValueError: for no replicate, or slots of training where the study trains nothing.
        """
        if budget.slots and not self.budget.slots:
            raise ValueError(
                f"slots must be 0 for {self.name}, which takes none, got {budget.slots}"
            )
        check_count("seeds", budget.seeds)
        return [
            self.cell(method, point, replicate, budget)
            for replicate in range(budget.seeds)
            for point in self.chosen_points(budget)
            for method in self.methods
        ]


def by_name(studies: Sequence[Study]) -> dict[str, Study]:
    """Studies by their names."""
    return {study.name: study for study in studies}
