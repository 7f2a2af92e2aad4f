import re

import pytest

from edgemarl.djtcra import load_scenario
from edgemarl.djtcra.baselines import ALIASES, baseline_names
from edgemarl.experiments import evaluate, load_policy
from edgemarl.experiments.checkpoints import RunFolder
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.policies import folder_of, policy_name, trained_task
from edgemarl.experiments.task import DEFAULT_ENV, Task

TINY = load_scenario("tiny")
TASK = Task(scenario=TINY)


@pytest.fixture
def run(tmp_path):
    """The folder of a run whose checkpoint holds no weights."""
    folder = RunFolder(tmp_path / "run")
    manifest = Manifest(
        algorithm="maddpg",
        env_id=DEFAULT_ENV,
        env_kwargs={"max_cycles": 7},
        scenario=TINY.to_dict(),
        settings={},
        seed=0,
        env_runners=0,
    )
    folder.save(manifest, lambda path: None)
    return folder.path


@pytest.mark.parametrize("name", [*baseline_names(), *ALIASES])
def test_every_baseline_runs_by_its_id(name):
    assert evaluate(name, "tiny", slots=2, bound=False).mean("system_qoe") >= 0


def test_a_callable_is_a_policy_already():
    assert load_policy(len, TASK) is len


def test_names_for_tables():
    class Mine:
        pass

    assert policy_name("nearest") == "nearest"
    assert policy_name(load_policy("daes", TASK)) == "nearest"
    assert policy_name(len) == "len"
    assert policy_name(Mine()) == "Mine"


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(ValueError, match=r"baseline \(nearest, random, .*ga-aware\), an existing"):
        load_policy("neerest", TASK)


def write_module(folder, name, text):
    (folder / f"{name}.py").write_text(text)


def test_a_factory_is_found_in_the_working_folder(tmp_path, monkeypatch):
    write_module(
        tmp_path, "my_policies_a", "def make():\n    return lambda observations: {'here': 1}\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert load_policy("my_policies_a:make", TASK)({}) == {"here": 1}


@pytest.mark.parametrize(
    ("text", "attribute", "message"),
    [
        ("make = 3", "make", "must be a function without arguments .* got 3"),
        ("def make():\n    return 5", "make", "must be a function without arguments .* got 5"),
        ("", "make", "must be importable, got 'my_policies_b:make'"),
    ],
)
def test_a_bad_factory_is_named(tmp_path, monkeypatch, text, attribute, message):
    write_module(tmp_path, "my_policies_b", text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "my_policies_b", raising=False)
    with pytest.raises(ValueError, match=message):
        load_policy(f"my_policies_b:{attribute}", TASK)


def test_a_missing_module_is_named():
    with pytest.raises(ValueError, match="must be importable, got 'no_such_module:make'"):
        load_policy("no_such_module:make", TASK)


def test_a_checkpoint_says_what_it_was_trained_on(run):
    task = trained_task(str(run))
    assert task is not None
    assert (task.scenario, task.env_kwargs) == (TINY, {"max_cycles": 7})
    assert trained_task("nearest") is None
    assert trained_task("package.module:factory") is None


def test_a_checkpoint_of_another_topology_is_refused(run):
    other = Task(scenario=TINY.with_overrides({"seed": 1}), env_kwargs={"max_cycles": 7})
    message = f"checkpoint {re.escape(str(run))} must have been trained on what it is used on"
    with pytest.raises(ValueError, match=message):
        load_policy(str(run), other)


def test_a_folder_that_is_no_checkpoint_is_named(tmp_path):
    with pytest.raises(ValueError, match="must hold a checkpoint"):
        load_policy(str(tmp_path), TASK)


def test_plus_explore_acts_as_in_training(run, monkeypatch):
    rllib_algos = pytest.importorskip("rllib_algos")
    asked = []
    monkeypatch.setattr(
        rllib_algos,
        "load_policy",
        lambda path, explore: asked.append((path, explore)),
        raising=False,
    )
    monkeypatch.setattr("edgemarl.experiments.policies.require_extra", lambda *names: None)
    task = Task(scenario=TINY, env_kwargs={"max_cycles": 7})
    load_policy(str(run), task)
    load_policy(f"{run}+explore", task)
    best = (run / "latest").resolve()
    assert asked == [(best, False), (best, True)]
    assert trained_task(f"{run}+explore") == trained_task(str(run)) == task


def test_a_folder_may_be_called_so(run):
    other = run.rename(run.with_name("run+explore"))
    assert folder_of(str(other)) == other
    assert folder_of(f"{other}+explore") == other


def run_of_rows(folder, embedding):
    """A run whose policies are networks for rows that nothing has trained."""
    pytest.importorskip("torch")
    from rllib_algos.joint.actors import Actors
    from rllib_algos.joint.discovery import joint_spaces
    from rllib_algos.joint.layouts import make_layout
    from rllib_algos.joint.policy_file import policy_content, write_policy

    layout = make_layout(joint_spaces(TASK.make()), soft=False)
    rows = {"embedding": embedding, "pooling": "mean", "pairwise": False}
    actors = Actors(layout, [8], rows=rows)
    state = {f"actors.{name}": value.numpy() for name, value in actors.state_dict().items()}
    content = policy_content("vdn", actors, state)
    manifest = Manifest(
        algorithm="vdn",
        env_id=DEFAULT_ENV,
        env_kwargs={"topologies": 4},
        scenario=TINY.to_dict(),
        settings={"policy_network": "rows", "row_embedding": embedding},
        seed=0,
        env_runners=0,
    )
    run = RunFolder(folder)
    run.save(manifest, lambda path: write_policy(path, content, None))
    return str(run.path)


def test_networks_for_rows_without_embeddings_act_on_other_topologies_and_users(tmp_path):
    policy = run_of_rows(tmp_path / "run", embedding=0)
    other = TINY.with_overrides({"seed": 5, "num_users": TINY.num_users + 3})
    assert evaluate(policy, other, slots=3).mean("system_qoe") > 0
    with pytest.raises(ValueError, match=r"scenario.cloud_delay was 0.2 in training, is 0.3 here"):
        load_policy(policy, Task(scenario=other.with_overrides({"cloud_delay": 0.3})))


def test_networks_with_embeddings_do_not_and_say_why(tmp_path):
    policy = run_of_rows(tmp_path / "run", embedding=2)
    message = r"seed was 0 in training, is 5 here; its networks have embeddings .*row_embedding=0"
    other = Task(scenario=TINY.with_overrides({"seed": 5}), env_kwargs={"topologies": 4})
    with pytest.raises(ValueError, match=message):
        load_policy(policy, other)
