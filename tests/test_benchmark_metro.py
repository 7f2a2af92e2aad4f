"""The benchmark of ten thousand users: what it prints is what it measures, on a few users."""

import importlib
from pathlib import Path

import pytest

from edgemarl.djtcra import SCENARIOS

TINY = SCENARIOS["tiny"]


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    return importlib.import_module("metro")


@pytest.mark.parametrize("view", ["servers", "users"])
def test_steps_and_their_parts(benchmark, view):
    found = benchmark.steps(TINY, view)
    assert set(found) == {"all_made", "when_looked_up"}
    for row in found.values():
        assert row["step_ms"] > 0
        assert min(row["parts_ms"].values()) > 0


def test_rules_come_as_close_to_the_bound_as_they_know(benchmark):
    found = benchmark.rules(TINY, 2)
    gaps = found["gaps_percent"]
    assert 0 <= gaps["near-optimal"] <= min(gaps["greedy"], gaps["broadcast-price"]) + 1e-4
    assert set(found["cpu_seconds"]) == {"bound", *gaps}


def test_growth(benchmark):
    found = benchmark.slopes(TINY, (8, 80), (2, 4), lazy=False)
    assert list(found["step_ms_by_users"]) == ["8", "80"]
    assert list(found["step_ms_by_servers"]) == ["2", "4"]
    assert found["in_users"] < 1.5
