"""`make demo`: seven edge servers learn to place the tasks of a hundred users.

How to run:     make demo, or python examples/demo.py [--slots N] [--out DIR]
How long:       under five minutes on two cores
What to expect: checkpoints whose gap to the certified bound shrinks, then a table of the learned
                policy, the baselines, a near-optimal centralised assignment and the bound, and the
                learning curve in DIR/learning_curve.png.
"""

import argparse
import shutil
from pathlib import Path

from rich.console import Console

from edgemarl.experiments import compare
from edgemarl.experiments.comparison import Comparison
from edgemarl.experiments.logs import read_progress
from edgemarl.experiments.plots import draw_learning_curves
from edgemarl.experiments.progress import ProgressBar
from edgemarl.experiments.tables import comparison_table
from edgemarl.experiments.training import train

LEARNED = "MAMaxEnt"
BASELINES = ("nearest", "random", "greedy", "static-price", "near-optimal")
SETTINGS = {"learning_starts": 300}


def main(slots: int, out: Path) -> None:
    """Train, compare, draw."""
    run = out / "run"
    if (run / "run.json").exists():
        shutil.rmtree(run)  # an earlier demo
    with ProgressBar(slots, LEARNED, "system QoE") as bar:
        train(
            "ma_maxent",
            "demo",
            slots=slots,
            out=run,
            env_runners=2,
            settings=SETTINGS,
            checkpoint_every=max(slots // 10, 1),
            validation_slots=25,
            reporter=bar,
        )
    policies = {LEARNED: str(run), **{name: name for name in BASELINES}}
    comparison = compare(policies, "demo", slots=50, reference="nearest")
    Console().print(comparison_table(comparison))
    picture = out / "learning_curve.png"
    draw_learning_curves(
        {LEARNED: read_progress(run)},
        picture,
        lines={name: comparison.interval(name, "system_qoe").mean for name in BASELINES},
        bound=comparison.bound().mean,
        objective=comparison.objective,
    )
    print(f"{LEARNED} closes {100 * share_closed(comparison):.0f} % of the gap between nearest")
    print(f"and the bound. Its learning curve is in {picture}.")


def share_closed(comparison: Comparison) -> float:
    """The part of the gap between nearest and the bound that the learned policy closes."""
    nearest = comparison.interval("nearest", "system_qoe").mean
    gained = comparison.interval(LEARNED, "system_qoe").mean - nearest
    return gained / (comparison.bound().mean - nearest)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train, compare and draw, in five minutes.")
    parser.add_argument("--slots", type=int, default=2000, help="slots of training")
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder to write to")
    arguments = parser.parse_args()
    main(arguments.slots, arguments.out)
