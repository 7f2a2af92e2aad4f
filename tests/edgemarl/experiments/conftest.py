"""Fixtures of the experiments' tests."""

import os
import shutil
from pathlib import Path

import pytest


@pytest.fixture
def disk_events(monkeypatch):
    """What is synced, renamed and removed, in this order."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("open files are told by /proc")
    seen = []

    def recorded(name, function, say):
        def wrapper(*args, **kwargs):
            seen.append((name, *map(str, say(*args))))
            return function(*args, **kwargs)

        return wrapper

    def path_of(descriptor):
        return [os.readlink(f"/proc/self/fd/{descriptor}")]

    monkeypatch.setattr(os, "fsync", recorded("sync", os.fsync, path_of))
    for name in ("rename", "replace"):
        to = recorded("named", getattr(os, name), lambda source, target: [target])
        monkeypatch.setattr(os, name, to)
    monkeypatch.setattr(shutil, "rmtree", recorded("removed", shutil.rmtree, lambda path: [path]))
    return seen
