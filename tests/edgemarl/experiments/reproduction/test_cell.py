import dataclasses
import json
import subprocess
import sys

import pytest

from edgemarl.core.component import component
from edgemarl.djtcra.arrivals import UniformTasks
from edgemarl.djtcra.scenario import Scenario
from edgemarl.experiments.reproduction import cell as cell_module
from edgemarl.experiments.reproduction.cell import (
    Cell,
    Method,
    changed_default,
    changed_values,
    scenario_hash,
)
from tests.reproductions import GREEDY, IDQN, TINY, USERS

CELL = Cell(method=IDQN, scenario=TINY, seed=1, slots=100, evaluation_slots=3)
OTHERS = [
    dataclasses.replace(CELL, seed=2),
    dataclasses.replace(CELL, slots=200),
    dataclasses.replace(CELL, evaluation_slots=4),
    dataclasses.replace(CELL, scenario=TINY.replace(seed=1)),
    dataclasses.replace(CELL, scenario=TINY.replace(num_users=9)),
    dataclasses.replace(CELL, scenario=TINY.with_overrides({"qoe.midpoint_mean": 0.3})),
    *(
        dataclasses.replace(CELL, method=dataclasses.replace(IDQN, **change))
        for change in (
            {"algorithm": "vdn"},
            {"settings": {**IDQN.settings, "gamma": 0.5}},
            {"env_kwargs": {}},
            {"env_id": "edgemarl/djtcra-servers-v0"},
        )
    ),
]


def test_every_input_gives_another_cell():
    names = [cell.name for cell in (CELL, *OTHERS)]
    assert len(set(names)) == len(names)


def test_what_a_method_is_called_in_legends_does_not_matter():
    method = dataclasses.replace(IDQN, title="Something else")
    assert dataclasses.replace(CELL, method=method).name == CELL.name


def test_a_rules_name_is_the_same_in_every_process_and_needs_no_ray():
    code = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("ray", "torch", "rllib_algos"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from edgemarl.djtcra import load_scenario
from edgemarl.experiments.reproduction.cell import Cell, Method
greedy = Method(name="greedy", title="", rule="greedy", env_id="edgemarl/djtcra-servers-v0")
print(Cell(method=greedy, scenario=load_scenario("tiny")).name)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.strip() == Cell(method=GREEDY, scenario=TINY).name


def test_a_changed_default_makes_another_cell_and_run(monkeypatch):
    before = CELL.identity()
    monkeypatch.setattr(cell_module, "default_settings", lambda *_: {"gamma": 0.5, "tau": 1.0})
    assert CELL.identity()["defaults"] == {"gamma": 0.5, "tau": 1.0}
    name, run_name = CELL.name, CELL.run_name
    monkeypatch.setattr(cell_module, "default_settings", lambda *_: {"gamma": 0.6, "tau": 1.0})
    assert CELL.name != name
    assert CELL.run_name != run_name
    was = {**before, "defaults": {"gamma": 0.5, "tau": 1.0}}
    assert changed_default(was, CELL.identity()) == "gamma was 0.5 by default, is 0.6 now"
    assert changed_default(was, was) is None


def test_the_name_says_what_it_is_about():
    assert CELL.name.startswith("idqn-tiny-t0-s1-100-")
    assert Cell(method=GREEDY, scenario=TINY).name.startswith("greedy-tiny-t0-")
    assert CELL.run_name.startswith("idqn-tiny-t0-s1-")


def test_more_slots_go_on_in_the_same_run():
    longer = dataclasses.replace(CELL, slots=200, evaluation_slots=50)
    assert longer.run_name == CELL.run_name
    assert dataclasses.replace(CELL, seed=2).run_name != CELL.run_name


@component("arrivals", "uniform_and_more")
@dataclasses.dataclass(frozen=True, kw_only=True)
class MoreTasks(UniformTasks):
    further: float = 3.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class MoreScenario(Scenario):
    further: float = 3.0


def test_a_further_field_with_a_default_changes_no_cell():
    values = {"num_users": 8, "qoe": {"kind": "logistic", "midpoint_mean": 0.3}}
    before, after = Scenario.from_dict(values), MoreScenario.from_dict(values)
    assert changed_values(after) == changed_values(before) == values
    assert scenario_hash(after) == scenario_hash(before)
    assert scenario_hash(after.replace(further=4.0)) != scenario_hash(before)


def test_a_further_field_of_a_component_changes_no_cell_either():
    volume = (1e6, 2e6)
    before = Scenario(arrivals=UniformTasks(volume=volume))
    after = Scenario(arrivals=MoreTasks(volume=volume))
    assert changed_values(before) == {"arrivals": {"kind": "uniform", "volume": [1e6, 2e6]}}
    assert changed_values(after)["arrivals"].keys() == {"kind", "volume"}
    other = Scenario(arrivals=MoreTasks(volume=volume, further=4.0))
    assert changed_values(other)["arrivals"]["further"] == 4.0


@pytest.mark.parametrize("cell", [CELL, *OTHERS, Cell(method=GREEDY, scenario=TINY)])
def test_a_cell_is_read_back_from_its_identity(cell):
    identity = json.loads(json.dumps(cell.identity()))
    again = Cell.from_identity(
        identity, name=cell.method.name, title=cell.method.title, scenario=cell.scenario.name
    )
    assert again.identity() == cell.identity()
    assert again.name == cell.name
    assert again.scenario == cell.scenario


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rule": None}, "must have either an algorithm or a rule"),
        ({"further": 1}, "key of cell must be one of 'method'"),
        ({"scenario": {"num_user": 3}}, "key of scenario must be one of"),
        ({"seed": -1}, "seed must be an integer of at least 0, got -1"),
    ],
)
def test_an_identity_that_is_none_is_refused(change, message):
    identity = {**Cell(method=GREEDY, scenario=TINY).identity(), **change}
    with pytest.raises(ValueError, match=message):
        Cell.from_identity(identity, name="greedy", title="GA-Aware", scenario="tiny")


def test_an_identity_that_lacks_something_is_refused():
    with pytest.raises(ValueError, match="must have a value for 'rule'"):
        Cell.from_identity({"algorithm": "idqn"}, name="a", title="A", scenario="tiny")


def test_a_method_is_a_learner_or_a_rule():
    with pytest.raises(ValueError, match="either an algorithm or a rule, got None and None"):
        Method(name="neither", title="Neither", env_id=USERS)


def test_rules_are_not_trained():
    with pytest.raises(ValueError, match="greedy is a rule: its slots and seed must be 0"):
        Cell(method=GREEDY, scenario=TINY, slots=10)
    with pytest.raises(ValueError, match="slots must be an integer of at least 1, got 0"):
        Cell(method=IDQN, scenario=TINY)
