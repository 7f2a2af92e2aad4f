import csv
import dataclasses

import pytest

from edgemarl.core.system import Measure
from edgemarl.experiments.reproduction.report import markdown, write_csv
from edgemarl.experiments.reproduction.summary import summarize
from tests.reproductions import MINIMISED, POINTS, STUDY, measured, summary

VALUES = {"idqn": [7.0, 9.0], "greedy": [7.0, 7.0]}


def rows_of(text):
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


def test_a_table_by_hand():
    learner, rule = rows_of(markdown(summary(STUDY, VALUES)))
    assert learner["method"] == "IDQN"
    assert learner["system QoE"] == "8.0 ± 12.7"  # t with 1 degree of freedom: 12.706, times 1
    assert learner["latency [ms]"] == "1000"
    assert learner["gap [%]"].startswith("20.00 ± ")
    assert learner["while training"] == "7.0"
    assert learner["IDQN minus it"] == "-"
    assert rule["while training"] == "-"
    assert rule["IDQN minus it"] == "+1.00 [+0.00, +2.00]"


def test_points_have_a_column_where_there_are_several():
    rows = rows_of(markdown(summary(POINTS, VALUES)))
    assert [row["number of users"] for row in rows] == ["U 6"] * 2 + ["U 8"] * 2 + ["U 10"] * 2


def test_where_less_is_better_the_reference_is_ahead_with_a_minus():
    made = summary(MINIMISED, {"exact": [10.0, 10.0], "local": [15.0, 13.0]})
    exact, local = rows_of(markdown(made))
    assert exact["gap [%]"].startswith("0.00")
    assert local["gap [%]"].startswith("40.00")  # above the lower bound
    assert local["Exact minus it"] == "-4.00 [-5.00, -3.00]"
    assert "Certified lower bound of the objective" in markdown(made)


def test_below_the_table_stands_what_it_was_measured_on():
    text = markdown(summary(STUDY, VALUES))
    assert "Certified upper bound of the system QoE: |U| = 8: 10.0." in text
    assert "Every number is of 2 replicates" in text
    assert "of rules over the 2 topologies" in text
    assert "100 slots of training" in text
    assert "Preliminary: fewer than 10 replicates." in text
    assert "Preliminary" not in markdown(summary(STUDY, {"idqn": [7.0] * 10}))


def test_every_replicate_has_a_row_in_the_csv(tmp_path):
    write_csv(summary(POINTS, VALUES), tmp_path / "cells.csv")
    with (tmp_path / "cells.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 2 * 2
    first = rows[1]
    assert (first["point"], first["method"], first["topology"], first["seed"]) == (
        *("U 6", "idqn"),
        *("1", "1"),
    )
    assert float(first["system_qoe"]) == 9.0
    assert float(first["upper_bound"]) == 10.0
    assert float(first["gap"]) == pytest.approx(0.1)
    assert float(first["training_system_qoe"]) == 7.0


def test_what_has_not_been_run_is_told():
    assert "Missing: |U| = 8: DAES; Broken.\n" in markdown(summary(STUDY, VALUES))
    text = markdown(summary(STUDY, {method.name: [7.0, 8.0] for method in STUDY.methods}))
    assert "Missing" not in text


def test_so_are_points_and_replicates():
    budget = dataclasses.replace(POINTS.budget, seeds=2)
    methods = {method.name: method for method in POINTS.methods}
    ran = [("idqn", 0, 0), ("idqn", 0, 1), ("greedy", 0, 0), ("nearest", 1, 0), ("nearest", 1, 1)]
    results = [
        measured(POINTS.cell(methods[name], POINTS.points[at], k, budget), 7.0)
        for name, at, k in ran
    ]
    text = markdown(summarize(POINTS, budget, results))
    assert (
        "Missing: U 6: GA-Aware (1 of 2 replicates); DAES, U 8: IDQN; GA-Aware, U 10: no method.\n"
    ) in text


def test_where_the_reference_has_not_been_run_the_first_stands_in():
    made = summary(STUDY, {"greedy": [7.0, 8.0], "nearest": [6.0, 6.0]})
    greedy, nearest = rows_of(markdown(made))
    assert greedy["GA-Aware minus it"] == "-"
    assert nearest["GA-Aware minus it"].startswith("+1.50")


def test_rates_against_swarms_by_hand():
    """Swarms at 9 and 12: an assignment of 10 and 16 reaches 0.9 and 0.75 of them."""
    pso = dataclasses.replace(MINIMISED.methods[0], name="pso", title="PSO", rule="pso")
    study = dataclasses.replace(MINIMISED, methods=(*MINIMISED.methods, pso))
    values = {"exact": [10.0, 10.0], "local": [10.0, 16.0], "pso": [9.0, 12.0]}
    rows = {row["method"]: row for row in rows_of(markdown(summary(study, values)))}
    assert rows["Local"]["NRR pso"] == "0.8250"
    assert rows["PSO"]["NRR pso"] == "1.0000"
    assert "NRR pso" not in markdown(summary(MINIMISED, {"exact": [10.0], "local": [12.0]}))


def test_what_was_not_measured_is_a_dash():
    extra = Measure(name="accuracy", title="accuracy", digits=1)
    study = dataclasses.replace(STUDY, shown=(*STUDY.measures[:1], extra))
    learner, _ = rows_of(markdown(summary(study, VALUES)))
    assert learner["accuracy"] == "-"
