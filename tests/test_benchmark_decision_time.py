"""The benchmark of decision times: it measures every method, on the real environment."""

import importlib
from pathlib import Path

import pytest

pytest.importorskip("pymoo")
pytest.importorskip("torch")


def test_every_method_is_timed_beside_dirs(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    benchmark = importlib.import_module("decision_time")
    monkeypatch.setattr(benchmark, "Heuristic", lambda: _Short())
    monkeypatch.setattr(benchmark, "make_baseline", _without_a_swarm(benchmark.make_baseline))
    found = benchmark.measure("tiny", repeats=1)
    times, ratios = found["cpu_ms"], found["ratio_to_dirs"]
    assert set(times) == {"dirs", "allocation", "exact", "pso", "scoring"}
    assert set(ratios) == set(times) - {"dirs"}
    assert all(value > 0 for value in times.values())
    for method, ratio in ratios.items():
        assert ratio == pytest.approx(times[method] / times["dirs"])


class _Short:
    population, iterations = 4, 2


def _without_a_swarm(make):
    return lambda name: make("exact" if name == "pso" else name)
