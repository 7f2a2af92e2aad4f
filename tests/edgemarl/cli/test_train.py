import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edgemarl.cli.app import app
from edgemarl.core import extras
from edgemarl.djtcra import load_scenario
from edgemarl.experiments.checkpoints import RunFolder
from edgemarl.experiments.logs import read_progress
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.task import DEFAULT_ENV

SMALL = (
    *("--set", "algo.actor_hiddens=[16]", "algo.critic_hiddens=[16]", "algo.learning_starts=20"),
    *("--checkpoint-every", "50", "--validation-slots", "3"),
)
needs_rllib = pytest.mark.skipif(
    any(extras.importlib.util.find_spec(name) is None for name in ("ray", "torch")),
    reason="needs the rllib extra",
)


def error_of(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["train", *arguments])
    assert result.exit_code == 2, result.output
    line = result.stderr.strip()
    assert line.startswith("edgemarl: error: ")
    assert len(line.splitlines()) == 1
    return line


@pytest.fixture
def old_run(tmp_path):
    """The folder of a run of 40 slots, without weights."""
    folder = RunFolder(tmp_path / "old")
    manifest = Manifest(
        algorithm="ma_maxent",
        env_id=DEFAULT_ENV,
        env_kwargs={},
        scenario=load_scenario("tiny").to_dict(),
        settings={"tau": 0.5},
        seed=3,
        env_runners=0,
        slots=40,
    )
    folder.save(manifest, lambda path: None)
    return folder.path


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(extras._MODULES, "rllib", ("a_framework_that_is_not_there",))
    error = error_of("maddpg")
    assert "training needs a_framework_that_is_not_there: pip install 'edgemarl[rllib]'" in error


@needs_rllib
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sac",), "algorithm must be one of 'ac', 'ddpg',"),
        (("maddpg", "--scenario", "huge"), "scenario must be one of paper, tiny, demo"),
        (("maddpg", "--set", "algo.lr_actor=1"), "setting must be one of 'actor_lr'"),
        (("maddpg", "--set", "algorithm.tau=1"), "--set must be given as algo.KEY=VALUE"),
        (("maddpg", "--out", "/dev/null/run"), "output folder /dev/null/run must be writable"),
        (("maddpg", "--resume", "no/such/run"), "checkpoint folder must exist, got no/such/run"),
    ],
)
def test_bad_input_is_one_line(arguments, message):
    assert message in error_of(*arguments)


@needs_rllib
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (("maddpg",), "ALGO must stay as it was in the run that"),
        (("ma_maxent", "--seed", "4"), "--seed must stay as it was in the run that"),
        (("ma_maxent", "--set", "algo.tau=0.1"), "--set algo.tau must stay as it was"),
        (("ma_maxent", "--out", "elsewhere"), "--out must stay as it was"),
        (("ma_maxent", "--scenario", "paper"), "scenario.num_users was 8 in training, is 100"),
        (("ma_maxent", "--scenario-seed", "1"), "scenario.seed was 0 in training, is 1 here"),
        (("ma_maxent", "--set", "env.action=probability"), "env.action was None in training"),
        (("ma_maxent", "--slots", "40"), "slots must be above the 40 slots that"),
    ],
)
def test_a_resumed_run_goes_on_as_it_began(old_run, changes, message):
    assert message in error_of(*changes, "--resume", str(old_run))


@needs_rllib
def test_a_preset_is_taken_and_single_settings_go_over_it(monkeypatch):
    from edgemarl.experiments import training

    given = {}

    def train(*_, settings, **__):
        given.update(settings)
        raise ValueError("seen enough")

    monkeypatch.setattr(training, "train", train)
    error_of("maddpg", "--preset", "paper", "--set", "algo.actor_delay=3")
    assert (given["actor_lr"], given["actor_delay"]) == (1e-4, 3)
    assert "preset must be one of 'paper'" in error_of("maddpg", "--preset", "papr")


