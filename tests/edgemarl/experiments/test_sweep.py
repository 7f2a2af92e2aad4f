"""Sweep files: what they say, and what is refused."""

import dataclasses
import re
from pathlib import Path

import pytest

from edgemarl.experiments.sweep import SEARCHES, Sweep

GOOD = {"algorithm": "ma_maxent", "slots": 10, "search": {"algo.tau": {"choice": [0.1, 0.2]}}}
FILE = """
algorithm: maddpg
slots: 100
scenario: tiny
fixed: {algo.tau: 5e-3, env.reward: local}
search:
  algo.actor_lr: {loguniform: [1e-5, 1e-3]}
  scenario.num_users: {grid: [6, 8]}
"""


def sweep(**changes):
    return Sweep(**{**GOOD, **changes})


def test_a_file_is_read_with_its_numbers(tmp_path):
    path = tmp_path / "sweep.yaml"
    path.write_text(FILE)
    found = Sweep.read(path)
    assert found.search["algo.actor_lr"] == {"loguniform": [1e-5, 1e-3]}
    point = {"algo.actor_lr": 1e-4, "scenario.num_users": 6}
    assert found.parts(point) == {
        "algo": {"tau": 0.005, "actor_lr": 1e-4},
        "env": {"reward": "local"},
        "scenario": {"num_users": 6},
    }
    task = found.task(point)
    assert task.scenario.num_users == 6
    assert task.env_kwargs == {"reward": "local"}


def test_a_trial_s_seed_is_its_own_or_the_sweep_s():
    assert sweep(seed=4).trial_seed({}) == 4
    assert sweep(seed=4, fixed={"seed": 5}).trial_seed({}) == 5
    assert sweep(seed=4, search={"seed": {"grid": [1, 2]}}).trial_seed({"seed": 2}) == 2


def test_every_search_can_be_said():
    values = {2: [1, 5], 3: [1, 5, 2], None: ["a", "b"]}
    for kind, count in SEARCHES.items():
        assert sweep(search={"algo.x": {kind: values[count]}})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"slots": 0}, "slots must be an integer of at least 1, got 0"),
        ({"trials": 0}, "trials must be an integer of at least 1, got 0"),
        ({"max_concurrent": -1}, "max_concurrent must be an integer of at least 1, got -1"),
        ({"env_runners": -1}, "env_runners must be an integer of at least 0, got -1"),
        ({"searcher": "bayes"}, "searcher must be one of 'random', 'optuna', got 'bayes'"),
        ({"scheduler": "pbt"}, "scheduler must be one of 'none', 'asha', got 'pbt'"),
        ({"search": {}}, "search must name at least one key, got {}"),
        ({"search": {"lr": {"grid": [1]}}}, "key must be seed, or start with algo.* got 'lr'"),
        ({"fixed": {"algo.": 1}}, "key must be seed, or start with algo.* got 'algo.'"),
        ({"search": {"algo.x": [1, 2]}}, r"search of algo.x must be one of .* got \[1, 2\]"),
        ({"search": {"algo.x": {"normal": [0, 1]}}}, "search of algo.x must be one of 'grid'"),
        ({"search": {"algo.x": {"grid": []}}}, "grid of algo.x must be a list of values"),
        ({"search": {"algo.x": {"uniform": [2, 1]}}}, "uniform of algo.x must be 2 rising numbers"),
        ({"search": {"algo.x": {"quniform": [1, 2]}}}, "quniform of algo.x must be 3 rising"),
        ({"search": {"algo.x": {"loguniform": [0, 1]}}}, "loguniform of algo.x must be positive"),
        ({"fixed": {"algo.tau": 1}}, "algo.tau must be either fixed or searched, got both"),
        (
            {"search": {"algo.x": {"grid": [1]}}, "searcher": "optuna"},
            "search of algo.x must not be a grid with searcher optuna: use choice",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        sweep(**changes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 1", "must hold keys and values"),
        ("a: [", "must be YAML"),
        ("algorithm: x\nslots: 1\nsearch: {seed: {grid: [1]}}\ntrails: 2", "'trails'"),
        ("slots: 1\nsearch: {seed: {grid: [1]}}", "must have a value for algorithm"),
    ],
)
def test_bad_files_are_named(tmp_path, text, message):
    path = tmp_path / "sweep.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as error:
        Sweep.read(path)
    assert str(path) in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"sweep file must exist, got .*nothing\.yaml"):
        Sweep.read(tmp_path / "nothing.yaml")


PAGE = Path(__file__).parents[3] / "docs" / "how_to" / "sweep.md"


def test_the_page_shows_a_file_that_is_read(tmp_path):
    (shown,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "rates.yaml"
    path.write_text(shown)
    assert Sweep.read(path).scheduler == "asha"


def test_the_page_names_every_key():
    text = PAGE.read_text(encoding="utf-8")
    for field in dataclasses.fields(Sweep):
        assert f"`{field.name}`" in text, field.name
    for kind in SEARCHES:
        assert f"`{kind}`" in text, kind
