"""Scenarios by traces; the sample of the examples, and small files."""

from pathlib import Path

import numpy as np
import pytest

from edgemarl.djtcra import Scenario, load_scenario, next_state
from edgemarl.djtcra.outcome import evaluate
from edgemarl.djtcra.traces import TraceArrivals, TraceMobility

RNG = np.random.default_rng
SAMPLE = Path(__file__).parents[3] / "examples/traces/city.yaml"


@pytest.fixture
def walk(tmp_path):
    """Two users: one stays at (0, 0), one goes east by 10 m a slot, for three slots."""
    path = tmp_path / "walk.csv"
    rows = [f"{slot},0,0,0\n{slot},1,{10 * slot},0" for slot in range(3)]
    path.write_text("slot,user,x,y\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def tasks(tmp_path):
    path = tmp_path / "tasks.csv"
    path.write_text("slot,user,volume,result,intensity\n0,1,2e6,1e5,250\n1,0,4e6,0,300\n")
    return path


def test_users_are_where_the_file_says(walk):
    mobility = TraceMobility(file=str(walk))
    placement, seen = mobility.place(2, 5, RNG(0)), []
    for _ in range(4):
        seen.append(placement.position[1, 0])
        placement = mobility.move(placement, 5, RNG(0))
    assert seen == [0, 10, 20, 0]  # wraps
    site, distance = mobility.region.nearest_site(placement.position)
    np.testing.assert_allclose(placement.distance, np.maximum(distance, 1.0))
    np.testing.assert_array_equal(placement.ran, mobility.region.clusters(5).server_of[site])
    assert mobility.place(1, 5, RNG(0)).position.shape == (1, 2)
    with pytest.raises(ValueError, match=r"num_users must be at most 2, the users of .*walk\.csv"):
        mobility.place(3, 5, RNG(0))


def test_tasks_are_those_of_the_slot(tasks):
    arrivals = TraceArrivals(file=str(tasks), end="hold")
    assert (arrivals.volume, arrivals.result, arrivals.intensity) == (
        (2e6, 4e6),
        (0.0, 1e5),
        (250.0, 300.0),
    )
    first, later = arrivals.draw(3, RNG(0)), arrivals.draw_slot(7, 3, RNG(0))
    np.testing.assert_array_equal(first.active, [False, True, False])
    assert (first.volume[1], first.result[1], first.intensity[1]) == (2e6, 1e5, 250)
    np.testing.assert_array_equal(later.active, [True, False, False])
    assert later.volume[0] == 4e6
    with pytest.raises(ValueError, match=r"line 2: user must be below num_users = 1, got 1"):
        arrivals.draw(1, RNG(0))


def test_both_together_slot_by_slot(walk, tasks):
    scenario = Scenario.in_city("synthetic", num_servers=4, num_users=2).with_overrides(
        {
            "mobility": {"kind": "trace", "file": str(walk), "end": "hold"},
            "arrivals": {"kind": "trace", "file": str(tasks), "end": "error"},
        }
    )
    assert not scenario.independent_slots
    assert Scenario.from_dict(scenario.to_dict()) == scenario
    first = next_state(scenario, None, None, RNG(0))
    second = next_state(scenario, first, first.ran, RNG(0))
    second.check(scenario)
    np.testing.assert_array_equal(first.active, [False, True])
    np.testing.assert_array_equal(second.active, [True, False])
    np.testing.assert_array_equal(second.placement.position, [[0, 0], [10, 0]])
    assert evaluate(scenario, second, second.ran).num_active == 1
    with pytest.raises(ValueError, match="slot must be at most 1, the trace's last one, got 2"):
        next_state(scenario, second, second.ran, RNG(0))


def test_the_sample_runs_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scenario = load_scenario(SAMPLE)
    assert (scenario.num_users, scenario.num_servers) == (6, 4)
    rng, state = RNG(0), None
    for _ in range(20):
        state = next_state(scenario, state, None if state is None else state.ran, rng)
        state.check(scenario)
    assert 0 < state.active.sum() < 6


def test_who_is_too_far_from_all_base_stations_is_named(tmp_path):
    path = tmp_path / "far.csv"
    path.write_text("slot,user,x,y\n0,0,0,0\n0,1,99999,0\n")
    demand = r"line 3: x must be so that with y it is within 250 m of a base station of synthetic"
    with pytest.raises(ValueError, match=demand):
        TraceMobility(file=str(path)).place(2, 3, RNG(0))


def test_a_file_that_changed_is_noticed(walk):
    mobility = TraceMobility(file=str(walk))
    walk.write_text(walk.read_text() + "3,0,0,0\n")
    with pytest.raises(ValueError, match=r"file .*walk\.csv must be what the scenario was made"):
        TraceMobility(file=mobility.file)
    with pytest.raises(ValueError, match=r"absent\.csv must be a readable file"):
        TraceArrivals(file=str(walk.parent / "absent.csv"))


def test_bad_options(walk, tasks):
    with pytest.raises(ValueError, match="end must be one of 'hold', 'wrap', 'error', got 'stop'"):
        TraceMobility(file=str(walk), end="stop")
    with pytest.raises(ValueError, match="gaps must be one of 'hold', 'error', got 'drop'"):
        TraceMobility(file=str(walk), gaps="drop")
    with pytest.raises(ValueError, match="population must be fixed where mobility is a trace"):
        Scenario(
            num_users=2,
            channel="urban_micro",
            mobility=TraceMobility(file=str(walk)),
            population="churn",
        )
