"""What is waited for, until it is on the disk."""

import pytest

from edgemarl.experiments.durable import sync, sync_tree


def test_a_folder_is_synced_after_what_it_holds(tmp_path, disk_events):
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "file").touch()
    sync_tree(tmp_path)
    assert disk_events == [
        ("sync", str(path)) for path in (deep / "file", deep, tmp_path / "a", tmp_path)
    ]


def test_a_file_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing"):
        sync(tmp_path / "nothing")
