import dataclasses
import math

import pytest

from edgemarl.djtcra.system import SYSTEM
from edgemarl.experiments.reproduction.agreement import (
    Tolerance,
    beyond_tolerance,
    changed_surroundings,
    first_difference,
    replicates_of,
)
from tests.reproductions import BUDGET, GREEDY, IDQN, POINTS, measured

POINT = POINTS.points[0]
RULE = measured(POINTS.cell(GREEDY, POINT, 0, BUDGET), 7.0)
LEARNED = [measured(POINTS.cell(IDQN, POINT, k, BUDGET), v) for k, v in enumerate((7, 7.1, 6.9))]


def changed(result, part, name, values):
    return dataclasses.replace(result, **{part: {**getattr(result, part), name: values}})


def tolerance(recorded, value, alike=(), **evaluation):
    again = dataclasses.replace(
        recorded, evaluation={**recorded.evaluation, "system_qoe": value, **evaluation}
    )
    return beyond_tolerance(SYSTEM.objective, recorded, again, alike)


def test_equal_results_have_no_difference():
    assert first_difference(RULE, RULE) is None
    assert first_difference(LEARNED[0], dataclasses.replace(LEARNED[0], seconds=9.0)) is None


def test_a_unit_in_the_last_digit_is_none():
    assert first_difference(RULE, changed(RULE, "evaluation", "system_qoe", 7.00001)) is None


@pytest.mark.parametrize(
    ("part", "name", "values", "message"),
    [
        ("evaluation", "latency", 1.01, "evaluation latency was 1, is 1.01"),
        ("sampled", "system_qoe", 7.5, "sampled system_qoe was 7, is 7.5"),
        ("curve", "num_cloud", [1.0, 2.0, 4.0, 9.0], "curve num_cloud was 8, is 9"),
        ("validation", "gap", [6.0, 7.5], "validation gap was 7, is 7.5"),
        ("evaluation", "further", 1.0, "evaluation must have .*'further'.*, got"),
        ("curve", "slots", [1.0, 2.0, 3.0, 4.0], "curve has no slots in common"),
    ],
)
def test_the_first_difference_is_named(part, name, values, message):
    again = changed(LEARNED[0], part, name, values)
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(first_difference(LEARNED[0], again))


def test_a_run_that_was_checked_at_further_slots_is_the_same():
    checked = LEARNED[0].validation
    more = {name: [values[0], 3.0, values[1]] for name, values in checked.items()}
    more["slots"] = [100.0, 150.0, 200.0]
    assert first_difference(dataclasses.replace(LEARNED[0], validation=more), LEARNED[0]) is None


def test_the_time_of_decisions_is_nobodys_number():
    timed = changed(RULE, "evaluation", "decision_time", 1.0)
    assert first_difference(timed, changed(RULE, "evaluation", "decision_time", 2.0)) is None


def test_changed_surroundings_are_named():
    assert changed_surroundings(RULE, RULE) is None
    other = dataclasses.replace(RULE, processor="another", code="0123456789")
    assert changed_surroundings(RULE, other) == "code and processor"


def test_another_commit_of_the_same_code_is_no_excuse():
    assert changed_surroundings(RULE, dataclasses.replace(RULE, commit="0123456789")) is None


def test_rules_may_differ_by_a_thousandth_of_the_bound():
    assert tolerance(RULE, 7.009) == (None, Tolerance(0.001))
    assert tolerance(RULE, 7.02)[0] == "system_qoe is 0.2 % apart, allowed 0.1 %"


def test_a_rules_other_numbers_may_differ_by_a_twentieth_of_themselves():
    assert tolerance(RULE, 7.0, num_cloud=1.04)[0] is None
    problem, _ = tolerance(RULE, 7.0, num_cloud=1.25)
    assert problem == "num_cloud is 20 % apart, allowed 5 %"
    assert tolerance(LEARNED[0], 7.0, num_cloud=1.25)[0] is None


def test_numbers_must_be_the_same_ones():
    assert "evaluation must have" in tolerance(RULE, 7.0, further=1.0)[0]


def test_so_may_bounds():
    assert tolerance(RULE, 7.0, upper_bound=10.009)[0] is None
    problem, _ = tolerance(RULE, 7.0, upper_bound=10.02)
    assert problem == "the bound was 10.0, is 10.02"


def test_without_three_replicates_learners_may_differ_by_two_hundredths_of_the_bound():
    two = Tolerance(0.02, "fewer than 3 replicates")
    assert tolerance(LEARNED[0], 7.19, LEARNED[:2]) == (None, two)
    assert tolerance(LEARNED[0], 6.75, LEARNED[:2])[0] == ("system_qoe is 2.5 % apart, allowed 2 %")


def test_with_three_by_the_t_interval_of_the_difference_of_two_draws():
    """Gaps 0.30, 0.29, 0.31: deviation 0.01; t(0.995, 2) = 9.925, times 0.01 times sqrt(2)."""
    problem, allowed = tolerance(LEARNED[0], 7.0, LEARNED)
    assert problem is None
    assert allowed.share == pytest.approx(9.925 * 0.01 * math.sqrt(2), rel=1e-3)
    assert allowed.why == "by the spread of 3 replicates"


def test_a_result_that_is_off_does_not_excuse_itself():
    """Recorded 7.0 beside 7.1 and 6.9, found 5.0; and the other way round."""
    assert tolerance(LEARNED[0], 5.0, LEARNED, gap=0.5)[0] == (
        "system_qoe is 20 % apart, allowed 14 %"
    )
    cell = POINTS.cell(IDQN, POINT, 0, BUDGET)
    forged = measured(cell, 5.0)
    assert tolerance(forged, 7.0, [forged, *LEARNED[1:]], gap=0.3)[0] == (
        "system_qoe is 20 % apart, allowed 14 %"
    )


def test_without_a_bound_every_number_counts():
    bare = dataclasses.replace(RULE, evaluation={"loss": 2.0, "speed": 4.0})
    near = dataclasses.replace(bare, evaluation={"loss": 2.001, "speed": 4.0})
    far = dataclasses.replace(bare, evaluation={"loss": 2.0, "speed": 4.1})
    assert beyond_tolerance(SYSTEM.objective, bare, near, [])[0] is None
    assert "speed is 2.4 % apart" in beyond_tolerance(SYSTEM.objective, bare, far, [])[0]


def test_replicates_differ_in_seeds_alone():
    other = measured(POINTS.cell(IDQN, POINTS.points[1], 0, BUDGET), 5.0)
    assert replicates_of(LEARNED[0], [*LEARNED, RULE, other]) == LEARNED
