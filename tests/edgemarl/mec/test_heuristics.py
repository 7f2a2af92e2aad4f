"""Swarm and evolution: valid, repeatable, better than chance, and what is missing without pymoo."""

import importlib.util

import numpy as np
import pytest

from edgemarl.core.extras import MissingExtraError
from edgemarl.mec.baselines import BASELINES
from edgemarl.mec.costs import SlotCosts
from edgemarl.mec.heuristics import METHODS, Heuristic, decode
from edgemarl.mec.optimum import solve_costs
from edgemarl.mec.presets import SCENARIOS

N30 = SCENARIOS["n30"]
needs_pymoo = pytest.mark.skipif(
    importlib.util.find_spec("pymoo") is None, reason="needs the extra search"
)


def test_every_place_has_an_interval_of_the_same_length():
    particles = np.linspace(0.0, 4.0, 40_001)
    found = decode(particles, 3)
    np.testing.assert_array_equal(np.unique(found), [-1, 0, 1, 2])
    assert np.bincount(found + 1).max() <= 10_001
    assert found[-1] == 2  # the upper bound itself


@needs_pymoo
@pytest.mark.parametrize("method", METHODS)
def test_the_search_comes_close_to_the_optimum_of_a_small_slot(draw, tiny, method):
    costs = SlotCosts.of(tiny, draw(tiny))
    rule = Heuristic(method=method, population=20, iterations=60)
    found = rule.search(costs, np.random.default_rng(0))
    assert found.dtype == np.int64
    least = solve_costs(costs).objective
    assert least * (1 - 1e-12) <= costs.objective(found[None])[0] <= 1.05 * least


@needs_pymoo
@pytest.mark.parametrize("method", METHODS)
def test_the_generator_alone_decides(draw, method):
    """Equal generators give equal assignments, whatever numpy's global state."""
    costs = SlotCosts.of(N30, draw(N30))
    rule = Heuristic(method=method, population=10, iterations=10)
    found = []
    for seed, other in ((0, 5), (0, 6), (1, 5)):
        np.random.seed(other)  # noqa: NPY002
        found.append(rule.search(costs, np.random.default_rng(seed)))
    np.testing.assert_array_equal(found[0], found[1])
    assert (found[0] != found[2]).any()


@needs_pymoo
@pytest.mark.parametrize("method", METHODS)
def test_more_iterations_find_better_assignments(draw, method):
    costs = SlotCosts.of(N30, draw(N30))
    reached = []
    for iterations in (1, 20, 200):
        rule = Heuristic(method=method, population=20, iterations=iterations)
        found = rule.search(costs, np.random.default_rng(0))
        reached.append(costs.objective(found[None])[0])
    assert reached[0] > reached[1] > reached[2]


@needs_pymoo
@pytest.mark.parametrize("method", METHODS)
def test_every_iteration_scores_the_whole_population(draw, tiny, method, monkeypatch):
    costs = SlotCosts.of(tiny, draw(tiny))
    scored = []
    objective = SlotCosts.objective

    def counted(self, assignments):
        scored.append(len(assignments))
        return objective(self, assignments)

    monkeypatch.setattr(SlotCosts, "objective", counted)
    Heuristic(method=method, population=9, iterations=3).search(costs, np.random.default_rng(0))
    assert scored == [9, 9, 9]


@needs_pymoo
def test_as_rules(draw, tiny):
    for method in METHODS:
        rule = BASELINES.make(method).rule
        assert rule == Heuristic(method=method, population=50, iterations=500)
    small = Heuristic(population=4, iterations=2)
    assert small(tiny, draw(tiny), np.random.default_rng(0)).shape == (6,)


def test_without_the_library(monkeypatch, draw, tiny):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pso needs pymoo: pip install 'edgemarl\[search"):
        Heuristic()(tiny, draw(tiny), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "ga"}, "method must be one of 'pso', 'de', got 'ga'"),
        ({"population": 3}, "population must be an integer of at least 4, got 3"),
        ({"iterations": 0}, "iterations must be an integer of at least 1, got 0"),
    ],
)
def test_options_out_of_range(options, message):
    with pytest.raises(ValueError, match=message):
        Heuristic(**options)
