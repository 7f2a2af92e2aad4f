"""The benchmark of offloading's optimum: what it prints is what it measures, on few slots."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from edgemarl.mec import SCENARIOS, evaluate, solve_slot
from edgemarl.mec.baselines import make_baseline

ALWAYS = {"certified", "solved", "nearest", "scoring_cpu_ms"}


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    return importlib.import_module("mec_optimum")


def test_gap_and_time_of_a_rule(benchmark):
    cases = list(benchmark.draw(SCENARIOS["n30-mixed"], 2, 2))
    bounds = np.array([solve_slot(*case).lower_bound for case in cases])
    found = benchmark.row(cases, bounds, make_baseline("local").rule)
    gaps = [
        100 * (evaluate(scenario, state, np.full(30, -1)).objective / bound - 1)
        for (scenario, state), bound in zip(cases, bounds, strict=True)
    ]
    assert found["slots"] == 4
    assert found["gap_percent_mean"] == pytest.approx(np.mean(gaps))
    assert found["gap_percent_max"] == pytest.approx(max(gaps))
    assert 0 < found["cpu_ms_median"] <= found["cpu_ms_max"]


def test_methods_of_equal_and_of_unequal_tasks(benchmark, monkeypatch):
    monkeypatch.setattr(benchmark, "METHODS", ())
    assert set(benchmark.measure(SCENARIOS["n30"], 2, 1)) == ALWAYS
    found = benchmark.measure(SCENARIOS["n30-mixed"], 2, 1)
    assert set(found) == ALWAYS | {"rounded", "saving", "closed", "certified_closed"}
    assert found["certified_closed"]["gap_percent_max"] <= 1e-6
    assert found["closed"]["gap_percent_max"] <= 1e-6
    assert found["solved"]["gap_percent_max"] <= found["rounded"]["gap_percent_max"]
    assert found["solved"]["gap_percent_max"] <= found["certified"]["gap_percent_max"] <= 0.031


def test_every_topology_has_a_first_slot(benchmark):
    cases = list(benchmark.draw(SCENARIOS["tiny"], 3, 2))
    assert [(case.seed, state.slot) for case, state in cases] == [
        *((0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1))
    ]
