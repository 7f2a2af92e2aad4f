import dataclasses

import pytest

from edgemarl.experiments.reproduction.study import Budget
from tests.reproductions import BUDGET, GREEDY, IDQN, POINTS, STUDY


def labels(count):
    return [p.label for p in POINTS.chosen_points(dataclasses.replace(BUDGET, points=count))]


def test_points_of_a_small_budget_are_evenly_chosen():
    assert labels(None) == labels(3) == labels(9) == ["U 6", "U 8", "U 10"]
    assert labels(2) == ["U 6", "U 10"]
    assert labels(1) == ["U 6"]


def test_replicates_take_turns_on_three_topologies():
    cells = [STUDY.cell(IDQN, STUDY.points[0], k, BUDGET) for k in range(5)]
    assert [cell.topology for cell in cells] == [0, 1, 2, 0, 1]
    assert [cell.seed for cell in cells] == [0, 1, 2, 3, 4]
    assert {cell.slots for cell in cells} == {100}


def test_rules_have_one_cell_for_each_topology():
    cells = [STUDY.cell(GREEDY, STUDY.points[0], k, BUDGET) for k in range(5)]
    assert cells[3] == cells[0] != cells[1]
    assert {(cell.seed, cell.slots) for cell in cells} == {(0, 0)}


def test_every_budget_has_files_of_its_own():
    def stem(**changes):
        return STUDY.file_stem(dataclasses.replace(STUDY.budget, **changes))

    assert stem() == stem(points=1) == "tiny-curves"
    assert STUDY.file_stem(STUDY.quick) == "tiny-curves-quick"
    assert stem(seeds=1) == "tiny-curves-1-seeds"
    assert stem(slots=7, evaluation_slots=2) == "tiny-curves-7-slots-2-evaluation-slots"


def test_a_point_changes_scenario_and_learners_settings():
    point = dataclasses.replace(POINTS.points[2], settings={"gamma": 0.5})
    learner, rule = (POINTS.cell(m, point, 0, BUDGET) for m in (IDQN, GREEDY))
    assert learner.scenario.num_users == rule.scenario.num_users == 10
    assert learner.method.settings == {**IDQN.settings, "gamma": 0.5}
    assert rule.method.settings == {}


def test_cells_are_balanced_from_the_start():
    cells = POINTS.cells(BUDGET)
    assert len(cells) == 2 * 3 * 3
    assert {cell.topology for cell in cells[:9]} == {0}
    assert [cell.method.name for cell in cells[:3]] == ["idqn", "greedy", "nearest"]


def test_studies_share_cells():
    ours = {cell.name for cell in STUDY.cells(BUDGET)}
    theirs = {cell.name for cell in POINTS.cells(BUDGET)}
    assert len(ours & theirs) == 2 * 3  # seeds, and methods at eight users


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "pie"}, "kind must be one of"),
        ({"reference": "vdn"}, "reference must be one of 'idqn'"),
        ({"methods": (IDQN, IDQN)}, "methods must have different names, got .'idqn', 'idqn'."),
        ({"points": POINTS.points[:1] * 2}, "points must have different names"),
    ],
)
def test_a_study_that_is_none_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(POINTS, **changes)


def test_there_is_at_least_one_replicate():
    with pytest.raises(ValueError, match="seeds must be"):
        STUDY.cells(Budget(slots=10, seeds=0))


def test_methods_and_points_can_be_chosen():
    narrow = POINTS.narrowed(["greedy"], ["U 10", "U 6"])
    assert [point.label for point in narrow.points] == ["U 6", "U 10"]
    assert ([m.name for m in narrow.methods], narrow.reference) == (["greedy"], "greedy")
    assert POINTS.narrowed() == POINTS
    with pytest.raises(ValueError, match=r"point must be one of 'U 6', .* got 'U 7'"):
        POINTS.narrowed(points=["U 7"])


def test_a_method_may_observe_more_than_others_on_the_same_topology():
    told = dataclasses.replace(IDQN, scenario={"observation.observe_eta": True})
    plain, more = (STUDY.cell(m, STUDY.points[0], 1, BUDGET) for m in (IDQN, told))
    assert more.scenario == plain.scenario.with_overrides({"observation.observe_eta": True})
    assert (more.topology, more.seed) == (plain.topology, plain.seed) == (1, 1)
    assert more.name != plain.name
