"""Training runs outlive stops, full disks and kills; what goes on is what would have been."""

import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

pytest.importorskip("ray")
pytest.importorskip("torch")

from edgemarl.cli.app import app
from edgemarl.experiments import training
from edgemarl.experiments.backend import Learner, settings_of
from edgemarl.experiments.checkpoints import find_checkpoint
from edgemarl.experiments.logs import read_progress
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.task import DEFAULT_ENV
from rllib_algos import registry
from tests.states import assert_equal_states

SMALL = {
    "learning_starts": 20,
    "train_batch_size_per_learner": 8,
    "actor_hiddens": [8],
    "critic_hiddens": [8],
    "q_hiddens": [8],
    "num_demonstrations": 16,
    "imitation_updates": 8,
    "row_hiddens": [8],
}
CHECKS = {"checkpoint_every": 50, "validation_slots": 2}
# A setting of a replay, which an algorithm without one refuses; and where servers score devices.
REFUSED = {"ac": {"learning_starts"}}
ENVIRONMENTS = {"dirs": "edgemarl/mec-v0"}

pytestmark = pytest.mark.usefixtures("ray_session")


def train(name, out, slots, **changes):
    known = settings_of(registry.get_config(name)).keys() - REFUSED.get(name, set())
    settings = {key: value for key, value in SMALL.items() if key in known}
    changes.setdefault("env_id", ENVIRONMENTS.get(name, DEFAULT_ENV))
    training.train(name, "tiny", slots=slots, out=out, settings=settings, **CHECKS, **changes)


def curve(folder):
    """The rows of ``progress.csv`` without their times."""
    return [
        {name: value for name, value in row.items() if name != "seconds"}
        for row in read_progress(folder)
    ]


def assert_equal_runs(one, other):
    assert curve(one) == curve(other)
    assert_equal_states(*(find_checkpoint(run, prefer="latest") for run in (one, other)))


@pytest.mark.parametrize("name", registry.names())
def test_a_run_in_two_parts_equals_the_run_in_one(tmp_path, name):
    train(name, tmp_path / "one", 100)
    train(name, tmp_path / "two", 50)
    training.resume(tmp_path / "two", slots=100, **CHECKS)
    assert len(curve(tmp_path / "one")) == 2
    assert_equal_runs(tmp_path / "one", tmp_path / "two")


def test_a_run_whose_process_is_killed_goes_on_as_if_it_had_not_been(tmp_path):
    settings = [f"algo.{key}={SMALL[key]}".replace(" ", "") for key in list(SMALL)[:4]]
    command = [sys.executable, "-m", "edgemarl", "train", "maddpg", "--scenario", "tiny"]
    command += ["--slots", "100000", "--checkpoint-every", "50", "--validation-slots", "2"]
    command += ["--out", str(tmp_path / "killed"), "--set", *settings]
    process = subprocess.Popen(command, start_new_session=True)
    try:
        deadline = time.monotonic() + 240
        while len(read_progress(tmp_path / "killed")) < 2:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    done = Manifest.read(find_checkpoint(tmp_path / "killed", prefer="latest")).slots
    command[command.index("100000")] = str(done + 50)
    command[command.index("--out")] = "--resume"
    resumed = CliRunner().invoke(app, command[3 : command.index("--set")])
    assert resumed.exit_code == 0, resumed.output
    train("maddpg", tmp_path / "whole", done + 50)
    assert_equal_runs(tmp_path / "whole", tmp_path / "killed")


@contextmanager
def full_disk():
    """No file can grow beyond 8 kB, as if there were no space left for it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_full_disk_leaves_the_last_checkpoint_intact(tmp_path, monkeypatch):
    train("maddpg", tmp_path, 50)
    before = contents(tmp_path / "checkpoints")
    save = Learner.save

    def save_on_a_full_disk(self, folder):
        with full_disk():
            save(self, folder)

    monkeypatch.setattr(Learner, "save", save_on_a_full_disk)
    with pytest.raises(training.TrainingError, match="File too large") as raised:
        training.resume(tmp_path, slots=100, **CHECKS)
    assert "the last checkpoint is intact: " in str(raised.value)
    assert contents(tmp_path / "checkpoints") == before
    monkeypatch.undo()
    training.resume(tmp_path, slots=100, **CHECKS)
    assert [row["slots"] for row in curve(tmp_path)] == [50, 100]


def test_an_error_is_told_although_there_is_no_space_for_its_traceback(tmp_path, monkeypatch):
    (tmp_path / "error.log").mkdir()  # cannot be written to

    def failing(self):
        raise OSError("no space left on device")

    monkeypatch.setattr(Learner, "step", failing)
    with pytest.raises(training.TrainingError, match=r"traceback not written, .*no space left on"):
        train("maddpg", tmp_path, 50)


def test_a_run_of_another_version_is_not_continued(tmp_path, monkeypatch):
    train("maddpg", tmp_path, 50)
    monkeypatch.setattr(
        "edgemarl.experiments.manifest.recorded_versions", lambda: {"edgemarl": "99.0"}
    )
    with pytest.raises(ValueError, match=r"run .*: edgemarl was .*, is 99\.0 here; install edge"):
        training.resume(tmp_path, slots=100, **CHECKS)
