import pytest

from edgemarl.djtcra.system import SYSTEM
from edgemarl.experiments.logs import Logs, columns_of, numeric_leaves, read_progress

pytest.importorskip("tensorboardX")


def write(folder, *slots, start=0):
    logs = Logs(folder, SYSTEM, slots=start)
    for k in slots:
        logs.write({"slots": float(k), "seconds": logs.seconds + 1.0, "system_qoe": 2.0 * k}, {})
    logs.close()


def test_rows_are_read_back(tmp_path):
    write(tmp_path, 10, 20)
    assert read_progress(tmp_path) == [
        {"slots": 10.0, "seconds": 1.0, "system_qoe": 20.0},
        {"slots": 20.0, "seconds": 1.0, "system_qoe": 40.0},
    ]
    header = (tmp_path / "progress.csv").read_text().splitlines()[0]
    assert header == ",".join(columns_of(SYSTEM))


def test_rows_are_on_the_disk_when_they_are_written(tmp_path, disk_events):
    logs = Logs(tmp_path, SYSTEM)
    path = str(tmp_path / "progress.csv")
    assert disk_events[-1] == ("sync", str(tmp_path))  # the file's name
    disk_events.clear()
    logs.write({"slots": 10.0, "seconds": 1.0}, {})
    logs.close()
    assert ("sync", path) in disk_events


def test_a_resumed_run_appends_and_its_clock_goes_on(tmp_path):
    write(tmp_path, 10, 20)
    write(tmp_path, 30, start=20)
    assert [row["slots"] for row in read_progress(tmp_path)] == [10.0, 20.0, 30.0]
    assert read_progress(tmp_path)[-1]["seconds"] == 2.0


def test_rows_beyond_the_checkpoint_are_dropped(tmp_path):
    write(tmp_path, 10, 20, 30)
    write(tmp_path, 15, start=10)
    assert [row["slots"] for row in read_progress(tmp_path)] == [10.0, 15.0]


def test_kept_scalars_have_columns_that_go_on(tmp_path):
    logs = Logs(tmp_path, SYSTEM, kept=("learners/loss",))
    logs.write({"slots": 10.0, "seconds": 1.0}, {"learners/loss": 0.5, "other": 2.0})
    with pytest.raises(ValueError, match="kept must name scalars that are reported"):
        logs.write({"slots": 20.0, "seconds": 2.0}, {"other": 2.0})
    logs.close()
    resumed = Logs(tmp_path, SYSTEM, slots=10)
    resumed.write({"slots": 20.0, "seconds": 2.0}, {"learners/loss": 0.25})
    resumed.close()
    assert [row["learners/loss"] for row in read_progress(tmp_path)] == [0.5, 0.25]


def test_tensorboard_gets_an_events_file(tmp_path):
    write(tmp_path, 10)
    assert list((tmp_path / "tensorboard").glob("events*"))


def test_a_folder_without_a_curve_has_no_rows(tmp_path):
    assert read_progress(tmp_path) == []


def test_a_curve_that_is_not_numbers_is_named(tmp_path):
    (tmp_path / "progress.csv").write_text("slots,seconds\nten,1\n")
    with pytest.raises(ValueError, match=r"progress\.csv must hold numbers only"):
        read_progress(tmp_path)


def test_numbers_of_nested_reports_are_found():
    report = {"a": {"b": 1, "c": {"d": 2.5}}, "e": "text", "f": True, "g": None, "h": [1]}
    assert numeric_leaves(report) == {"a/b": 1.0, "a/c/d": 2.5}


def test_the_curve_is_on_the_disk_before_it_replaces_the_old_one(tmp_path, disk_events):
    write(tmp_path, 10, 20)
    write(tmp_path, start=10)  # drops the second row
    curve = str(tmp_path / "progress.csv")
    renamed = disk_events.index(("named", curve))
    assert any(e[0] == "sync" and ".progress.csv." in e[1] for e in disk_events[:renamed])
