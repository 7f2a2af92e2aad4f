import itertools

import numpy as np
import pytest
from scoring_envs import ScoringProblem

from rllib_algos.dirs.refinement import REFINEMENTS, Effort, refine


def drawn_problem(seed, devices=12, servers=3):
    draws = np.random.default_rng(seed).exponential(size=(devices, servers))
    return ScoringProblem(draws / draws.sum(1, keepdims=True))


def value(problem, assignment):
    return float(problem.objective(assignment[None])[0])


class Counted(ScoringProblem):
    """Counts the assignments that are scored, and keeps those of each call."""

    def __init__(self, problem):
        super().__init__(problem.preference)
        self.calls = []

    def objective(self, assignments):
        self.calls.append(assignments.copy())
        return super().objective(assignments)


@pytest.mark.parametrize("kind", REFINEMENTS)
def test_a_refined_assignment_is_never_worse_than_the_start(kind):
    rng = np.random.default_rng(0)
    gains = []
    for seed in range(30):
        problem = drawn_problem(seed)
        start = rng.integers(-1, 3, 12)
        kept = start.copy()
        found = refine(kind, problem, start, Effort(), rng)
        np.testing.assert_array_equal(start, kept)
        assert found.shape == (12,)
        assert found.dtype == start.dtype
        assert set(found) <= {-1, 0, 1, 2}
        gains.append(value(problem, start) - value(problem, found))
    assert min(gains) >= 0
    assert max(gains) > 0


@pytest.mark.parametrize("kind", ["levy", "local_search"])
def test_long_searches_find_the_best(kind):
    problem = drawn_problem(1, devices=4, servers=2)
    every = np.array(list(itertools.product((-1, 0, 1), repeat=4)))
    best = every[problem.objective(every).argmin()]
    effort = Effort(iterations=200)
    found = refine(kind, problem, np.full(4, -1), effort, np.random.default_rng(0))
    np.testing.assert_array_equal(found, best)


@pytest.mark.parametrize("kind", ["levy", "levy_classic", "local_search"])
def test_a_start_that_is_best_stays(kind):
    problem = drawn_problem(2)
    found = refine(kind, problem, problem.best(), Effort(), np.random.default_rng(0))
    np.testing.assert_array_equal(found, problem.best())


@pytest.mark.parametrize(
    ("kind", "shapes"),
    [
        ("levy", [(5, 12)] * 11),
        ("levy_classic", [(5, 12)] * 11),
        ("local_search", [(1, 12)] * 51),  # as many candidates, one after the other
        ("epsilon_greedy", [(1, 12)] * 2),  # one disturbance
    ],
)
def test_what_is_evaluated(kind, shapes):
    problem = Counted(drawn_problem(0))
    refine(kind, problem, np.zeros(12, int), Effort(), np.random.default_rng(0))
    assert [call.shape for call in problem.calls] == shapes


def test_local_search_moves_one_device_to_another_choice():
    problem = Counted(drawn_problem(0))
    start = problem.best()  # no candidate is better, all are neighbours of the start
    refine("local_search", problem, start, Effort(iterations=200), np.random.default_rng(0))
    candidates = np.concatenate(problem.calls[1:])
    assert ((candidates != start).sum(1) == 1).all()
    moved = candidates[np.arange(1000), (candidates != start).argmax(1)]
    assert set(moved) == {-1, 0, 1, 2}


def test_epsilon_is_the_share_of_disturbed_devices():
    problem = Counted(drawn_problem(0, devices=4000))
    start = np.zeros(4000, int)
    refine("epsilon_greedy", problem, start, Effort(epsilon=0.2), np.random.default_rng(0))
    changed = (problem.calls[1] != start).mean()
    assert changed == pytest.approx(0.2 * 3 / 4, abs=0.02)  # a quarter is drawn as it was


def test_the_last_round_of_levy_flights_stands_still():  # gamma is 0 then, Eq. (21)
    problem = Counted(drawn_problem(0))
    refine("levy", problem, np.zeros(12, int), Effort(iterations=1), np.random.default_rng(0))
    np.testing.assert_array_equal(problem.calls[1], problem.calls[0])


def test_the_same_generator_refines_alike():
    problem = drawn_problem(3)
    start = np.full(12, -1)
    runs = [refine("levy", problem, start, Effort(), np.random.default_rng(s)) for s in (5, 5, 6)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])
