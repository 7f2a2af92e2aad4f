import dataclasses
import os

import pytest

from edgemarl.djtcra import load_scenario
from edgemarl.experiments.checkpoints import RunFolder, find_checkpoint
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.task import DEFAULT_ENV

MANIFEST = Manifest(
    algorithm="maddpg",
    env_id=DEFAULT_ENV,
    env_kwargs={},
    scenario=load_scenario("tiny").to_dict(),
    settings={},
    seed=0,
    env_runners=0,
)


def save(folder: RunFolder, slots: int):
    def save_state(path):
        (path / "weights").write_text(str(slots))

    return folder.save(dataclasses.replace(MANIFEST, slots=slots), save_state)


def test_a_checkpoint_holds_its_state_and_what_it_is(tmp_path):
    saved = save(RunFolder(tmp_path / "deep" / "run"), 120)
    assert (saved / "weights").read_text() == "120"
    assert Manifest.read(saved).slots == 120
    assert Manifest.read(tmp_path / "deep" / "run").slots == 120


def test_the_newest_and_the_best_are_kept(tmp_path):
    folder = RunFolder(tmp_path, keep=2)
    save(folder, 1)
    folder.mark_best(save(folder, 2))
    for slots in (3, 4, 5):
        save(folder, slots)
    assert [p.name for p in folder.saved()] == [f"slots_{n:09d}" for n in (2, 4, 5)]
    assert find_checkpoint(tmp_path, prefer="best").name == "slots_000000002"
    assert find_checkpoint(tmp_path, prefer="latest").name == "slots_000000005"
    folder.mark_best(folder.saved()[-1])
    assert [p.name for p in folder.saved()] == [f"slots_{n:09d}" for n in (4, 5)]


def test_a_failure_while_saving_leaves_the_last_checkpoint_intact(tmp_path):
    folder = RunFolder(tmp_path)
    save(folder, 10)

    def disk_full(path):
        (path / "weights").write_text("half")
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left"):
        folder.save(dataclasses.replace(MANIFEST, slots=20), disk_full)
    assert [p.name for p in folder.checkpoints.iterdir()] == ["slots_000000010"]
    assert (find_checkpoint(tmp_path, prefer="latest") / "weights").read_text() == "10"
    assert Manifest.read(tmp_path).slots == 10


def test_a_checkpoint_that_a_full_disk_kept_from_being_the_latest_becomes_it(tmp_path):
    folder = RunFolder(tmp_path)
    first = save(folder, 10)
    save(folder, 20)
    (tmp_path / "latest").unlink()
    (tmp_path / "latest").symlink_to(first)
    save(folder, 20)
    assert find_checkpoint(tmp_path, prefer="latest").name == "slots_000000020"


def test_what_a_killed_run_left_half_written_is_cleared(tmp_path):
    folder = RunFolder(tmp_path)
    (folder.checkpoints / ".partial_slots_000000005").mkdir()
    save(folder, 10)
    assert [p.name for p in folder.checkpoints.iterdir()] == ["slots_000000010"]


def test_a_run_folder_may_be_moved(tmp_path):
    folder = RunFolder(tmp_path / "before")
    folder.mark_best(save(folder, 1))
    (tmp_path / "before").rename(tmp_path / "after")
    found = find_checkpoint(tmp_path / "after", prefer="best")
    assert (found / "weights").read_text() == "1"


def test_a_checkpoint_stands_for_itself_and_a_run_without_a_best_for_its_latest(tmp_path):
    saved = save(RunFolder(tmp_path), 7)
    assert find_checkpoint(saved, prefer="best") == saved
    assert find_checkpoint(tmp_path, prefer="best") == saved


@pytest.mark.parametrize("name", ["", "run"])
def test_a_folder_without_a_checkpoint_is_named(tmp_path, name):
    RunFolder(tmp_path / "run")
    with pytest.raises(ValueError, match="must hold a checkpoint"):
        find_checkpoint(tmp_path / name, prefer="best")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"must exist, got .*nowhere"):
        find_checkpoint(tmp_path / "nowhere", prefer="best")


def test_a_file_in_the_way_is_named_before_anything_starts(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(ValueError, match=r"output folder .*taken must be writable"):
        RunFolder(tmp_path / "taken")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ValueError, match="must be writable"):
        RunFolder(tmp_path / "run")


def in_order(events, *expected):
    """Whether the events include the expected ones in this order."""
    rest = iter(events)
    return all(any(event == wanted for event in rest) for wanted in expected)


def test_a_checkpoint_is_on_the_disk_before_anything_names_it(tmp_path, disk_events):
    folder = RunFolder(tmp_path)
    final = save(folder, 5)
    partial = folder.checkpoints / f".partial_{final.name}"
    for path in (partial / "weights", partial / "run.json"):
        assert in_order(
            disk_events, ("sync", str(path)), ("sync", str(partial)), ("named", str(final))
        )
    assert in_order(
        disk_events,
        ("named", str(final)),
        ("sync", str(folder.checkpoints)),
        ("named", str(tmp_path / "latest")),
        ("sync", str(tmp_path)),
        ("named", str(tmp_path / "run.json")),
        ("sync", str(tmp_path)),
    )


def test_older_checkpoints_go_when_the_newest_is_on_the_disk(tmp_path, disk_events):
    folder = RunFolder(tmp_path, keep=1)
    old = save(folder, 5)
    disk_events.clear()
    save(folder, 6)
    latest = ("named", str(tmp_path / "latest"))
    assert in_order(disk_events, latest, ("sync", str(tmp_path)), ("removed", str(old)))
    assert not old.exists()
