import dataclasses
import shutil

import pytest

from edgemarl.report.gathering import Gathering
from edgemarl.report.grouping import parts_of
from edgemarl.report.recording import FILE_NAME
from edgemarl.report.runs import read_runs
from tests.untrained_runs import DRAWS, make_run


def gather(folders, *rules, draws=DRAWS, said=None):
    (part,) = parts_of(read_runs(folders)[0])
    gathering = Gathering(part, draws, (said if said is not None else []).append)
    return gathering.entries(rules), gathering.problems


def test_groups_come_with_their_recordings_and_rules_with_one_for_each_topology(djtcra_runs):
    (learned, rule), problems = gather(djtcra_runs, "greedy")
    assert problems == []
    assert [run.name for run in learned.runs] == ["run0", "run1"]
    assert (
        [r.topology for r in learned.recordings] == [r.topology for r in rule.recordings] == [0, 1]
    )
    for own, other in zip(learned.recordings, rule.recordings, strict=True):  # greedy, too
        assert own.evaluation.slots["system_qoe"] == pytest.approx(
            other.evaluation.slots["system_qoe"]
        )


def test_a_run_without_recording_is_recorded_and_that_is_kept(tmp_path, monkeypatch):
    folder = make_run(tmp_path / "a")
    monkeypatch.setattr(
        "edgemarl.report.recording.load_policy",
        lambda policy, task: task.system.baselines.make("greedy"),
    )
    said = []
    (entry,), problems = gather([folder], said=said)
    assert said == ["recording a"]
    assert problems == []
    again, _ = gather([folder], said=said)
    assert said == ["recording a"]
    assert again[0].recordings[0].bound.tolist() == entry.recordings[0].bound.tolist()


def test_a_recording_that_cannot_be_kept_is_used_all_the_same(tmp_path, monkeypatch):
    folder = make_run(tmp_path / "a")
    monkeypatch.setattr(
        "edgemarl.report.recording.load_policy",
        lambda policy, task: task.system.baselines.make("greedy"),
    )

    def refuse(path, text):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("edgemarl.report.recording.write_atomically", refuse)
    entries, (problem,) = gather([folder])
    assert len(entries) == 1
    assert problem.reason == "its recording could not be kept: Permission denied"


def test_without_torch_a_page_goes_on_with_what_is_recorded(djtcra_runs, tmp_path, monkeypatch):
    def missing(extra, purpose):
        raise ImportError(f"{purpose} needs torch")

    monkeypatch.setattr("edgemarl.experiments.policies.require_extra", missing)
    other = make_run(tmp_path / "other")
    entries, (problem,) = gather([djtcra_runs[0], other], "nearest")
    assert [(entry.title, len(entry.recordings)) for entry in entries] == [
        ("maddpg", 1),
        ("nearest", 1),
    ]
    assert problem.where == "other"
    assert problem.reason.endswith("loading a checkpoint needs torch")
    shutil.copy(djtcra_runs[0] / FILE_NAME, other)
    _, (problem,) = gather([other])
    assert "needs torch; recording.json was not used: it is of a checkpoint of" in problem.reason


def test_without_any_recording_rules_are_still_measured(tmp_path):
    entries, (problem,) = gather([make_run(tmp_path / "a")], "nearest")
    assert [entry.title for entry in entries] == ["nearest"]
    assert "its policy could not be recorded" in problem.reason
    assert str(tmp_path) not in problem.reason


def test_a_rule_of_another_system_is_left_out(mec_run):
    entries, (problem,) = gather([mec_run], "greedy")
    assert [entry.title for entry in entries] == ["maddpg"]
    assert problem.reason == "no baseline of mec has this name"


def test_a_rule_that_needs_an_extra_is_left_out(djtcra_runs, monkeypatch):
    def refuse(self, name):
        raise ImportError(f"{name} needs pymoo")

    monkeypatch.setattr("edgemarl.core.baselines.Baselines.make", refuse)
    entries, (problem,) = gather(djtcra_runs[:1], "nearest")
    assert [entry.title for entry in entries] == ["maddpg"]
    assert problem.reason == "the rule could not be measured: nearest needs pymoo"


def test_runs_that_met_other_slots_are_not_compared(tmp_path):
    first = make_run(tmp_path / "first", recorded="greedy")
    other = make_run(tmp_path / "other", recorded="greedy", env_kwargs={"max_cycles": 1})
    entries, (problem,) = gather([first, other])
    assert [run.name for entry in entries for run in entry.runs] == ["first"]
    assert "it met other slots" in problem.reason
    assert "'max_cycles': 1" in problem.reason


def test_an_environment_without_scenario_has_curves_alone(djtcra_runs):
    (part,) = parts_of(read_runs(djtcra_runs)[0])
    run = dataclasses.replace(
        part.runs[0], task=dataclasses.replace(part.task, scenario=None, env_id="lab/channels-v0")
    )
    (alone,) = parts_of([run])
    gathering = Gathering(alone, DRAWS, lambda doing: None)
    assert gathering.entries(["nearest"]) == []
    assert gathering.problems[0].where == "lab/channels-v0"
