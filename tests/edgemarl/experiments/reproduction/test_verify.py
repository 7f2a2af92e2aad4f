import dataclasses
import json
import shutil

import pytest
from typer.testing import CliRunner

from edgemarl.cli.app import app
from edgemarl.experiments.reproduction.agreement import changed_surroundings
from edgemarl.experiments.reproduction.grid import Failure
from edgemarl.experiments.reproduction.result import read_result
from edgemarl.experiments.reproduction.running import CELLS
from edgemarl.experiments.reproduction.verify import _within, verify
from tests.reproductions import BUDGET, GREEDY, IDQN, STUDY, measured

RULE = STUDY.cell(GREEDY, STUDY.points[0], 0, BUDGET).name
LEARNER = STUDY.cell(IDQN, STUDY.points[0], 0, BUDGET).name


@pytest.fixture
def recorded(grid, tmp_path, monkeypatch):
    """A folder with the result of one rule; whatever is edited meanwhile, the code is its."""

    def but_for_the_code(before, now):
        return changed_surroundings(dataclasses.replace(before, code=now.code), now)

    monkeypatch.setattr(
        "edgemarl.experiments.reproduction.verify.changed_surroundings", but_for_the_code
    )
    (tmp_path / CELLS).mkdir()
    shutil.copy(grid.out / CELLS / f"{RULE}.json", tmp_path / CELLS)
    return tmp_path


def rewrite(folder, name=RULE, **changes):
    path = folder / CELLS / f"{name}.json"
    values = json.loads(path.read_text())
    path.write_text(json.dumps({**values, **changes}))


def test_a_learner_and_a_rule_repeat(grid, recorded):
    shutil.copy(grid.out / CELLS / f"{LEARNER}.json", recorded / CELLS)
    result = CliRunner().invoke(app, ["verify", str(recorded), "--jobs", "2"])
    assert result.exit_code == 0, result.output
    assert result.stdout.count("repeats") == 2
    assert [path.name for path in recorded.iterdir()] == [CELLS]


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda e: {**e, "system_qoe": e["system_qoe"] * 1.01}, "FAILS: evaluation system_qoe was"),
        (lambda e: {**e, "num_cloud": e["num_cloud"] + 1}, "FAILS: evaluation num_cloud was"),
        (lambda e: {k: v for k, v in e.items() if k != "gap"}, "FAILS: evaluation must have"),
    ],
)
def test_a_changed_number_fails(recorded, change, verdict):
    before = read_result(recorded / CELLS / f"{RULE}.json")
    rewrite(recorded, evaluation=change(before.evaluation))
    (check,) = verify(recorded)
    assert not check.passed
    assert check.verdict.startswith(verdict)


def test_the_command_fails_with_it(recorded):
    rewrite(recorded, evaluation={"system_qoe": 99.0})
    result = CliRunner().invoke(app, ["verify", str(recorded)])
    assert result.exit_code == 1
    assert "FAILS" in result.stdout


@pytest.mark.parametrize(
    ("cell", "verdict"),
    [
        ({"seed": 0, "evaluation_slots": 9}, "FAILS: its content is the cell greedy-tiny-t0-"),
        ({"rule": None}, "FAILS: its cell cannot be read: method greedy must have either"),
    ],
)
def test_a_changed_description_fails_without_a_run(recorded, monkeypatch, cell, verdict):
    before = read_result(recorded / CELLS / f"{RULE}.json")
    rewrite(recorded, cell={**before.cell, **cell})
    monkeypatch.setattr("edgemarl.experiments.reproduction.grid._carry_out", lambda cells, *_: ())
    (check,) = verify(recorded)
    assert not check.passed
    assert check.verdict.startswith(verdict)


def test_a_changed_default_fails_without_a_run(grid, recorded, monkeypatch):
    (recorded / CELLS / f"{RULE}.json").unlink()
    shutil.copy(grid.out / CELLS / f"{LEARNER}.json", recorded / CELLS)
    before = read_result(recorded / CELLS / f"{LEARNER}.json")
    defaults = {**before.cell["defaults"], "gamma": 0.7}
    rewrite(recorded, LEARNER, cell={**before.cell, "defaults": defaults})
    monkeypatch.setattr("edgemarl.experiments.reproduction.grid._carry_out", lambda cells, *_: ())
    (check,) = verify(recorded)
    assert not check.passed
    message = "FAILS: it is another cell today: gamma was 0.7 by default, is 0.1 now"
    assert check.verdict == message


