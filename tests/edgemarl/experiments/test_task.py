import pytest

from edgemarl.djtcra import Scenario, load_scenario
from edgemarl.experiments import task as task_module
from edgemarl.experiments.task import DEFAULT_ENV, Task


def test_names_become_a_task():
    task = Task.of("tiny", "djtcra-users-v0", {"observation": "global"})
    assert task.env_id == "edgemarl/djtcra-users-v0"
    assert task.scenario == load_scenario("tiny")
    assert task.make().unwrapped.view.observation_spaces["user_0"].shape != (9,)


def test_ids_may_leave_out_the_namespace():
    assert Task.of("tiny", "djtcra-servers-v0", None) == Task.of("tiny", DEFAULT_ENV, None)


def test_another_topology_changes_the_scenarios_seed_alone():
    task = Task.of(load_scenario("tiny").with_overrides({"seed": 4}), DEFAULT_ENV, None)
    other = task.topology(3)
    assert other.scenario == task.scenario.with_overrides({"seed": 7})
    assert (other.env_id, other.env_kwargs) == (task.env_id, task.env_kwargs)


@pytest.mark.parametrize(
    ("overrides", "independent"),
    [
        ({}, True),
        ({"mobility": "random_walk"}, False),
        ({"migration_delay": 0.1}, False),
    ],
)
def test_slots_are_independent_where_nothing_is_kept(overrides, independent):
    scenario = Scenario().with_overrides(overrides)
    assert Task(scenario=scenario).independent_slots is independent


def test_flat_values_tell_tasks_apart():
    flat = Task.of("tiny", DEFAULT_ENV, {"action": "discrete"}).flattened()
    assert flat["env"] == DEFAULT_ENV
    assert flat["env.action"] == "discrete"
    assert flat["scenario.num_users"] == 8
    assert flat["scenario.mobility.kind"] == "resample"


def test_an_unknown_environment_is_named():
    with pytest.raises(ValueError, match="environment must be one of"):
        Task.of("tiny", "djtcra-clouds-v0", None)


def test_a_scenario_is_needed_only_where_one_is_taken(monkeypatch):
    assert Task.of(None, DEFAULT_ENV, None).scenario == load_scenario("paper")
    monkeypatch.setattr(task_module, "system_of", lambda name: None)
    task = Task.of(None, DEFAULT_ENV, {"max_cycles": 3})
    assert task.flattened() == {"env": DEFAULT_ENV, "env.max_cycles": 3}
    with pytest.raises(ValueError, match="'edgemarl/djtcra-servers-v0' takes no scenario, got 'ti"):
        Task.of("tiny", DEFAULT_ENV, None)
    with pytest.raises(ValueError, match="must have a scenario for its objective and bound"):
        task.topology(1)
