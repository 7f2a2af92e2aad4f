"""The city's benchmark: what it prints is what it measures, on a small city."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from edgemarl.djtcra import SCENARIOS, Scenario


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    return importlib.import_module("city")


def test_geography_and_costs(benchmark):
    scenario = Scenario.in_city("synthetic", num_servers=3, num_users=12)
    geography = benchmark.geography(scenario)
    assert (geography["sites"], geography["people"]) == (125, 816)
    assert geography["share_covered"] == 1
    assert 0 < geography["share_clamped"] < 0.1
    assert 80 < geography["link_rate_mean_mbit_per_s"] < 200
    costs = benchmark.costs(scenario, 2)
    assert all(costs[f"{part}_cpu_ms"] > 0 for part in ("draw", "bound", "env_step"))
    assert 0 <= costs["near_optimal_gap_percent"] < 20
    with pytest.raises(ValueError, match="scenario must be a city"):
        benchmark.geography(SCENARIOS["tiny"])


def test_even_chance_has_an_index_of_one(benchmark):
    even = np.random.default_rng(0).uniform(0, 1_000, (4_000, 2))
    assert benchmark.clark_evans(even, 1.0) == pytest.approx(1, abs=0.03)
    grid = np.stack(np.meshgrid(np.arange(20.0), np.arange(20.0)), axis=-1).reshape(-1, 2) * 50
    assert benchmark.clark_evans(grid, 1.0) == pytest.approx(2)  # 50 m over 0.5 sqrt(1 / 400) km
