"""Every example runs as its header says, and says what it says it does."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
ARGUMENTS = {
    "03_train.py": ("200",),
    "06_tune_sweep.py": ("80", "sweep"),
    "demo.py": ("--slots", "60", "--out", "demo"),
}
NEEDS = {
    "03_train.py": ("ray", "torch"),
    "06_tune_sweep.py": ("ray", "torch"),
    "demo.py": ("ray", "torch", "matplotlib"),
}
PRINTS = {
    "01_rollout.py": "mean system QoE of 20 slots",
    "02_custom_component.py": "server_0 observes (8, 2)",
    "03_train.py": "gap to the bound",
    "04_compare.py": "fastest",
    "05_solver.py": "worth of another thousand euros",
    "06_tune_sweep.py": "slots  {'algo.actor_lr'",
    "07_offloading.py": "rule               objective  above the bound",
    "demo.py": "of the gap between nearest",
}


def run(name: str, folder: Path) -> str:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *ARGUMENTS.get(name, ())],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_example_is_tested():
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(PRINTS)


@pytest.mark.parametrize("name", sorted(PRINTS))
def test_an_example_says_how_to_run_it(name):
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    for heading in ("How to run:", "How long:", "What to expect:"):
        assert heading in text


@pytest.mark.parametrize("name", sorted(PRINTS))
def test_an_example_runs(name, tmp_path):
    for package in NEEDS.get(name, ()):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"needs {package}")
    assert PRINTS[name] in run(name, tmp_path)


def test_a_path_loss_that_grows_faster_lowers_the_qoe(tmp_path):
    lines = run("02_custom_component.py", tmp_path).splitlines()[1:]
    qoe = [float(line.rpartition(" ")[2]) for line in lines]
    assert qoe == sorted(qoe, reverse=True)
    assert qoe[0] > 1.2 * qoe[-1]


def test_plans_are_certified_and_beat_an_equal_split(tmp_path):
    output = run("05_solver.py", tmp_path)
    equal = float(re.search(r"equal split: (\d+) customers", output).group(1))
    plans = re.findall(r": ([\d.]+) customers, at most ([\d.]+) possible, .* OPTIMAL", output)
    (alone, bound), (both, _) = [(float(value), float(most)) for value, most in plans]
    assert 1.3 * equal < both < alone <= bound
    sums, hours = (
        [float(x) for x in re.search(rf"{row} +([\d.]+) +([\d.]+)", output).groups()]
        for row in ("sum", "hours")
    )
    assert sums == [120.0, 120.0]
    assert hours[1] <= 200.0 < hours[0]


def test_offloading_rules_rank_by_what_they_know(tmp_path):
    output = run("07_offloading.py", tmp_path)
    gap = {name: float(value) for name, value in re.findall(r"^(\w+) .* ([\d.]+) %$", output, re.M)}
    assert list(gap) == ["local", "random", "remote", "exact"]
    assert gap["local"] > gap["random"] > gap["remote"] > 5
    assert 0 <= gap["exact"] < 0.1


@pytest.mark.slow
def test_the_demo_closes_at_least_half_of_the_gap(tmp_path, monkeypatch):
    for package in NEEDS["demo.py"]:
        pytest.importorskip(package)
    monkeypatch.setitem(ARGUMENTS, "demo.py", ("--out", "demo"))
    output = run("demo.py", tmp_path)
    assert int(re.search(r"closes (\d+) % of the gap", output).group(1)) >= 50
    assert (tmp_path / "demo" / "learning_curve.png").stat().st_size > 0
