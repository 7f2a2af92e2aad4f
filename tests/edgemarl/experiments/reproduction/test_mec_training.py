"""What is told of the networks of DIRS."""

import dataclasses
import types

import numpy as np
import pytest

pytest.importorskip("ray")
pytest.importorskip("torch")

from edgemarl.experiments.reproduction import mec, training_runs
from edgemarl.experiments.reproduction.mec_training import accuracy
from edgemarl.experiments.reproduction.probes import PROBES, run_probe
from edgemarl.experiments.reproduction.study import Budget, Point, by_name
from edgemarl.mec.presets import SCENARIOS

STUDIES = by_name(mec.STUDIES)
SMALL = {"num_demonstrations": 4, "imitation_updates": 5, "train_batch_size_per_learner": 8}
TINY = Point(label="tiny", settings={**SMALL, "demonstrations": "exact"})


class TwoAgents:
    """Agents 0 and 1 that want the devices whose inputs are positive."""

    layout = types.SimpleNamespace(
        spaces=types.SimpleNamespace(groups=[types.SimpleNamespace(agents=(0, 1))])
    )

    def __call__(self, fields):
        return [fields["wanted"]]


def test_accuracy_by_hand():
    """Two slots, two agents, two devices: of the eight decisions three are wrong."""
    wanted = np.array([[[1.0, -1.0], [-1.0, 1.0]], [[1.0, 1.0], [-1.0, -1.0]]], np.float32)
    # Slot 0: device 0 to agent 0, device 1 to agent 1; slot 1: device 0 itself, device 1 to 1.
    targets = np.array([[0, 1], [-1, 1]])
    # Slot 1: agent 0 is wrong about both devices, agent 1 about device 1.
    assert accuracy(TwoAgents(), {"wanted": wanted}, targets) == pytest.approx(5 / 8)


def cell_of(study, probe):
    """A cell of a probe on six devices that learns from four demonstrations."""
    method = next(m for m in study.methods if m.probe == probe)
    budget = Budget(slots=min(study.quick.slots, 60), evaluation_slots=2, seeds=1)
    tiny = type(study)(**{**vars(study), "scenario": SCENARIOS["tiny"], "points": (TINY,)})
    return tiny.cell(method, TINY, 0, budget)


def test_losses_of_every_agent_are_kept(ray_session, tmp_path):
    measured = run_probe(cell_of(STUDIES["dirs-fig3"], "dirs_losses"), tmp_path)
    curve = measured["curve"]
    assert curve["slots"][-1] >= 60
    for agent in ("server_0", "server_1"):
        losses = curve[f"loss_{agent}"]
        assert len(losses) == len(curve["slots"])
        assert min(losses) > 0
        assert measured["evaluation"][f"loss_{agent}"] == pytest.approx(losses[-1])
    assert measured["sampled"]["objective"] == curve["objective"][-1]


def test_losses_go_on_where_a_run_was_stopped(ray_session, tmp_path, monkeypatch):
    cell = dataclasses.replace(cell_of(STUDIES["dirs-fig3"], "dirs_losses"), slots=100)
    whole = run_probe(cell, tmp_path / "whole")
    run_probe(dataclasses.replace(cell, slots=50), tmp_path / "stopped")
    monkeypatch.setattr(training_runs, "train", None)  # nothing starts anew
    result = run_probe(cell, tmp_path / "stopped")
    assert result["curve"] == whole["curve"]
    for measured in (result, whole):
        assert measured["evaluation"].pop("decision_time") > 0
    assert result["evaluation"] == whole["evaluation"]


def test_imitation_is_measured_on_slots_shown_and_not_shown(ray_session, tmp_path):
    evaluation = run_probe(cell_of(STUDIES["dirs-table2"], "dirs_imitation"), tmp_path)[
        "evaluation"
    ]
    for where in ("training", "testing"):
        assert 0 < evaluation[f"{where}_accuracy"] <= 1
    assert evaluation["objective"] >= evaluation["lower_bound"]


def test_every_probe_is_used_by_a_study():
    used = {m.probe for study in mec.STUDIES for m in study.methods} - {None}
    assert used == set(PROBES)
