import dataclasses
import json

import pytest

from edgemarl.djtcra import load_scenario
from edgemarl.experiments.manifest import Manifest, recorded_versions
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
