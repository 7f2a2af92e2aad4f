import dataclasses
import json

import numpy as np
import pytest

from edgemarl.experiments import evaluate
from edgemarl.report.recording import FILE_NAME, Draws, read_recording, record
from edgemarl.report.runs import read_run
from tests.untrained_runs import DRAWS, make_run


@pytest.fixture
def run(tmp_path):
    return read_run(make_run(tmp_path / "a", recorded="greedy"), "a")


def test_a_recording_is_an_evaluation_that_kept_slots(run):
    kept = record("greedy", run.task, DRAWS, name="greedy")
    expected = evaluate("greedy", run.task.scenario, slots=4)
    for name, values in expected.slots.items():
        np.testing.assert_array_equal(kept.evaluation.slots[name], values)
    assert [snapshot.slot for snapshot in kept.snapshots] == [0, 1, 2]
    for k, snapshot in enumerate(kept.snapshots):
        assert snapshot.objective == pytest.approx(expected.slots["system_qoe"][k])
        assert snapshot.bound == expected.slots["upper_bound"][k]
        assert snapshot.gap == expected.slots["gap"][k]


def test_a_recording_is_read_back_as_it_was(run):
    found = read_recording(run, DRAWS)
    made = record("greedy", run.task, DRAWS, name=run.name)
    assert found.evaluation.policy == "a"
    assert found.topology == 0
    np.testing.assert_array_equal(found.bound, made.bound)
    np.testing.assert_array_equal(found.evaluation.episode, made.evaluation.episode)
    plain = [snapshot.to_plain() for snapshot in made.snapshots]
    assert [snapshot.to_plain() for snapshot in found.snapshots] == plain


def test_there_may_be_none(tmp_path):
    assert read_recording(read_run(make_run(tmp_path / "b"), "b"), DRAWS) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"slots": 9}, "it is of draws .*'slots': 4.* not of draws .*'slots': 9"),
        ({"record": 1}, "'record': 3.* not of .*'record': 1"),
        ({"seed": 1}, "'seed': 0.* not of .*'seed': 1"),
    ],
)
def test_other_draws_are_refused(run, change, message):
    with pytest.raises(ValueError, match=message):
        read_recording(run, dataclasses.replace(DRAWS, **change))


def test_another_checkpoint_is_refused(run):
    later = dataclasses.replace(run, manifest=dataclasses.replace(run.manifest, slots=80))
    with pytest.raises(ValueError, match=r"a checkpoint of 60 slots, .* not of .* of 80 slots"):
        read_recording(later, DRAWS)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda content: "{", "Expecting property name"),
        (lambda content: "[]", "it is no recording: TypeError"),
        (lambda content: json.dumps(content | {"format": 2}), "format 2, not of format 1"),
        (lambda content: json.dumps(content | {"snapshots": [{}]}), "a snapshot must have slot"),
        (
            lambda content: json.dumps({k: v for k, v in content.items() if k != "slots"}),
            "it is no recording: KeyError 'slots'",
        ),
    ],
)
def test_a_file_that_is_no_recording_is_refused(run, spoil, message):
    path = run.folder / FILE_NAME
    path.write_text(spoil(json.loads(path.read_text())))
    with pytest.raises(ValueError, match=message):
        read_recording(run, DRAWS)


@pytest.mark.parametrize("change", [{"slots": 0}, {"record": 0}, {"seed": -1}])
def test_draws_are_counted(change):
    with pytest.raises(ValueError, match=f"{next(iter(change))} must be"):
        Draws(**change)
