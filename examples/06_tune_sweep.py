"""Sweep an algorithm's settings with Ray Tune, from Python.

How to run:
    python examples/06_tune_sweep.py [SLOTS] [OUT]

How long: two minutes.

What to expect: two learning rates drawn at random, each with two entropy targets, of MAMaxEnt on
the tiny scenario; one line for each trial, best first. `edgemarl sweep FILE.yaml` does the same
from a file. Run it again with the same folder after a stop, and it goes on where it was.
"""

import sys
import tempfile
from pathlib import Path

from edgemarl.experiments.sweep import Sweep
from edgemarl.experiments.tuning import run_sweep


def main(slots: int, out: Path) -> None:
    """Run the sweep and print its trials, best first."""
    sweep = Sweep(
        name="entropy",
        algorithm="ma_maxent",
        scenario="tiny",
        slots=slots,
        fixed={"algo.learning_starts": 50},
        search={
            "algo.actor_lr": {"loguniform": [1e-4, 3e-3]},
            "algo.target_entropy": {"grid": [0.1, 0.3]},
        },
        trials=2,
        scheduler="asha",
        checkpoint_every=max(slots // 4, 1),
        validation_slots=20,
    )
    for trial in run_sweep(sweep, out, cpus=2):
        gap = "-" if trial.gap is None else f"{100 * trial.gap:5.2f} %"
        print(f"{trial.name}  gap {gap}  after {trial.slots} slots  {trial.point}")


if __name__ == "__main__":
    folder = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="sweep-")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, Path(folder))
