"""What decides how a run goes on, read from a checkpoint's files, so that runs can be compared."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


def state_of(checkpoint: Path) -> dict[str, Any]:
    """Every number of weights, optimizers, replay, counters, random streams and observations."""
    learner = checkpoint / "learner_group" / "learner"
    parts = {
        "learner": _load(learner / "state.pkl"),
        "actors": _load(learner / "rl_module" / "actors" / "module_state.pkl"),
        "central": _load(learner / "rl_module" / "central" / "module_state.pkl"),
        "algorithm": _load(checkpoint / "algorithm_state.pkl"),
        "runner": _load(checkpoint / "env_runner" / "state.pkl"),
    }
    for part in ("learner", "algorithm"):
        del parts[part]["metrics_logger"]  # it holds times, too
    simulation = parts["runner"].pop("simulation")
    parts["stream"] = simulation["generator"]
    steppers = pickle.loads(simulation["steppers"])  # one of all copies, or one of each
    alone = steppers if isinstance(steppers, list) else [steppers]
    parts["observed"] = [stepper.current for stepper in alone]
    leaves = dict(_leaves(parts, ""))
    assert len(leaves) > 50, sorted(leaves)  # nothing was overlooked
    return leaves


def assert_equal_states(one: Path, other: Path) -> None:
    """Two checkpoints must agree to the last bit."""
    a, b = state_of(one), state_of(other)
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def _load(file: Path) -> Any:
    return pickle.loads(file.read_bytes())


def _leaves(tree: Any, path: str) -> Any:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _leaves(value, f"{path}/{key}")
    elif isinstance(tree, list | tuple):
        for key, value in enumerate(tree):
            yield from _leaves(value, f"{path}/{key}")
    else:
        yield path, tree.detach().numpy() if hasattr(tree, "detach") else tree
