import dataclasses

import numpy as np
import pytest

pytest.importorskip("plotly")

from edgemarl.core.snapshot import IDLE
from edgemarl.experiments.statistics import mean_interval
from edgemarl.report import figures
from edgemarl.report.gathering import Gathering
from edgemarl.report.grouping import parts_of
from edgemarl.report.runs import read_runs
from tests.untrained_runs import DRAWS


@pytest.fixture(scope="module")
def part(djtcra_runs):
    return parts_of(read_runs(djtcra_runs)[0])[0]


@pytest.fixture(scope="module")
def entries(part):
    return Gathering(part, DRAWS, lambda doing: None).entries(["nearest"])


@pytest.fixture(scope="module")
def look(entries):
    return figures.styles([entry.title for entry in entries])


def traces(figure):
    return {trace.name: trace for trace in figure.data if trace.name}


def test_styles_differ_for_many_entries():
    look = figures.styles([str(k) for k in range(20)])
    assert len(set(look.values())) == 20


def test_curves_show_runs_mean_interval_rules_and_bound(part, look):
    figure = figures.learning_curves(part, {"nearest": 2.5}, look)
    found = traces(figure)
    # Bounds are 6 and 8 on the two topologies: curves are moved by +1 and -1.
    assert found["run0, exploring"].y.tolist() == pytest.approx([4.1, 4.2, 4.3, 4.4, 4.5, 4.6])
    assert found["run1, exploring"].y.tolist() == pytest.approx([3.1, 3.2, 3.3, 3.4, 3.5, 3.6])
    assert found["maddpg"].x.tolist() == [20, 40, 60]
    assert found["maddpg"].y.tolist() == pytest.approx([3.7, 3.9, 4.1])  # of 4.2 and 3.2, and so on
    assert found["maddpg"].customdata.tolist() == [2, 2, 2]
    (band,) = [trace for trace in figure.data if trace.fill == "toself"]
    expected = mean_interval([3.2, 4.2])
    assert (band.y[0], band.y[-1]) == pytest.approx((expected.high, expected.low))
    assert list(found["nearest"].y) == [2.5, 2.5]
    assert list(found["upper bound"].y) == [7.0, 7.0]
    assert figure.layout.yaxis.title.text == "system QoE"
    low, high = figure.layout.yaxis.range
    assert (low, high) == pytest.approx((2.5 - 0.225, 7.0 + 0.225))  # the band is wider
    assert min(band.y) < low


def test_rewards_are_shown_where_there_is_no_scenario(part):
    run = part.runs[0]
    run = dataclasses.replace(
        run,
        task=dataclasses.replace(run.task, scenario=None),
        rows=[{"slots": 10.0, "validation_reward": 0.5}],
    )
    (alone,) = parts_of([run])
    figure = figures.learning_curves(alone, {}, figures.styles(["maddpg"]))
    assert traces(figure)["maddpg"].y.tolist() == [0.5]
    assert figure.layout.yaxis.title.text == "reward"


def test_loads_are_means_beside_the_capacity(entries, look):
    found = traces(figures.server_load(entries, look))
    loads = [s.server_load for r in entries[1].recordings for s in r.snapshots]
    assert len(loads) == 6
    assert found["nearest"].y.tolist() == pytest.approx(np.mean(loads, axis=0).tolist())
    capacity = entries[0].recordings[0].snapshots[0].server_capacity
    assert found["capacity"].y.tolist() == pytest.approx(capacity.tolist())


def test_quality_is_a_distribution_over_users_and_slots(entries, look):
    drawn = traces(figures.quality_distribution(entries, look))["nearest"]
    quality = np.concatenate([s.quality for r in entries[1].recordings for s in r.snapshots])
    assert len(drawn.x) == len(quality)
    at = len(quality) // 2
    assert np.mean(quality <= drawn.x[at]) == pytest.approx(drawn.y[at])


def test_many_values_are_thinned_out_evenly():
    values, shares = figures.distribution(np.arange(5000.0)[::-1])
    assert len(values) == figures.MOST_POINTS
    assert (values[0], values[-1]) == (0, 4999)
    np.testing.assert_allclose(shares, (values + 1) / 5000)
    assert len(figures.distribution(np.array([]))[0]) == 0


def test_latency_is_split_over_the_users_with_a_task(entries):
    (rule,) = entries[1:]
    first = rule.recordings[0].snapshots[0]
    quiet = first.served_by.copy()
    quiet[0] = IDLE
    latency = {"wireless": np.full(len(quiet), 0.02), "processing": np.full(len(quiet), 0.1)}
    latency["wireless"][0] = 9.0  # of the user without a task
    slot = dataclasses.replace(first, served_by=quiet, latency=latency)
    recording = dataclasses.replace(rule.recordings[0], snapshots=(slot,))
    figure = figures.latency_split([dataclasses.replace(rule, recordings=(recording,))])
    assert {t.name: list(t.x) for t in figure.data} == {
        "wireless": [pytest.approx(20.0)],
        "processing": [pytest.approx(100.0)],
    }
