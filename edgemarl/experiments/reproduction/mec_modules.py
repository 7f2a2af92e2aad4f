"""The figures and the table that examine the parts of DIRS, section V.B: 30 devices."""

import dataclasses

from edgemarl.core.system import Measure
from edgemarl.experiments.reproduction.cell import Method
from edgemarl.experiments.reproduction.mec_methods import (
    DIRS,
    DIRS_EXACT,
    ENV,
    EXACT,
    RANDOM,
    REMOTE,
    UNTAUGHT,
)
from edgemarl.experiments.reproduction.study import Budget, Point, Study
from edgemarl.mec.presets import N30
from edgemarl.mec.system import SYSTEM

OBJECTIVE = SYSTEM.measures[0]
LOSSES = tuple(
    Measure(name=f"loss_server_{k}", title=f"loss of agent {k + 1}", digits=3) for k in (0, 1)
)
ACCURACIES = tuple(
    Measure(name=f"{where}_accuracy", title=f"{where} accuracy [%]", factor=100.0, digits=1)
    for where in ("training", "testing")
)
MEMORISED = dataclasses.replace(
    DIRS, name="dirs_no_l2", title="loss L_D", settings={"l2_weight": 0.0}
)
SEARCHES = tuple(
    Method(
        name=f"search_{refinement}",
        title=title,
        algorithm="dirs",
        env_id=ENV,
        settings={"refinement": refinement},
        probe="dirs_search",
    )
    for refinement, title in (
        ("levy", "proposed Lévy flight search"),
        ("levy_classic", "classic Lévy flight search"),
        ("local_search", "local search"),
    )
)

FIGURE_5 = Study(
    name="dirs-fig5",
    title="Figure 5: imitation and Lévy flights while learning, 30 devices",
    system=SYSTEM,
    kind="curves",
    scenario=N30,
    points=(Point(label="30 devices"),),
    shown=SYSTEM.outcome_measures,
    methods=(DIRS, *UNTAUGHT, REMOTE, EXACT),
    reference="dirs",
    window=200,
    budget=Budget(slots=3_000, seeds=10),
    quick=Budget(slots=3_000, evaluation_slots=50, seeds=1),
)
FIGURE_3 = dataclasses.replace(
    FIGURE_5,
    name="dirs-fig3",
    title="Figure 3: losses of the agents, 30 devices",
    shown=(*LOSSES, OBJECTIVE),
    methods=(
        *(dataclasses.replace(m, probe="dirs_losses") for m in (DIRS, DIRS_EXACT, UNTAUGHT[0])),
        REMOTE,
        EXACT,
    ),
    window=50,
)
FIGURE_4 = dataclasses.replace(
    FIGURE_5,
    name="dirs-fig4",
    title="Figure 4: refinement by Lévy flight searches, 30 devices",
    shown=(OBJECTIVE,),
    points=tuple(
        Point(label=f"Gmax = {rounds}", settings={"refinement_iterations": rounds})
        for rounds in (10, 300)
    ),
    steps="candidates scored",
    methods=(*SEARCHES, RANDOM, EXACT),
    reference="search_levy",
    window=1,
    budget=Budget(slots=0, evaluation_slots=20, seeds=10),
    quick=Budget(slots=0, evaluation_slots=20),
)
TABLE_2 = dataclasses.replace(
    FIGURE_5,
    name="dirs-table2",
    title="Table II: imitation by the amount of demonstrations, 30 devices",
    kind="table",
    shown=(*ACCURACIES, OBJECTIVE),
    points=tuple(
        Point(label=f"{count}", value=float(count), settings={"num_demonstrations": count})
        for count in (64, 128, 256, 512)
    ),
    axis="demonstrations",
    methods=(
        dataclasses.replace(DIRS, title="loss L_1", probe="dirs_imitation"),
        dataclasses.replace(MEMORISED, probe="dirs_imitation"),
        EXACT,
    ),
    budget=Budget(slots=0, seeds=10),
    quick=Budget(slots=0, evaluation_slots=50, seeds=1, points=2),
)
