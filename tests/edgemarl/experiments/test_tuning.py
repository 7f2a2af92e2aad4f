"""Sweeps carried out: grids, searches, schedulers, a stop in the middle, and what is refused."""

import gc
import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgemarl.core import extras
from edgemarl.experiments.checkpoints import find_checkpoint
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.sweep import Sweep

pytest.importorskip("ray")
pytest.importorskip("torch")

from edgemarl.experiments.tuning import LOGGERS, TRIALS, run_sweep  # needs ray


@pytest.fixture(autouse=True)
def files_that_tune_leaves_open():
    """Ray Tune's result logger never closes its file; collected here, the warning is caught."""
    yield
    gc.collect()


pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)
SMALL = {
    "algo.actor_hiddens": [8],
    "algo.critic_hiddens": [8],
    "algo.learning_starts": 20,
    "algo.train_batch_size_per_learner": 8,
}


def small(**changes):
    settings = {
        "algorithm": "ma_maxent",
        "scenario": "tiny",
        "slots": 100,
        "checkpoint_every": 50,
        "validation_slots": 2,
        "fixed": SMALL,
        "search": {"algo.actor_lr": {"grid": [1e-4, 1e-3]}},
    }
    return Sweep(**{**settings, **changes})


def test_a_grid_is_trained_ranked_and_not_trained_again(ray_session, tmp_path):
    sweep = small(scheduler="asha", grace_slots=50)
    trials = run_sweep(sweep, tmp_path)
    assert sorted(trial.point["algo.actor_lr"] for trial in trials) == [1e-4, 1e-3]
    assert trials[0].gap <= trials[1].gap
    assert max(trial.slots for trial in trials) >= 100
    for trial in trials:
        assert trial.error is None
        manifest = Manifest.read(find_checkpoint(trial.folder, prefer="latest"))
        assert manifest.settings["actor_lr"] == trial.point["algo.actor_lr"]
        assert manifest.slots == trial.slots
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / TRIALS).glob("*/run.json")}
    again = run_sweep(sweep, tmp_path)
    assert again == trials
    assert stamps == {path: path.stat().st_mtime_ns for path in stamps}
    with pytest.raises(ValueError, match="must hold no other sweep"):
        run_sweep(small(seed=1), tmp_path)


def test_a_trial_that_fails_is_reported_beside_the_others(ray_session, tmp_path):
    """A replay of one observation holds no transition; only the first point is tried beforehand."""
    sweep = small(search={"algo.replay_capacity": {"grid": [200, 1]}}, slots=50)
    with pytest.raises(ValueError, match="replay_capacity"):
        run_sweep(small(search={"algo.replay_capacity": {"grid": [1, 200]}}), tmp_path / "first")
    assert not list(tmp_path.iterdir())
    trials = run_sweep(sweep, tmp_path / "second")
    assert [trial.error is None for trial in trials] == [True, False]
    assert "replay_capacity" in trials[1].error
    assert trials[1].gap is None


@pytest.mark.skipif(importlib.util.find_spec("optuna") is None, reason="needs optuna")
def test_optuna_searches(ray_session, tmp_path):
    search = {"algo.actor_lr": {"loguniform": [1e-4, 1e-2]}}
    sweep = small(searcher="optuna", trials=2, max_concurrent=1, search=search, slots=50)
    values = {trial.point["algo.actor_lr"] for trial in run_sweep(sweep, tmp_path)}
    assert len(values) == 2
    assert all(1e-4 <= value <= 1e-2 for value in values)


@pytest.mark.parametrize(
    ("changes", "loggers", "message"),
    [
        ({}, ["console"], f"logger must be one of {', '.join(map(repr, LOGGERS))}, got 'console'"),
        ({"algorithm": "ppo"}, [], "must be one of"),
        ({"search": {"algo.speed": {"grid": [1]}}}, [], "setting must be one of .* got 'speed'"),
        ({"search": {"env.color": {"grid": [1]}}}, [], "must be one of .* got 'color'"),
        ({"search": {"scenario.size": {"grid": [1]}}}, [], "must be one of .* got 'size'"),
    ],
)
def test_unknown_names_are_refused_before_anything_starts(tmp_path, changes, loggers, message):
    with pytest.raises(ValueError, match=message):
        run_sweep(small(**changes), tmp_path, loggers=loggers)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("package", ["optuna", "wandb", "mlflow"])
def test_missing_packages_are_named(ray_session, tmp_path, monkeypatch, package):
    monkeypatch.setitem(extras._MODULES, package, ("a_package_that_is_not_there",))
    search = {"algo.tau": {"choice": [0.1]}}
    sweep = small(search=search, searcher="optuna" if package == "optuna" else "random")
    with pytest.raises(extras.MissingExtraError, match=package):
        run_sweep(sweep, tmp_path, loggers=[] if package == "optuna" else [package])


SWEEP_FILE = """
algorithm: ma_maxent
scenario: tiny
slots: 300
checkpoint_every: 50
validation_slots: 2
max_concurrent: 1
fixed: {algo.actor_hiddens: [8], algo.critic_hiddens: [8], algo.learning_starts: 20}
search: {seed: {grid: [1, 2]}}
"""


@pytest.mark.slow
def test_a_killed_sweep_goes_on(tmp_path):
    (tmp_path / "sweep.yaml").write_text(SWEEP_FILE)
    command = [sys.executable, "-m", "edgemarl", "sweep", "sweep.yaml", "--out", "out"]
    command += ["--cpus", "2", "--baselines", "nearest", "--slots", "3"]
    path = os.pathsep.join([str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", "")])
    options = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": path}}
    first = subprocess.Popen(command, start_new_session=True, **options)
    try:
        deadline = time.monotonic() + 200
        while not list((tmp_path / "out" / TRIALS).glob("*/latest/run.json")):
            assert first.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    before = sorted((tmp_path / "out" / TRIALS).glob("*/checkpoints/slots_*"))
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, **options)
    assert done.returncode == 0, done.stderr
    assert "its best checkpoint is" in done.stdout
    runs = sorted((tmp_path / "out" / TRIALS).iterdir())
    slots = [Manifest.read(find_checkpoint(run, prefer="latest")).slots for run in runs]
    assert len(slots) == 2
    assert min(slots) >= 300
    assert before[0].parents[1] in runs  # the trial that was cut off went on in its own folder
