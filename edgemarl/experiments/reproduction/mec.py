"""The figures and tables of Jiang, Dong, Wang, Yang and Pan: "DIRS", sections V.C and V.D.

Every study has the exact optimum, the nearest server with its capacity and the certified bound
beside the learners.
"""

import dataclasses

from edgemarl.experiments.reproduction.mec_methods import (
    AC,
    AC_CAPACITY,
    DDPG,
    DDPG_CAPACITY,
    DE,
    DIRS,
    DIRS_EXACT,
    EXACT,
    LOCAL,
    MADDPG,
    PSO,
    RANDOM,
    REMOTE,
)
from edgemarl.experiments.reproduction.mec_modules import FIGURE_3, FIGURE_4, FIGURE_5, TABLE_2
from edgemarl.experiments.reproduction.study import Budget, Point, Study
from edgemarl.mec.presets import N180, N200
from edgemarl.mec.system import SYSTEM

FIGURE_6 = Study(
    name="dirs-fig6",
    title="Figure 6: weights of time and energy, 180 devices",
    system=SYSTEM,
    kind="points",
    scenario=N180,
    points=tuple(
        Point(
            label=f"{label} ({time:g}, {energy:g})",
            scenario={"time_weight": time, "energy_weight": energy},
        )
        for label, time, energy in (
            ("time-sensitive", 1.5, 0.5),
            ("normal", 1.0, 1.0),
            ("energy-sensitive", 0.5, 1.5),
        )
    ),
    axis="task, weights of time and energy",
    methods=(DIRS, RANDOM, REMOTE, EXACT),
    reference="dirs",
    budget=Budget(slots=4_000, evaluation_slots=50),
    quick=Budget(slots=500, evaluation_slots=3, seeds=1),
)
TABLE_3 = dataclasses.replace(
    FIGURE_6,
    name="dirs-table3",
    title="Table III: positions of the devices, 180 devices",
    kind="table",
    points=tuple(
        Point(label=kind, scenario={} if kind == "uniform" else {"positions": kind})
        for kind in ("uniform", "gaussian", "levy")
    ),
    axis="positions",
    methods=(DIRS, RANDOM, REMOTE, EXACT, PSO),
    quick=Budget(slots=500, evaluation_slots=3, seeds=1, points=2),
)
TABLE_4 = dataclasses.replace(
    TABLE_3,
    name="dirs-table4",
    title="Table IV: data and cycles of the tasks, 180 devices",
    points=(
        *(
            Point(label=f"D = {kb} kB", scenario={"tasks.volume": kb * 8e3})
            for kb in (50, 200, 1000)
        ),
        *(
            Point(label=f"F = {giga:g} Gcycles", scenario={"tasks.cycles": giga * 1e9})
            for giga in (0.5, 2.0)
        ),
    ),
    axis="task",
)
TABLE_5 = Study(
    name="dirs-table5",
    title="Table V: learners and searches, 200 devices",
    system=SYSTEM,
    kind="table",
    scenario=N200,
    points=(Point(label="200 devices"),),
    methods=(DIRS, DIRS_EXACT, AC, DDPG, AC_CAPACITY, DDPG_CAPACITY, REMOTE, EXACT, PSO, DE),
    reference="dirs",
    budget=Budget(slots=5_000, evaluation_slots=50),
    quick=Budget(slots=500, evaluation_slots=3, seeds=1),
)
FIGURE_7 = dataclasses.replace(
    TABLE_5,
    name="dirs-fig7",
    title="Figure 7: number of devices, ten servers",
    kind="points",
    points=tuple(
        Point(label=f"{devices}", value=float(devices), scenario={"num_devices": devices})
        for devices in (50, 100, 150, 200)
    ),
    axis="number of devices",
    methods=(DIRS, MADDPG, RANDOM, REMOTE, LOCAL, EXACT),
    quick=Budget(slots=500, evaluation_slots=3, seeds=1, points=2),
)
STUDIES = (FIGURE_3, FIGURE_4, FIGURE_5, FIGURE_6, FIGURE_7, TABLE_2, TABLE_3, TABLE_4, TABLE_5)
