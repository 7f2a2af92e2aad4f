import dataclasses
import json

import pytest

from edgemarl.djtcra import load_scenario
from edgemarl.experiments import manifest as manifest_module
from edgemarl.experiments.manifest import FORMAT, Manifest, recorded_versions
from edgemarl.experiments.task import DEFAULT_ENV, Task

TINY = load_scenario("tiny")


def manifest(**changes) -> Manifest:
    values = {
        "algorithm": "maddpg",
        "env_id": DEFAULT_ENV,
        "env_kwargs": {"action": "discrete"},
        "scenario": TINY.to_dict(),
        "settings": {"gamma": 0.2},
        "seed": 3,
        "env_runners": 2,
        "slots": 40,
        "command": "edgemarl train maddpg",
    }
    return Manifest(**{**values, **changes})


def task(scenario=TINY, env_id=DEFAULT_ENV, **env_kwargs) -> Task:
    return Task.of(scenario, env_id, {"action": "discrete", **env_kwargs})


def test_what_is_written_is_read_back(tmp_path):
    manifest().write(tmp_path)
    assert Manifest.read(tmp_path) == manifest()
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_versions_name_what_results_depend_on():
    assert {"python", "numpy", "scipy", "numba", "pettingzoo"} <= set(recorded_versions())


def test_the_same_task_fits():
    manifest().check_fits("checkpoint x", task())


def test_a_scenario_of_another_name_but_equal_values_fits():
    manifest().check_fits("checkpoint x", task(TINY.with_overrides({"name": "mine"})))


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (task(TINY.with_overrides({"seed": 5})), "scenario.seed was 0 in training, is 5 here"),
        (task(TINY.with_overrides({"num_users": 9})), "scenario.num_users was 8 in training, is 9"),
        (
            task(TINY.with_overrides({"mobility": "random_walk"})),
            "scenario.mobility.kind was 'resample' in training, is 'random_walk' here",
        ),
        (task(action="probability"), "env.action was 'discrete' in training, is 'probability'"),
        (task(max_cycles=5), "env.max_cycles was None in training, is 5 here"),
        (
            task(env_id="djtcra-users-v0"),
            "env was 'edgemarl/djtcra-servers-v0' in training, is 'edgemarl/djtcra-users-v0' here",
        ),
    ],
)
def test_another_task_is_refused_by_what_differs(other, message):
    with pytest.raises(ValueError, match=message):
        manifest().check_fits("checkpoint x", other)


def test_a_folder_without_a_manifest_is_no_checkpoint(tmp_path):
    with pytest.raises(ValueError, match=r"must hold run\.json"):
        Manifest.read(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "must be JSON"),
        ("[1]", "must hold a JSON object, got list"),
        ("{}", "must have a value for algorithm"),
        (json.dumps({**dataclasses.asdict(manifest()), "flavour": 1}), "'flavour'"),
    ],
)
def test_a_broken_manifest_is_named(tmp_path, text, message):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        Manifest.read(tmp_path)


def test_a_manifest_of_another_format_is_refused_whatever_else_it_holds(tmp_path):
    values = {"format": FORMAT + 1, "flavour": 1, "versions": {"edgemarl": "9.1"}}
    (tmp_path / "run.json").write_text(json.dumps(values))
    message = f"format must be {FORMAT}, got {FORMAT + 1}, written by edgemarl 9.1; use"
    with pytest.raises(ValueError, match=message):
        Manifest.read(tmp_path)


BEFORE = {"edgemarl": "1.4.0", "ray": "2.60.0", "numpy": "2.1.0"}


@pytest.mark.parametrize(
    ("now", "message"),
    [
        ({"edgemarl": "2.0.0"}, "edgemarl was 1.4.0, is 2.0.0 here; install edgemarl==1.4.0"),
        ({"ray": "2.61.0"}, "ray was 2.60.0, is 2.61.0 here"),
        ({"ray": None}, "ray was 2.60.0, is not installed here"),
    ],
)
def test_versions_that_do_not_go_together_are_refused(monkeypatch, now, message):
    installed = {key: value for key, value in {**BEFORE, **now}.items() if value}
    monkeypatch.setattr(manifest_module, "recorded_versions", lambda: installed)
    with pytest.raises(ValueError, match=message):
        manifest(versions=BEFORE).check_versions("run x")


@pytest.mark.parametrize("now", [{"edgemarl": "1.5.0"}, {"ray": "2.60.1"}, {"numpy": "3.0.0"}])
def test_versions_that_only_cost_exact_repetition_are_told(monkeypatch, caplog, now):
    monkeypatch.setattr(manifest_module, "recorded_versions", lambda: {**BEFORE, **now})
    manifest(versions=BEFORE).check_versions("run x")
    ((package, version),) = now.items()
    assert f"run x goes on with other versions: {package} was {BEFORE[package]}" in caplog.text
    assert f"is {version}" in caplog.text


def test_equal_versions_are_not_mentioned(caplog):
    manifest().check_versions("run x")
    assert not caplog.text
