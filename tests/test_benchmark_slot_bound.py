"""The slot bound's benchmark: what it prints is what it measures, on few slots."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from edgemarl.djtcra import SCENARIOS, slot_bound

TINY = SCENARIOS["tiny"].replace(num_users=20)


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    return importlib.import_module("slot_bound")


def test_gaps_and_times(benchmark):
    found = benchmark.gaps(TINY, 2)
    assert 0 <= found["gap_percent_mean"] <= found["gap_percent_max"]
    assert found["gap_percent_mean"] <= found["rounded_gap_percent_mean"]
    assert 0 < found["cpu_ms_median"] <= found["cpu_ms_max"]


def test_calls_of_both_rules(benchmark, monkeypatch):
    monkeypatch.setattr(benchmark, "MOST_CALLS", 80)
    found = benchmark.calls(TINY, 2)
    for rule in ("newton", "subgradient"):
        assert 1 <= found[rule]["1e-04"]["mean"] <= found[rule]["1e-05"]["mean"] <= 80
    assert found["newton"]["1e-04"]["mean"] < found["subgradient"]["1e-04"]["mean"]


def test_both_rules_go_down_to_the_same_minimum(benchmark):
    state = next(benchmark.draw(TINY, 1))
    choices = benchmark.Choices(TINY, state)
    least = slot_bound(TINY, state).upper_bound
    for rule in (benchmark.newton_values, benchmark.subgradient_values):
        calls, values = np.array(rule(choices)).T
        assert (np.diff(values) <= 0).all()
        assert (np.diff(calls) >= 0).all()
        assert values[-1] == pytest.approx(least, rel=1e-3)
