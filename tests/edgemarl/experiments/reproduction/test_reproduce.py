import dataclasses
import shutil

import pytest
from typer.testing import CliRunner

from edgemarl.cli.app import app
from edgemarl.experiments.reproduction import catalog
from edgemarl.experiments.reproduction import grid as grid_module
from edgemarl.experiments.reproduction.result import find_result
from edgemarl.experiments.reproduction.running import CELLS, RUNS
from tests.reproductions import BROKEN, BUDGET, IDQN, POINTS, STUDY

SOUND = "idqn,greedy,nearest"
FILES = ("tiny-curves.md", "tiny-curves.csv", "tiny-curves.marl_eval.json", "tiny-curves.svg")


@pytest.fixture
def no_cell_is_run(monkeypatch):
    """Fails where a cell would be run."""

    def refuse(cells, *_):
        assert not cells, [cell.name for cell in cells]
        return iter(())

    monkeypatch.setattr(grid_module, "_carry_out", refuse)


def reproduce(out, *options, code=0):
    result = CliRunner().invoke(app, ["reproduce", STUDY.name, "--out", str(out), *options])
    assert result.exit_code == code, result.output
    return result


def test_a_cell_that_fails_is_named_and_harms_no_other(grid):
    assert grid.ran.exit_code == 1
    broken = {STUDY.cell(BROKEN, STUDY.points[0], k, BUDGET).name for k in (0, 1)}
    errors = [line for line in grid.ran.stderr.splitlines() if line.startswith("edgemarl: error")]
    assert {line.split(": ")[2] for line in errors} == broken
    assert all("ValueError: algorithm's setting must be one of" in line for line in errors)
    done = {path.stem for path in (grid.out / CELLS).glob("*.json")}
    assert done == {cell.name for cell in STUDY.cells(BUDGET)} - broken


def test_figure_and_tables_are_written(grid):
    for name in (*FILES, "tiny-curves.png"):
        assert f"wrote {grid.out / name}" in grid.ran.stdout.replace("\n", "")
        assert (grid.out / name).stat().st_size > 100
    table = (grid.out / "tiny-curves.md").read_text()
    assert table.startswith("# A small study\n")
    assert "| IDQN |" in table
    assert "| Broken |" not in table
    assert "Missing: |U| = 8: Broken." in table


def test_results_hold_everything(grid):
    result = find_result(grid.out / CELLS, STUDY.cell(IDQN, STUDY.points[0], 1, BUDGET))
    assert result.curve["slots"] == [50.0, 100.0]
    assert len(result.validation["slots"]) == 2
    assert set(result.curve) == {"slots", *STUDY.system.measure_names}
    assert set(result.evaluation) == {*STUDY.system.measure_names, "upper_bound", "gap"}
    assert result.sampled["system_qoe"] == result.curve["system_qoe"][-1]
    assert 0 < result.evaluation["system_qoe"] <= result.evaluation["upper_bound"]
    assert result.seconds > 0
    assert (result.topology, result.seed, result.slots) == (1, 1, 100)


def test_what_is_done_is_not_run_again(grid, no_cell_is_run, tmp_path):
    out = shutil.copytree(grid.out, tmp_path / "out")
    for name in FILES:
        (out / name).unlink()
    reproduce(out, "--methods", SOUND)
    for name in FILES:
        assert (out / name).read_bytes() == (grid.out / name).read_bytes()


def test_methods_can_be_chosen_and_tables_show_all_that_has_been_run(
    grid, no_cell_is_run, tmp_path
):
    out = tmp_path / "out"
    shutil.copytree(grid.out / CELLS, out / CELLS)
    reproduce(out, "--methods", "nearest,greedy")
    assert (out / "tiny-curves.md").read_bytes() == (grid.out / "tiny-curves.md").read_bytes()
    for path in (out / CELLS).glob("idqn-*.json"):
        path.unlink()
    reproduce(out, "--methods", "nearest,greedy")
    table = (out / "tiny-curves.md").read_text()
    assert "GA-Aware minus it" in table  # the first stands in for the reference
    assert "Missing: |U| = 8: IDQN; Broken." in table


def test_another_budget_writes_nothing_over(grid, no_cell_is_run, tmp_path):
    out = shutil.copytree(grid.out, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    assert len(before) == len(FILES) + 1
    reproduce(out, "--methods", SOUND, "--seeds", "1")
    assert "of 1 replicate " in (out / "tiny-curves-1-seeds.md").read_text()
    assert {name: (out / name).read_bytes() for name in before} == before


@pytest.mark.parametrize(
    ("options", "slots", "seeds"),
    [((), 100, 2), (("--quick",), 50, 1), (("--quick", "--slots", "7", "--seeds", "3"), 7, 3)],
)
def test_options_set_the_budget(small_study, monkeypatch, tmp_path, options, slots, seeds):
    pytest.importorskip("matplotlib")
    asked = []
    monkeypatch.setattr(grid_module, "_carry_out", lambda cells, *_: asked.extend(cells) or ())
    reproduce(tmp_path, *options)
    learners = [cell for cell in asked if cell.method.name == "idqn"]
    assert {cell.slots for cell in learners} == {slots}
    assert [cell.seed for cell in learners] == list(range(seeds))


def test_points_that_are_asked_for_are_all_run(small_study, monkeypatch, tmp_path):
    pytest.importorskip("matplotlib")
    asked = []
    monkeypatch.setattr(grid_module, "_carry_out", lambda cells, *_: asked.extend(cells) or ())
    few = dataclasses.replace(POINTS, quick=dataclasses.replace(POINTS.quick, points=1))
    monkeypatch.setitem(catalog.STUDIES, STUDY.name, few)
    reproduce(tmp_path, "--quick", "--points", "U 6,U 10", "--methods", "idqn")
    assert [cell.scenario.num_users for cell in asked] == [6, 10]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tiny-curve",), "did you mean 'tiny-curves'?"),
        (("tiny-curves", "--methods", "idqm"), "method must be one of 'idqn', 'greedy'"),
        (("tiny-curves", "--methods", ","), "--methods must name at least one, got ','"),
    ],
)
def test_bad_input_is_one_line(small_study, arguments, message):
    result = CliRunner().invoke(app, ["reproduce", *arguments])
    assert result.exit_code == 2
    (line,) = result.stderr.strip().splitlines()
    assert message in line


def test_studies_are_listed(small_study):
    result = CliRunner().invoke(app, ["reproduce", "list"])
    assert "tiny-curves      A small study" in result.output


def test_a_broken_file_is_named(grid, tmp_path):
    out = shutil.copytree(grid.out, tmp_path / "out")
    first = sorted((out / CELLS).glob("*.json"))[0]
    first.write_text(first.read_text()[:-20])
    result = reproduce(out, "--methods", SOUND, code=2)
    assert f"{first} must be JSON" in result.stderr.replace("\n", "")


def test_runs_are_kept_for_going_on(grid):
    names = {STUDY.cell(IDQN, STUDY.points[0], k, BUDGET).run_name for k in (0, 1)}
    assert names <= {path.name for path in (grid.out / RUNS).iterdir()}
