import dataclasses

import numpy as np
import pytest

from edgemarl.core.seeding import named_generator
from edgemarl.experiments.reproduction.summary import summarize
from tests.reproductions import BUDGET, GREEDY, IDQN, NEAREST, POINTS, STUDY, measured, summary

VALUES = {"idqn": [7.0, 8.0, 9.0, 8.0], "greedy": [6.0, 7.0, 8.0, 6.0]}
(POINT,) = STUDY.points


def test_means_and_intervals_by_hand():
    entry = summary(STUDY, VALUES).entry(POINT, "idqn")
    interval = entry.interval("system_qoe")
    assert interval.mean == 8.0
    # Student's t with 3 degrees of freedom at 97.5 %: 3.182; standard deviation sqrt(2/3).
    assert interval.half_width == pytest.approx(3.182 * np.sqrt(2 / 3) / 2, rel=1e-3)
    assert entry.values("gap") == pytest.approx([0.3, 0.2, 0.1, 0.2])


def test_replicates_are_paired_by_topology_and_seed():
    """Greedy has three topologies; the fourth replicate is on the first again."""
    made = summary(STUDY, VALUES)
    assert list(made.entry(POINT, "greedy").values("system_qoe")) == [6.0, 7.0, 8.0, 6.0]
    assert made.difference(made.entry(POINT, "greedy")).mean == pytest.approx(5 / 4)


def test_results_are_found_in_any_order():
    cells = [STUDY.cell(m, POINT, k, BUDGET) for m in (GREEDY, IDQN) for k in (1, 0)]
    results = [measured(cell, float(i)) for i, cell in enumerate(cells)]
    made = summarize(STUDY, BUDGET, results)
    assert [entry.method.name for entry in made.entries] == ["idqn", "greedy"]
    assert list(made.entry(POINT, "idqn").values("system_qoe")) == [3.0, 2.0]
    assert list(made.entry(POINT, "greedy").values("system_qoe")) == [1.0, 0.0]


def test_the_bootstrap_of_a_constant_difference_is_a_point():
    made = summary(STUDY, {"idqn": [7.0, 8.0, 9.0], "greedy": [6.5, 7.5, 8.5]})
    found = made.difference(made.entry(POINT, "greedy"))
    assert (found.mean, found.low, found.high) == (0.5, 0.5, 0.5)


def test_the_bootstrap_of_two_pairs_by_hand():
    """Of four equally likely resamples one has the mean 0, one 2, two 1; so 95 % are [0, 2]."""
    made = summary(STUDY, {"idqn": [7.0, 9.0], "greedy": [7.0, 7.0]})
    found = made.difference(made.entry(POINT, "greedy"))
    assert (found.mean, found.low, found.high) == (1.0, 0.0, 2.0)


def test_one_replicate_has_no_interval():
    made = summary(STUDY, {"idqn": [7.0], "greedy": [6.0]})
    found = made.difference(made.entry(POINT, "greedy"))
    assert (found.mean, found.low, found.high) == (1.0, None, None)


def test_where_the_reference_has_not_been_run_differences_are_to_the_first():
    made = summary(STUDY, {"greedy": [6.0, 7.0], "nearest": [5.0, 5.0]})
    assert made.reference == GREEDY
    assert made.difference(made.entry(POINT, "nearest")).mean == 1.5


def test_a_method_that_lacks_a_replicate_is_left_out():
    cells = [STUDY.cell(IDQN, POINT, 0, BUDGET)]
    cells += [STUDY.cell(NEAREST, POINT, k, BUDGET) for k in (0, 1)]
    made = summarize(STUDY, BUDGET, [measured(cell, 5.0) for cell in cells])
    assert [entry.method.name for entry in made.entries] == ["nearest"]
    assert made.entry(POINT, "idqn") is None
    gaps = [(gap.point.label, gap.method.name, gap.replicates) for gap in made.gaps]
    assert gaps == [("|U| = 8", "idqn", 1), ("|U| = 8", "greedy", 0), ("|U| = 8", "broken", 0)]


def test_points_beyond_the_budgets_count_where_they_have_been_run():
    few = dataclasses.replace(BUDGET, points=1)
    cells = [POINTS.cell(GREEDY, point, k, few) for point in POINTS.points for k in (0, 1)]
    made = summarize(POINTS, few, [measured(cell, 5.0) for cell in cells])
    assert [point.label for point in made.points] == ["U 6", "U 8", "U 10"]


def test_results_of_another_budget_do_not_count():
    longer = dataclasses.replace(BUDGET, slots=200)
    cells = [STUDY.cell(IDQN, POINT, k, longer) for k in (0, 1)]
    assert not summarize(STUDY, BUDGET, [measured(cell, 5.0) for cell in cells]).entries


def test_points_without_an_entry_are_not_shown():
    cells = [POINTS.cell(GREEDY, POINTS.points[1], k, BUDGET) for k in (0, 1)]
    made = summarize(POINTS, BUDGET, [measured(cell, 5.0, bound=6.0) for cell in cells])
    assert [point.label for point in made.points] == ["U 8"]
    assert list(made.bound(POINTS.points[1])) == [6.0, 6.0]


def test_points_of_rules_alone_are_not_shown_where_learners_have_been_run_elsewhere():
    first, second, _ = POINTS.points
    cells = [POINTS.cell(GREEDY, point, k, BUDGET) for point in (first, second) for k in (0, 1)]
    cells += [POINTS.cell(IDQN, second, k, BUDGET) for k in (0, 1)]
    made = summarize(POINTS, BUDGET, [measured(cell, 5.0) for cell in cells])
    assert {entry.point.label for entry in made.entries} == {"U 8"}


def test_what_was_sampled_in_training_is_kept_apart():
    made = summary(STUDY, VALUES)
    assert list(made.entry(POINT, "idqn").sampled("system_qoe")) == [7.0] * 4
    assert list(made.entry(POINT, "greedy").sampled("system_qoe")) == [6.0, 7.0, 8.0, 6.0]


@pytest.mark.parametrize(("seeds", "preliminary"), [(9, True), (10, False)])
def test_fewer_than_ten_replicates_are_preliminary(seeds, preliminary):
    made = summary(STUDY, {"idqn": list(named_generator(0, "t").random(seeds))})
    assert made.preliminary is preliminary


def test_a_rule_s_interval_counts_a_topology_once():
    """Mean over all four replicates; t with 2 degrees of freedom, 4.303, of 6, 7 and 8."""
    interval = summary(STUDY, VALUES).entry(POINT, "greedy").interval("system_qoe")
    assert interval.mean == 27 / 4
    assert interval.half_width == pytest.approx(4.303 / np.sqrt(3), rel=1e-3)
