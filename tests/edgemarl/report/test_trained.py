import pytest

pytest.importorskip("ray")
pytest.importorskip("torch")
pytest.importorskip("plotly")
pytest.importorskip("jinja2")

from edgemarl.djtcra import load_scenario
from edgemarl.experiments import evaluate, training
from edgemarl.report import write_report
from edgemarl.report.recording import Draws, read_recording
from edgemarl.report.runs import read_run

pytestmark = pytest.mark.usefixtures("ray_session")


def test_a_trained_policy_is_recorded_as_evaluate_measures_it(tmp_path):
    tiny, folder = load_scenario("tiny"), tmp_path / "run"
    settings = {"learning_starts": 10, "actor_hiddens": [8], "critic_hiddens": [8]}
    training.train(
        "ma_maxent",
        tiny,
        slots=40,
        settings=settings,
        out=folder,
        checkpoint_every=20,
        validation_slots=2,
    )
    page = tmp_path / "r.html"
    report = write_report([folder], page, slots=3, record=2, baselines=["greedy"])
    assert report.problems == ()
    assert "actor_hiddens=[8]" in page.read_text(encoding="utf-8")
    found = read_recording(read_run(folder, "run"), Draws(slots=3, record=2))
    expected = evaluate(str(folder), tiny, slots=3)
    measured = found.evaluation.slots["system_qoe"].tolist()
    assert measured == pytest.approx(expected.slots["system_qoe"].tolist())
    assert len(found.snapshots) == 2
