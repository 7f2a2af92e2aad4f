"""Runs that were never trained: folders, curves and recordings, made without ray and torch."""

import csv
import dataclasses

from edgemarl.djtcra import load_scenario as load_djtcra
from edgemarl.experiments.checkpoints import RunFolder
from edgemarl.experiments.logs import FILE_NAME, columns_of
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.task import DEFAULT_ENV
from edgemarl.mec import load_scenario as load_mec
from edgemarl.report.recording import Draws, record, write_recording
from edgemarl.report.runs import read_run

DRAWS = Draws(slots=4, record=3)
SCENARIOS = {
    "djtcra": (DEFAULT_ENV, load_djtcra("tiny")),
    "mec": ("edgemarl/mec-v0", load_mec("n30").with_overrides({"num_devices": 6})),
}


def rows_of(system, slots, start):
    """Curves that rise from `start` by a hundredth a slot, with a check every 20 slots."""
    rows = []
    for done in range(10, slots + 1, 10):
        row = {"slots": done, "seconds": done / 10, system.objective.name: start + done / 100}
        if done % 20 == 0:
            checked = (start + done / 100, 2.0 * start, 0.5 - done / 1000)
            row |= dict(
                zip((f"validation_{n}" for n in system.objective.validated), checked, strict=True)
            )
        rows.append(row)
    return rows


def make_run(
    path,
    *,
    system="djtcra",
    topology=0,
    seed=0,
    slots=60,
    start=3.0,
    recorded=None,
    scenario=None,
    **changes,
):
    """A run's folder; `recorded` names a rule that stands for the trained policy."""
    env_id, known = SCENARIOS[system]
    scenario = known.with_overrides({"seed": topology, **(scenario or {})})
    usual = Manifest(
        algorithm="maddpg",
        env_id=env_id,
        env_kwargs={},
        scenario=scenario.to_dict(),
        settings={},
        seed=seed,
        env_runners=0,
        slots=slots,
        command=f"edgemarl train maddpg --out {path}",
        commit="0123456789",
    )
    manifest = dataclasses.replace(usual, **changes)
    folder = RunFolder(path)
    folder.mark_best(folder.save(manifest, lambda _: None))
    task = manifest.task()
    with (path / FILE_NAME).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns_of(task.system))
        writer.writeheader()
        writer.writerows(rows_of(task.system, slots, start))
    if recorded is not None:
        run = read_run(path, path.name)
        write_recording(record(recorded, task, DRAWS, name=run.name), run, DRAWS)
    return path