@needs_rllib
def test_a_run_that_fails_on_its_way_is_one_line(monkeypatch):
    from edgemarl.experiments import training

    def failing(*arguments, **options):
        raise training.TrainingError("training stopped after 50 slots, the last\ncheckpoint ...")

    monkeypatch.setattr(training, "train", failing)
    assert "training stopped after 50 slots, the last checkpoint" in error_of("maddpg")


@needs_rllib
@pytest.mark.parametrize("which", ["train", "resume"])
def test_the_address_of_a_cluster_is_passed_on(old_run, monkeypatch, which):
    from edgemarl.experiments import training

    given = {}

    def taking(*arguments, **options):
        given.update(options)
        raise training.TrainingError("enough")

    monkeypatch.setattr(training, which, taking)
    resumed = ["--resume", str(old_run)] if which == "resume" else []
    assert "enough" in error_of("ma_maxent", "--address", "head:6379", *resumed)
    assert given["address"] == "head:6379"


def test_other_errors_keep_their_traceback(monkeypatch):
    def failing(*arguments, **options):
        raise RuntimeError("a bug")

    monkeypatch.setattr(extras, "require_extra", failing)
    result = CliRunner().invoke(app, ["train", "maddpg"])
    assert isinstance(result.exception, RuntimeError)


def start(*arguments: str) -> subprocess.Popen:
    """A command in a process group of its own, as a terminal would start it."""
    return subprocess.Popen(
        [sys.executable, "-m", "edgemarl", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_rows(folder: Path, process: subprocess.Popen, count: int) -> None:
    deadline = time.monotonic() + 240
    while len(read_progress(folder)) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.2)


def kill_runner(driver: int) -> None:
    """Kill the only env runner among a process's grandchildren; ray's daemon is in between."""
    parents, runners = {}, []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            status = (process / "status").read_text()
            if "JointEnvRunner" in (process / "cmdline").read_text():
                runners.append(int(process.name))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended since it was listed
        parents[int(process.name)] = int(re.search(r"PPid:\s*(\d+)", status).group(1))
    (runner,) = (pid for pid in runners if parents[parents[pid]] == driver)
    os.kill(runner, signal.SIGKILL)


@needs_rllib
def test_ctrl_c_saves_and_says_how_to_go_on_also_after_an_env_runner_was_killed(tmp_path):
    folder = tmp_path / "a run"
    begun = start(
        *("train", "ma_maxent", "--scenario", "tiny", "--slots", "100000"),
        *("--env-runners", "1", "--seed", "5", "--out", str(folder), *SMALL),
    )
    try:
        wait_for_rows(folder, begun, 2)
        kill_runner(begun.pid)
        wait_for_rows(folder, begun, len(read_progress(folder)) + 2)  # collected by its successor
        os.killpg(begun.pid, signal.SIGINT)  # Ctrl-C reaches the whole group, the runners too
        output, errors = begun.communicate(timeout=120)
    finally:
        if begun.poll() is None:
            os.killpg(begun.pid, signal.SIGKILL)
    assert begun.returncode == 130, errors
    assert "Traceback" not in errors
    assert "Env runner 1 has died" in errors
    assert "Env runner 1 is back" in errors

    done = int(re.search(r"saved after (\d+) slots", output).group(1))
    rows = read_progress(folder)
    assert rows[-1]["slots"] == done
    assert Manifest.read(folder / "latest").slots == done
    again = shlex.split(output.splitlines()[-1])
    assert again == (
        ["edgemarl", "train", "ma_maxent", "--slots", "100000", "--resume", str(folder)]
    )

    again[again.index("100000")] = str(done + 50)
    subprocess.run([sys.executable, "-m", *again], check=True, capture_output=True, timeout=240)
    continued = read_progress(folder)
    assert continued[: len(rows)] == rows
    assert continued[-1]["slots"] >= done + 50
    assert Manifest.read(folder / "latest").seed == 5
