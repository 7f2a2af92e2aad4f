import dataclasses
import shutil

import pytest

pytest.importorskip("torch")

from edgemarl.experiments.logs import read_progress
from edgemarl.experiments.reproduction import running, training_runs
from edgemarl.experiments.reproduction.result import find_result
from edgemarl.experiments.reproduction.running import CELLS, RUNS, run_cell
from edgemarl.experiments.training import TrainingError
from tests.reproductions import BUDGET, GREEDY, IDQN, STUDY

CELL = STUDY.cell(IDQN, STUDY.points[0], 0, BUDGET)
RULE = STUDY.cell(GREEDY, STUDY.points[0], 0, BUDGET)
PARTS = ("evaluation", "sampled", "curve")


def apart_from_time(result):
    """What must be equal however often a run was stopped."""
    return {part: getattr(result, part) for part in PARTS}


@pytest.fixture
def stopped(grid, tmp_path):
    """A folder where the cell's run was killed after 50 of its 100 slots."""
    half = dataclasses.replace(CELL, slots=50)
    run_cell(half, tmp_path)
    shutil.rmtree(tmp_path / CELLS)
    return tmp_path


def test_a_stopped_run_goes_on_to_the_same_result(grid, stopped, monkeypatch):
    monkeypatch.setattr(training_runs, "train", None)  # nothing starts anew
    result = run_cell(CELL, stopped)
    whole = find_result(grid.out / CELLS, CELL)
    assert apart_from_time(result) == apart_from_time(whole)
    assert result.validation == whole.validation


def test_a_run_that_is_done_is_measured_without_training(grid, tmp_path, monkeypatch):
    monkeypatch.setattr(training_runs, "train", None)
    monkeypatch.setattr(training_runs, "resume", None)
    shutil.copytree(grid.out / RUNS, tmp_path / RUNS, symlinks=True)
    whole = find_result(grid.out / CELLS, CELL)
    assert apart_from_time(run_cell(CELL, tmp_path)) == apart_from_time(whole)
    # Sampling goes by rounds of fifty slots: this one has gone beyond by a part of a round.
    less = dataclasses.replace(CELL, slots=80)
    assert run_cell(less, tmp_path).evaluation == whole.evaluation


def test_a_run_on_a_scenario_with_other_defaults_is_refused(stopped, monkeypatch):
    monkeypatch.setattr(training_runs, "resume", None)
    manifest = next((stopped / RUNS / CELL.run_name / "checkpoints").glob("*/run.json"))
    manifest.write_text(manifest.read_text().replace('"cloud_delay": 0.2', '"cloud_delay": 0.3'))
    with pytest.raises(ValueError, match=r"scenario.cloud_delay was 0.3 in training, is 0.2 here"):
        run_cell(CELL, stopped)


def test_a_run_that_has_gone_beyond_is_left_alone(grid, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(training_runs, "train", lambda *_, out, **__: asked.append(out))
    shutil.copytree(grid.out / RUNS, tmp_path / RUNS, symlinks=True)
    with pytest.raises(TrainingError, match="stopped after 0 of 50 slots"):
        run_cell(dataclasses.replace(CELL, slots=50), tmp_path)
    assert asked == [tmp_path / RUNS / f"{CELL.run_name}-50"]


def test_a_checkpoint_without_its_row_is_dropped(grid, tmp_path, monkeypatch):
    """Killed between the checkpoint and its row; the curve would lack the row for ever."""
    asked = []
    monkeypatch.setattr(training_runs, "resume", lambda folder, **options: asked.append(options))
    folder = tmp_path / RUNS / CELL.run_name
    shutil.copytree(grid.out / RUNS / CELL.run_name, folder, symlinks=True)
    lines = (folder / "progress.csv").read_text().splitlines()
    (folder / "progress.csv").write_text("\n".join(lines[:-1]) + "\n")
    assert [row["slots"] for row in read_progress(folder)] == [50.0]
    with pytest.raises(TrainingError, match="stopped after 50 of 100 slots"):
        run_cell(CELL, tmp_path)
    assert asked[0]["slots"] == 100
    assert (folder / "latest").resolve().name == "slots_000000050"


def test_where_the_only_checkpoint_lacks_its_row_the_run_starts_anew(stopped, monkeypatch):
    asked = []
    monkeypatch.setattr(training_runs, "train", lambda *_, out, **__: asked.append(out))
    folder = stopped / RUNS / CELL.run_name
    header = (folder / "progress.csv").read_text().splitlines()[0]
    (folder / "progress.csv").write_text(header + "\n")
    with pytest.raises(TrainingError, match="stopped after 0 of 100 slots"):
        run_cell(CELL, stopped)
    assert asked == [folder]


def test_a_known_result_is_not_run_again(grid, monkeypatch):
    monkeypatch.setattr(training_runs, "_train", None)
    monkeypatch.setattr(running, "evaluate_cell", None)
    assert run_cell(CELL, grid.out) == find_result(grid.out / CELLS, CELL)
    assert run_cell(RULE, grid.out) == find_result(grid.out / CELLS, RULE)


def test_a_rule_leaves_nothing_but_its_result(grid, tmp_path):
    result = run_cell(RULE, tmp_path, "edgemarl reproduce x")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [f"{RULE.name}.json"]
    assert result.evaluation == find_result(grid.out / CELLS, RULE).evaluation
    assert (result.curve, result.seconds, result.command) == ({}, 0.0, "edgemarl reproduce x")


def test_a_run_that_another_process_is_at_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(training_runs, "train", None)  # nothing starts
    with (
        training_runs._alone(tmp_path / RUNS, CELL.run_name),
        pytest.raises(ValueError, match="must be run by one process at a time"),
    ):
        run_cell(CELL, tmp_path)
