"""The schema is that of marl-eval's README, "Data Structure for Raw Experiment data"."""

import dataclasses
import json

from edgemarl.experiments.reproduction.marl_eval import write_marl_eval
from tests.reproductions import IDQN, MINIMISED, POINTS, measured, summary

VALUES = {"idqn": [7.0, 9.0], "greedy": [7.0, 7.0]}


def written(made, tmp_path):
    write_marl_eval(made, tmp_path / "out.json")
    return json.loads((tmp_path / "out.json").read_text())


def test_environment_task_algorithm_run_step(tmp_path):
    (name, tasks), *more = written(summary(POINTS, VALUES), tmp_path).items()
    assert (name, more) == ("djtcra", [])
    assert list(tasks) == ["u 6", "u 8", "u 10"]  # looked up in lower case
    for algorithms in tasks.values():
        assert list(algorithms) == ["IDQN"]  # rules learn nothing
        assert list(algorithms["IDQN"]) == ["seed_0", "seed_1"]
    assert tasks["u 8"]["IDQN"]["seed_1"] == {
        "step_0": {"step_count": 100, "return": [8.0]},
        "step_1": {"step_count": 200, "return": [9.0]},
        "absolute_metrics": {"return": [9.0]},
    }


def test_the_absolute_metrics_come_last(tmp_path):
    tasks = written(summary(POINTS, VALUES), tmp_path)["djtcra"]
    for run in tasks["u 6"]["IDQN"].values():
        assert list(run)[-1] == "absolute_metrics"


def test_runs_have_the_steps_that_all_have(tmp_path):
    made = summary(POINTS, VALUES)
    first, *others = made.entries[0].results
    more = {name: [0.0, *values] for name, values in first.validation.items()}
    more["slots"] = [50.0, 100.0, 200.0]
    results = (dataclasses.replace(first, validation=more), *others)
    entries = (dataclasses.replace(made.entries[0], results=results), *made.entries[1:])
    tasks = written(dataclasses.replace(made, entries=entries), tmp_path)["djtcra"]
    assert [step["step_count"] for step in list(tasks["u 6"]["IDQN"]["seed_0"].values())[:-1]] == [
        *(100, 200)
    ]


def test_a_learner_that_lacks_a_point_is_left_out(tmp_path):
    made = summary(POINTS, VALUES)
    lacking = dataclasses.replace(
        made, entries=tuple(e for e in made.entries if e is not made.entries[0])
    )
    assert written(lacking, tmp_path)["djtcra"] == {}


def test_where_less_is_better_returns_are_negative(tmp_path):
    learner = dataclasses.replace(
        IDQN, algorithm="dirs", env_id="edgemarl/mec-v0", env_kwargs={}, settings={}
    )
    study = dataclasses.replace(MINIMISED, methods=(learner,), reference="idqn")
    tasks = written(summary(study, {"idqn": [12.0]}), tmp_path)["mec"]
    run = tasks["tiny"]["IDQN"]["seed_0"]
    assert run["absolute_metrics"] == {"return": [-12.0]}
    assert run["step_1"] == {"step_count": 200, "return": [-12.0]}
    assert (
        measured(study.cell(learner, study.points[0], 0, study.budget), 12.0).evaluation["gap"] > 0
    )
