"""A small study, and results made by hand, for the tests of reproduction."""

import dataclasses

import pytest

from edgemarl.djtcra import load_scenario
from edgemarl.djtcra.system import SYSTEM
from edgemarl.experiments.reproduction.cell import Cell, Method
from edgemarl.experiments.reproduction.result import CellResult
from edgemarl.experiments.reproduction.study import Budget, Point, Study
from edgemarl.experiments.reproduction.summary import Summary, summarize
from edgemarl.mec.presets import SCENARIOS
from edgemarl.mec.system import SYSTEM as MEC

pytest.importorskip("torch")  # a learner's cell has its defaults in it

SERVERS, USERS = "edgemarl/djtcra-servers-v0", "edgemarl/djtcra-users-v0"
IDQN = Method(
    name="idqn",
    title="IDQN",
    algorithm="idqn",
    env_id=USERS,
    env_kwargs={"reward": "local"},
    settings={"q_hiddens": [8], "learning_starts": 20},
)
BROKEN = Method(
    name="broken", title="Broken", algorithm="idqn", env_id=USERS, settings={"nonsense": 1}
)
GREEDY = Method(name="greedy", title="GA-Aware", rule="greedy", env_id=SERVERS)
NEAREST = Method(name="nearest", title="DAES", rule="nearest", env_id=SERVERS)
TINY = load_scenario("tiny")
BUDGET = Budget(slots=100, evaluation_slots=3, seeds=2)
STUDY = Study(
    name="tiny-curves",
    title="A small study",
    system=SYSTEM,
    kind="curves",
    scenario=TINY,
    points=(Point(label="|U| = 8"),),
    methods=(IDQN, GREEDY, NEAREST, BROKEN),
    reference="idqn",
    window=100,
    budget=BUDGET,
    quick=Budget(slots=50, evaluation_slots=2, seeds=1),
)
POINTS = dataclasses.replace(
    STUDY,
    name="tiny-points",
    kind="points",
    points=tuple(
        Point(label=f"U {n}", value=float(n), scenario={"num_users": n}) for n in (6, 8, 10)
    ),
    methods=(IDQN, GREEDY, NEAREST),
    axis="number of users",
)
MINIMISED = dataclasses.replace(
    STUDY,
    name="tiny-table",
    system=MEC,
    kind="table",
    scenario=SCENARIOS["tiny"],
    points=(Point(label="tiny"),),
    methods=tuple(
        Method(name=name, title=name.title(), rule=name, env_id="edgemarl/mec-v0")
        for name in ("exact", "local")
    ),
    reference="exact",
)


def measured(cell: Cell, value: float, *, bound: float = 10.0, **further) -> CellResult:
    """A result whose greedy policy reaches a value, while the other measures are the same."""
    system = cell.task.system
    names = [*system.measure_names, *system.bound_measures]
    objective = system.objective
    evaluation = {
        **dict.fromkeys(names, 1.0),
        objective.name: value,
        objective.bound: bound,
        "gap": float(objective.gap(bound, value)),
    }
    if cell.slots:
        slots = [50.0, 100.0, 150.0, 200.0]
        curve = {m.name: [1.0, 2.0, 4.0, 8.0] for m in system.outcome_measures}
        further.setdefault("curve", {"slots": slots, **curve})
        checked = {name: [value - 1, value] for name in objective.validated}
        further.setdefault("validation", {"slots": [100.0, 200.0], **checked})
        further.setdefault("sampled", {m.name: 7.0 for m in system.outcome_measures})
    return CellResult.of(cell, evaluation=evaluation, **further)


def summary(study: Study, values: dict[str, list[float]], **further) -> Summary:
    """A study's summary where each method's replicates reach the given values at every point."""
    seeds = max(map(len, values.values()))
    budget = dataclasses.replace(study.budget, seeds=seeds)
    methods = {method.name: method for method in study.methods}
    results = [
        measured(study.cell(methods[name], point, k, budget), value, **further)
        for name, reached in values.items()
        for point in study.points
        for k, value in enumerate(reached)
    ]
    return summarize(study, budget, results)
