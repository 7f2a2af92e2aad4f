import os

import pytest

from edgemarl.report.runs import Problem, read_run, read_runs, without_paths
from tests.untrained_runs import make_run


def test_a_run_tells_what_its_folder_holds(tmp_path):
    run = read_run(make_run(tmp_path / "a", topology=3, seed=7, slots=60), "a")
    assert (run.topology, run.manifest.seed, run.slots) == (3, 7, 60)
    assert run.checkpoint.name == "slots_000000060"
    assert run.broke_off is None
    assert [row["slots"] for row in run.rows] == [10, 20, 30, 40, 50, 60]


def broken(folder, later):
    """A run whose error was written before or after its last row."""
    (folder / "error.log").write_text("Traceback\nValueError: no /home/me/data/tasks.csv\n")
    written = (folder / "progress.csv").stat().st_mtime
    os.utime(folder / "error.log", (written + later, written + later))
    return folder


def test_a_run_that_broke_off_is_shown_and_says_why(tmp_path):
    runs, problems = read_runs([broken(make_run(tmp_path / "a", slots=40), +5)])
    assert [run.name for run in runs] == ["a"]
    assert problems == [
        Problem(
            where="a",
            reason="training stopped after 40 slots: ValueError: no .../tasks.csv",
        )
    ]


def test_a_run_that_went_on_after_an_error_did_not_break_off(tmp_path):
    assert read_runs([broken(make_run(tmp_path / "a"), -5)])[1] == []


def test_what_is_no_run_is_a_problem_beside_the_others(tmp_path):
    make_run(tmp_path / "good")
    (tmp_path / "empty").mkdir()
    (tmp_path / "early" / "checkpoints").mkdir(parents=True)
    (tmp_path / "early" / "error.log").write_text("MemoryError: too large\n")
    (tmp_path / "odd" / "checkpoints").mkdir(parents=True)
    wrong = make_run(tmp_path / "wrong")
    (wrong / "progress.csv").write_text("slots,seconds\n10,soon\n")
    names = ("good", "empty", "early", "odd", "wrong", "absent")
    runs, problems = read_runs([tmp_path / name for name in names])
    assert [run.name for run in runs] == ["good"]
    reasons = {problem.where: problem.reason for problem in problems}
    assert "found no checkpoints/" in reasons["empty"]
    assert "before training stopped: MemoryError: too large" in reasons["early"]
    assert reasons["odd"] == ".../odd must hold a checkpoint of `edgemarl train`, found none"
    assert "must hold numbers only" in reasons["wrong"]
    assert reasons["absent"] == "run folder must exist, found none"
    assert str(tmp_path) not in str(problems)


def test_without_any_run_there_is_no_report(tmp_path):
    with pytest.raises(ValueError, match="must be given the folder of a training run, got x: run"):
        read_runs([tmp_path / "x"])


def test_folders_of_one_name_are_told_apart_and_read_once(tmp_path):
    first, second = make_run(tmp_path / "one" / "run"), make_run(tmp_path / "two" / "run")
    runs, _ = read_runs([first, second, first])
    assert [(run.name, run.folder) for run in runs] == [("run", first), ("run (2)", second)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("--out /home/me/runs/a --slots 5", "--out .../a --slots 5"),
        ("--out '/home/some one/runs/a b'", "--out '.../a b'"),
        ("--out ~/runs/a", "--out .../a"),
        ('{"file": "/data/x.csv"}', '{"file": ".../x.csv"}'),
        ("--out runs/a, lr=1/20, https://e.org/x, least cost / cost", None),
    ],
)
def test_paths_of_the_machine_are_cut_down(text, expected):
    assert without_paths(text) == (expected or text)