def test_so_does_a_changed_scenario(recorded, monkeypatch):
    before = read_result(recorded / CELLS / f"{RULE}.json")
    rewrite(recorded, scenario={**before.scenario, "cloud_delay": 0.3})
    monkeypatch.setattr("edgemarl.experiments.reproduction.grid._carry_out", lambda cells, *_: ())
    (check,) = verify(recorded)
    assert "it is another cell today: scenario.cloud_delay was 0.3, is 0.2 now" in check.verdict


def test_on_another_processor_numbers_agree(recorded):
    before = read_result(recorded / CELLS / f"{RULE}.json")
    near = {**before.evaluation, "system_qoe": before.evaluation["system_qoe"] * 1.0005}
    rewrite(recorded, processor="another", evaluation=near)
    (check,) = verify(recorded)
    assert check.passed
    assert check.verdict == "agrees within 0.1 % (processor differs)"
    rewrite(recorded, evaluation={**near, "system_qoe": near["system_qoe"] * 1.1})
    (check,) = verify(recorded)
    assert not check.passed
    assert "(processor differs)" in check.verdict
    rewrite(recorded, evaluation={**near, "num_cloud": near["num_cloud"] + 1})
    assert "FAILS: num_cloud is" in verify(recorded)[0].verdict
    rewrite(recorded, evaluation={"system_qoe": near["system_qoe"]})
    assert "FAILS: evaluation must have" in verify(recorded)[0].verdict


def test_a_cell_that_cannot_be_run_fails(recorded, monkeypatch):
    monkeypatch.setattr(
        "edgemarl.experiments.reproduction.verify.run_grid",
        lambda cells, *_, **__: ([], [Failure(cell=cell, error="no memory") for cell in cells]),
    )
    (check,) = verify(recorded)
    assert (check.verdict, check.passed, check.found) == ("FAILS: no memory", False, None)


def names_of(folder, monkeypatch, **options):
    monkeypatch.setattr(
        "edgemarl.experiments.reproduction.verify.run_grid",
        lambda cells, *_, **__: ([], [Failure(cell=cell, error="skipped") for cell in cells]),
    )
    return [check.name for check in verify(folder, **options)]


def test_the_sample_is_random_but_repeatable(grid, monkeypatch):
    everything = names_of(grid.out, monkeypatch, sample=99)
    assert everything == sorted(path.stem for path in (grid.out / CELLS).glob("*.json"))
    samples = [names_of(grid.out, monkeypatch, sample=2, seed=seed) for seed in range(8)]
    assert all(len(set(sample)) == 2 for sample in samples)
    assert len({tuple(sample) for sample in samples}) > 1
    assert names_of(grid.out, monkeypatch, sample=2, seed=3) == samples[3]


def test_long_cells_can_be_left_out(grid, monkeypatch):
    names = names_of(grid.out, monkeypatch, sample=99, slots=99)
    assert names
    assert not any(name.startswith("idqn") for name in names)


def test_no_slots_are_those_of_rules_alone():
    rule, learner = (
        measured(STUDY.cell(m, STUDY.points[0], 0, BUDGET), 1.0) for m in (GREEDY, IDQN)
    )
    probe = dataclasses.replace(learner, cell={**learner.cell, "slots": 0})
    assert [_within(result, 0) for result in (rule, learner, probe)] == [True, False, False]
    assert [_within(result, 100) for result in (rule, learner, probe)] == [True, True, True]


def test_without_results_there_is_nothing_to_verify(tmp_path):
    with pytest.raises(ValueError, match="must hold results, found none"):
        verify(tmp_path)


def test_nor_with_too_long_ones(grid, tmp_path):
    (tmp_path / CELLS).mkdir()
    shutil.copy(grid.out / CELLS / f"{LEARNER}.json", tmp_path / CELLS)
    with pytest.raises(ValueError, match="must hold results with at most 10 slots, found none"):
        verify(tmp_path, slots=10)


def test_a_broken_file_is_named(recorded):
    path = recorded / CELLS / f"{RULE}.json"
    path.write_text("{")
    with pytest.raises(ValueError, match=f"{RULE}.json must be JSON"):
        verify(recorded)


def test_results_are_not_touched(recorded):
    path = recorded / CELLS / f"{RULE}.json"
    before = path.read_bytes()
    assert dataclasses.asdict(verify(recorded)[0])["passed"]
    assert path.read_bytes() == before
