import json
import shutil

import pytest
from typer.testing import CliRunner

from edgemarl.cli.app import app
from edgemarl.core import extras
from edgemarl.djtcra import load_scenario
from edgemarl.experiments import evaluate, load_policy, pretrained
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.policies import trained_task
from edgemarl.experiments.pretrained import (
    DESCRIPTION_FILE,
    HOME,
    all_pretrained,
    load_pretrained,
    named_pretrained,
)
from edgemarl.experiments.task import DEFAULT_ENV, Task

SHIPPED = all_pretrained()
each = pytest.mark.parametrize(
    "one", SHIPPED, ids=lambda p: f"{p.folder.parent.name}/{p.folder.name}"
)
LARGEST = 500_000  # bytes of a file


def run(*arguments, code=0):
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == code, result.output
    return result


def describe(home, name, scenario, rows=None, **changes):
    """A policy's description without its weights."""
    manifest = {
        "algorithm": "idqn",
        "env_id": DEFAULT_ENV,
        "env_kwargs": {},
        "scenario": scenario.to_dict(),
        "settings": {},
        "seed": 0,
        "env_runners": 0,
        **changes,
    }
    folder = home / name / f"{scenario.name}-t{scenario.seed}"
    folder.mkdir(parents=True)
    (folder / DESCRIPTION_FILE).write_text(json.dumps({"rows": rows, "trained_on": manifest}))
    return folder


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A package with policies for two scenarios, one of them on two topologies."""
    monkeypatch.setattr(pretrained, "HOME", tmp_path)
    describe(tmp_path, "mine", load_scenario("demo"))
    describe(tmp_path, "mine", load_scenario("tiny"), env_kwargs={"max_cycles": 7})
    describe(tmp_path, "mine", load_scenario("tiny").replace(seed=1))
    describe(tmp_path, "other", load_scenario("tiny"))
    return tmp_path


@pytest.fixture
def loaded(monkeypatch):
    """The folders that are loaded, whether or not there are weights and torch."""
    rllib_algos = pytest.importorskip("rllib_algos")
    folders = []
    monkeypatch.setattr(rllib_algos, "load_exported", folders.append, raising=False)
    monkeypatch.setattr(pretrained, "require_extra", lambda *_: None)
    return folders


def test_a_name_stands_for_policies_for_several_scenarios(home):
    assert [one.folder.name for one in named_pretrained("pretrained:mine")] == [
        *("demo-t0", "tiny-t0", "tiny-t1")
    ]
    assert named_pretrained("pretrained:mine")[2].about == (
        "edgemarl/djtcra-servers-v0, scenario tiny, topology 1"
    )


@pytest.mark.parametrize(("seed", "kwargs"), [(0, {"max_cycles": 7}), (1, {})])
def test_the_one_that_fits_is_taken(home, loaded, seed, kwargs):
    task = Task(scenario=load_scenario("tiny").replace(seed=seed), env_kwargs=kwargs)
    load_policy("pretrained:mine", task)
    assert loaded == [home / "mine" / f"tiny-t{seed}"]


def test_where_none_fits_it_says_what_they_are_for(home):
    task = Task(scenario=load_scenario("tiny").replace(seed=2))
    message = (
        r"pretrained:other must have been trained on what it is used on: scenario.seed was 0 in "
        r"training, is 2 here; pretrained:other fits .*servers-v0, scenario tiny, topology 0$"
    )
    with pytest.raises(ValueError, match=message):
        load_pretrained("pretrained:other", task)


def test_networks_for_rows_without_embeddings_carry_over(home, loaded):
    folder = describe(home, "rows", load_scenario("tiny"), rows={"embedding": 0})
    load_policy("pretrained:rows", Task(scenario=load_scenario("tiny").replace(seed=5)))
    assert loaded == [folder]


def test_the_task_is_that_of_the_scenario_asked_for(home):
    assert trained_task("pretrained:mine").scenario.name == "demo"
    task = trained_task("pretrained:mine", "tiny")
    assert (task.scenario, task.env_kwargs) == (load_scenario("tiny"), {"max_cycles": 7})
    assert trained_task("pretrained:mine", "paper").scenario.name == "demo"


def test_an_unknown_name_lists_what_there_is(home):
    message = r"pretrained policy must be one of 'pretrained:mine', 'pretrained:other', got"
    with pytest.raises(ValueError, match=message):
        load_policy("pretrained:yours", Task(scenario=load_scenario("tiny")))


@pytest.mark.parametrize("text", ["{", "[]", '{"trained_on": {}}', "{}"])
def test_a_broken_description_is_named(home, text):
    path = home / "other" / "tiny-t0" / DESCRIPTION_FILE
    path.write_text(text)
    with pytest.raises(ValueError, match=r"tiny-t0.policy\.json"):
        all_pretrained()


def test_without_the_extra_it_says_what_to_install(home, monkeypatch):
    monkeypatch.setitem(extras._MODULES, "rllib", ("a_framework_that_is_not_there",))
    result = run("evaluate", "pretrained:other", code=2)
    assert "acting with pretrained:other needs a_framework_that_is_not_there" in result.stderr
    assert "pip install 'edgemarl[rllib]'" in result.stderr


def test_they_are_listed(home):
    shown = run("list").output
    assert (
        "trained policies (POLICY):\n  pretrained:mine  for edgemarl/djtcra-servers-v0, sc" in shown
    )


def test_the_files_are_those_of_exports():
    exported = pytest.importorskip("rllib_algos.joint.exported")
    assert exported.DESCRIPTION_FILE == DESCRIPTION_FILE


def test_some_come_with_the_package():
    assert SHIPPED
    assert "pretrained:shadow_price" in {one.policy for one in SHIPPED}


@each
def test_the_files_are_small_and_say_what_they_are(one):
    assert {path.name for path in one.folder.iterdir()} == {DESCRIPTION_FILE, "policy.safetensors"}
    for path in one.folder.iterdir():
        assert path.stat().st_size < LARGEST
    assert one.folder.parents[1] == HOME
    manifest = one.manifest
    assert isinstance(manifest, Manifest)
    assert one.policy == f"pretrained:{one.folder.parent.name}"
    assert manifest.slots > 0
    assert manifest.commit
    assert manifest.command.startswith("edgemarl ")


@each
def test_they_act_better_than_the_nearest_server(one):
    pytest.importorskip("torch")
    task = one.manifest.task()
    options = {"env_id": task.env_id, "env_kwargs": task.env_kwargs, "slots": 5, "bound": False}
    objective = task.system.objective
    found, simple = (
        evaluate(policy, task.scenario, **options).mean(objective.name)
        for policy in (one.policy, "nearest")
    )
    assert found > simple if objective.maximize else found < simple


def test_a_run_becomes_one_by_exporting_it(home, ray_session, tmp_path_factory):
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("run") / "run"
    small = ("--set", "algo.q_hiddens=[8]", "algo.learning_starts=20", "--validation-slots", "2")
    train = ("train", "idqn", "--scenario", "tiny", "--scenario-seed", "3", "--slots", "50")
    run(*train, "--env", "djtcra-users-v0", "--out", str(folder), *small)
    run("export", str(folder), "--out", str(home / "idqn" / "tiny-t3"))
    (one,) = named_pretrained("pretrained:idqn")
    assert (one.manifest.slots, one.manifest.seed) == (50, 0)
    assert one.about == "edgemarl/djtcra-users-v0, scenario tiny, topology 3"
    shutil.rmtree(folder)
    shown = run("evaluate", "pretrained:idqn", "--slots", "2").output
    assert "scenario tiny, topology 3, 2 slots" in shown.replace("\n", " ")
    refused = run("evaluate", "pretrained:idqn", "--scenario", "paper", code=2)
    assert "scenario.seed was 3 in training, is 0 here" in refused.stderr


def test_a_scenario_is_observed_as_the_policy_that_is_named_for_it(home):
    """By its name alone; what else is asked for stays, and no other scenario is touched."""
    seen = {"observation.observe_capacity": True}
    describe(home, "seeing", load_scenario("failures").with_overrides(seen))
    asked = load_scenario("failures").replace(num_users=70)
    found = pretrained.observed_as_trained(asked, ["greedy", "pretrained:seeing"])
    assert found == asked.with_overrides(seen)
    for scenario, policy in (("paper", "pretrained:seeing"), ("failures", "greedy")):
        assert pretrained.observed_as_trained(load_scenario(scenario), [policy]) == load_scenario(
            scenario
        )


@pytest.mark.parametrize("one", [p for p in SHIPPED if p.manifest.task().system.name == "djtcra"])
def test_every_scenario_with_a_policy_takes_it_by_its_name(one):
    run("evaluate", one.policy, "--scenario", str(one.scenario), "--slots", "2")
    blind = "scenario.observation.observe_eta=false"
    if one.manifest.task().scenario.observation.observe_eta:  # type: ignore[union-attr]
        result = run(
            "evaluate", one.policy, "--scenario", str(one.scenario), "--set", blind, code=2
        )
        assert "observe_eta was True in training" in result.output.replace("\n", " ")
