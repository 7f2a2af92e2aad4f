"""The learning curves of the trained policies of a comparison."""

from pathlib import Path

from edgemarl.experiments.checkpoints import find_checkpoint, run_folder_of
from edgemarl.experiments.comparison import Comparison
from edgemarl.experiments.logs import read_progress
from edgemarl.experiments.plots import draw_learning_curves
from edgemarl.experiments.policies import folder_of, is_checkpoint


def draw_curves(comparison: Comparison, path: Path) -> None:
    """Draw the curves of the policies that are runs, and the others and the bound as lines.

    Raises:
        ValueError: if no policy of the comparison is a training run's folder, or the file's ending
            names no picture format.
    """
    trained = [
        name
        for name in comparison.policies
        if is_checkpoint(name) and folder_of(name) == Path(name)
    ]
    if not trained:
        listed = ", ".join(comparison.policies)
        raise ValueError(f"--curves must be given at least one training run, got {listed}")
    folders = {name: run_folder_of(find_checkpoint(Path(name), prefer="best")) for name in trained}
    draw_learning_curves(
        {name: read_progress(folder) for name, folder in folders.items()},
        path,
        lines={
            name: comparison.interval(name, comparison.objective.name).mean
            for name in comparison.policies
            if name not in trained
        },
        bound=comparison.bound().mean,
        objective=comparison.objective,
    )
