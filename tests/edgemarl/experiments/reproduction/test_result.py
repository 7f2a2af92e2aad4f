import dataclasses
import json

import pytest

from edgemarl.experiments.manifest import recorded_versions
from edgemarl.experiments.provenance import current_code, current_commit, current_processor
from edgemarl.experiments.reproduction.cell import Cell
from edgemarl.experiments.reproduction.result import find_result, read_result, rounded
from tests.reproductions import GREEDY, IDQN, TINY, measured

CELL = Cell(method=IDQN, scenario=TINY, seed=1, slots=200, evaluation_slots=3)


def test_a_result_is_read_back(tmp_path):
    result = measured(CELL, 7.5, seconds=12.0, command="edgemarl reproduce x")
    path = result.write(tmp_path, CELL.name)
    assert path == tmp_path / f"{CELL.name}.json"
    assert read_result(path) == result
    assert find_result(tmp_path, CELL) == result


def test_it_tells_where_it_comes_from():
    result = measured(CELL, 7.5)
    assert result.versions == recorded_versions()
    assert (result.commit, result.processor) == (current_commit(), current_processor())
    assert result.code == current_code()
    assert (result.seed, result.slots, result.topology) == (1, 200, 0)


def test_a_cell_that_was_not_run_has_none(tmp_path):
    assert find_result(tmp_path, CELL) is None


def test_numbers_keep_six_digits_but_what_was_run_keeps_all(tmp_path):
    scenario = TINY.replace(cloud_rate=100000001.25)
    cell = Cell(method=GREEDY, scenario=scenario)
    path = measured(cell, 7.123456789).write(tmp_path, cell.name)
    assert read_result(path).evaluation["system_qoe"] == 7.12346
    assert find_result(tmp_path, cell) is not None


def test_numbers_are_rounded_in_lists_and_dictionaries():
    given = {"a": [1.23456789, 2], "b": {"c": 123456.789}, "d": "1.23456789", "e": None}
    assert rounded(given) == {"a": [1.23457, 2], "b": {"c": 123457.0}, "d": "1.23456789", "e": None}


def test_every_key_has_a_line_of_its_own(tmp_path):
    path = measured(CELL, 7.5).write(tmp_path, CELL.name)
    lines = path.read_text().splitlines()
    assert len(lines) == len(json.loads(path.read_text())) + 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"format": 1, "cell"', "must be JSON, but .*; remove it to run it again"),
        ("[1, 2]", "format must be 2, got None; remove it to run again"),
        ('{"format": 1}', "format must be 2, got 1; remove it to run again"),
        ('{"format": 2}', "must have a value for cell"),
        ('{"format": 2, "cells": {}}', "key of .* must be one of 'cell', .*got 'cells'"),
    ],
)
def test_a_file_that_is_no_result_is_named(tmp_path, text, message):
    path = tmp_path / f"{CELL.name}.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as raised:
        find_result(tmp_path, CELL)
    assert str(path) in str(raised.value)


def test_a_scenario_whose_defaults_have_changed_is_noticed(tmp_path):
    result = measured(CELL, 7.5)
    assert result.scenario["cloud_delay"] == CELL.scenario.cloud_delay
    older = dataclasses.replace(result, scenario={**result.scenario, "cloud_delay": 0.3})
    path = older.write(tmp_path, CELL.name)
    with pytest.raises(ValueError, match=r"scenario.cloud_delay was 0.3, is 0.2 now") as raised:
        find_result(tmp_path, CELL)
    assert str(path) in str(raised.value)


def test_a_field_that_a_scenario_has_learned_since_is_none(tmp_path):
    result = measured(CELL, 7.5)
    known = {key: v for key, v in result.scenario.items() if key != "migration_delay"}
    qoe = {key: v for key, v in known["qoe"].items() if key != "midpoint_mean"}
    before = {**known, "qoe": qoe}
    dataclasses.replace(result, scenario=before).write(tmp_path, CELL.name)
    assert find_result(tmp_path, CELL) is not None


def test_another_cells_result_is_refused(tmp_path):
    measured(Cell(method=GREEDY, scenario=TINY), 7.5).write(tmp_path, CELL.name)
    with pytest.raises(ValueError, match=r"must hold the result of .*'idqn'.*, got .*'greedy'"):
        find_result(tmp_path, CELL)
