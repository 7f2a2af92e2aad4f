import dataclasses

import numpy as np
import pytest

from edgemarl.djtcra import load_scenario
from edgemarl.experiments import compare
from edgemarl.experiments.evaluation import Evaluation
from edgemarl.experiments.statistics import paired_difference
from edgemarl.experiments.tables import shown_value
from edgemarl.experiments.task import Task
from edgemarl.report.gathering import Entry
from edgemarl.report.recording import Draws, Recording, record
from edgemarl.report.runs import read_run
from edgemarl.report.standings import Standings
from tests.untrained_runs import make_run

TINY = load_scenario("tiny")


def recording(value, topology=0, bound=10.0):
    """A recording whose objective is given for every slot."""
    task = Task(scenario=TINY.with_overrides({"seed": topology}))
    value = np.array(value, dtype=float)
    slots = {measure.name: np.ones(len(value)) for measure in task.system.measures}
    slots |= {"system_qoe": value, "upper_bound": np.full(len(value), bound)}
    slots["gap"] = 1 - value / bound
    episode = np.zeros(len(value), dtype=np.int64)
    evaluation = Evaluation(policy="p", task=task, seed=0, episode=episode, slots=slots)
    return Recording(evaluation=evaluation, snapshots=())


@pytest.fixture
def runs(tmp_path):
    return tuple(
        read_run(make_run(tmp_path / f"r{k}", topology=k, seed=k), f"r{k}") for k in range(2)
    )


def test_one_recording_each_is_what_compare_says():
    task, draws = Task(scenario=TINY), Draws(slots=5, record=1)
    entries = [
        Entry(title=name, recordings=(record(name, task, draws, name=name),))
        for name in ("nearest", "greedy")
    ]
    standings = Standings(entries, "nearest")
    expected = compare(["nearest", "greedy"], TINY, slots=5)
    assert expected.unit == "slot"
    for measure in ("system_qoe", "latency", "num_cloud", "gap"):
        assert standings.interval("greedy", measure) == expected.interval("greedy", measure)
    assert standings.difference("greedy") == expected.difference("greedy")
    assert standings.bound() == expected.bound()
    assert standings.unit("greedy") == "5 slots"


def test_runs_are_the_units_of_a_group_and_topologies_those_of_a_rule(runs):
    group = Entry(title="g", runs=runs, recordings=(recording([5, 7], 0), recording([8, 8], 1)))
    rule = Entry(title="rule", recordings=(recording([4, 4], 0), recording([5, 6], 1)))
    standings = Standings([group, rule], "rule")
    assert standings.interval("g", "system_qoe").mean == 7.0
    assert standings.difference("g") == paired_difference([6.0, 8.0], [4.0, 5.5])
    assert (standings.unit("g"), standings.unit("rule")) == ("2 runs", "2 topologies")


def test_several_runs_on_a_topology_are_one_reference(runs):
    group = Entry(title="g", runs=runs, recordings=(recording([5, 7]), recording([7, 9])))
    rule = Entry(title="rule", recordings=(recording([4, 4]),))
    standings = Standings([group, rule], "g")
    assert standings.difference("rule") == paired_difference([4.0, 4.0], [6.0, 8.0])
    assert standings.difference("g") is None


def test_a_topology_that_the_reference_lacks_has_no_difference(runs):
    group = Entry(title="g", runs=runs, recordings=(recording([5], 0), recording([8], 1)))
    other = Entry(title="o", runs=runs[:1], recordings=(recording([4], 0),))
    assert Standings([group, other], "o").difference("g") is None


def test_rows_are_what_tables_show(runs):
    group = Entry(title="g", runs=runs[:1], recordings=(recording([5, 7]),))
    rule = Entry(title="rule", recordings=(recording([4, 4]),))
    standings = Standings([group, rule], "rule")
    (own, reference, bound) = standings.rows()
    assert [measure.name for measure in standings.measures][-1] == "gap"
    difference = standings.difference("g")
    assert own[0] == "g"
    assert own[-2] == f"+{difference.mean:.1f}±{difference.half_width:.1f}"
    assert reference[-2:] == ["reference", "2 slots"]
    first = standings.measures[0]
    assert own[1] == shown_value(standings.interval("g", "system_qoe").to_dict(), first)
    assert bound[:2] == ["upper bound", "10.0±0.0"]
    assert bound[2] == "-"


def test_rates_need_their_rule_among_the_entries():
    task = Task.of(None, "mec-v0", None)
    evaluation = record("remote", task, Draws(slots=2, record=1), name="remote")
    named = dataclasses.replace(
        evaluation, evaluation=dataclasses.replace(evaluation.evaluation, policy="pso")
    )
    entries = [
        Entry(title="remote", recordings=(evaluation,)),
        Entry(title="pso", recordings=(named,)),
    ]
    titles = [measure.title for measure in Standings(entries, "pso").measures]
    assert "NRR pso" in titles
    assert "NRR pso" not in [m.title for m in Standings(entries[:1], "remote").measures]
