"""Recorded rollouts, played again; `python -m tests.golden.record` writes them anew."""

import json

import numpy as np
import pytest

from tests.golden.record import FOLDER, RECORDINGS, play

RELATIVE, RELATIVE_FLOAT32 = 1e-9, 1e-6


def leaves(value, path=()):
    """Every number of nested dictionaries and lists, with the way to it."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


@pytest.mark.parametrize("name", RECORDINGS)
def test_recorded_rollouts_are_reproduced(name):
    recorded = dict(leaves(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))))
    played = dict(leaves(json.loads(json.dumps(play(name)))))
    assert recorded.keys() == played.keys()
    for path, value in recorded.items():
        tolerance = RELATIVE_FLOAT32 if "observations" in path else RELATIVE
        np.testing.assert_allclose(
            played[path], value, rtol=tolerance, atol=1e-12, err_msg=f"{name}: {path}"
        )


def test_every_file_has_a_recording():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(RECORDINGS)


def test_recordings_hold_what_they_are_for():
    """Ends of episodes, clouds, idle users, forwarded tasks and uneven rewards all occur."""
    played = {name: play(name) for name in RECORDINGS}
    steps = [entry for record in played.values() for entry in record if "rewards" in entry]
    slots = [entry for entry in steps if "served_by" in entry]
    assert any(all(entry["truncations"].values()) for entry in slots)
    servers = {server for entry in slots for server in entry["served_by"]}
    assert servers == {-2, -1, 0, 1, 2}
    assert any(len(set(entry["rewards"].values())) > 1 for entry in slots)
    mec = [entry for entry in steps if "power" in entry]
    assert {server for entry in mec for server in entry["assignment"]} == {-1, 0, 1}
