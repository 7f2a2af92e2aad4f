"""How searches get on is told as it is."""

import numpy as np
import pytest

pytest.importorskip("ray")
pytest.importorskip("torch")

from edgemarl.experiments.reproduction.mec import STUDIES
from edgemarl.experiments.reproduction.mec_search import Search, Watched
from edgemarl.experiments.reproduction.probes import run_probe
from edgemarl.experiments.reproduction.study import Budget, by_name
from edgemarl.mec.env import MECEnv
from edgemarl.mec.presets import SCENARIOS
from rllib_algos.dirs.refinement import Effort

FIGURE_4 = by_name(STUDIES)["dirs-fig4"]


class Line:
    """One device and three servers, whose indices are the objective."""

    num_servers, preference = 3, np.full((1, 3), 1 / 3)

    def objective(self, assignments):
        return assignments[:, 0].astype(float)


def test_the_best_so_far_is_kept_with_the_candidates_scored():
    problem = Watched(Line())
    for candidates in ([2, 2], [1, 2], [2, 2], [0]):
        values = problem.objective(np.array(candidates)[:, None])
        assert values.tolist() == candidates
    # The start is no candidate, however often it is scored.
    assert problem.counts == [0, 2, 4, 5]
    assert problem.least == [2.0, 1.0, 1.0, 0.0]


@pytest.mark.parametrize(("kind", "rounds"), [("levy", 3), ("local_search", 6)])
def test_searches_start_alike_and_score_as_many_candidates(kind, rounds):
    env = MECEnv(SCENARIOS["tiny"])
    policy = Search(kind, Effort(particles=2, iterations=3), seed=0)
    env.reset(seed=0)
    policy.reset(env, np.random.default_rng(0))
    problem = env.assignment_problem()
    found = problem.objective(policy.assign()[None])[0]
    counts, values = policy.curve()
    assert counts.tolist() == [6 * k // rounds for k in range(rounds + 1)]
    assert values[-1] == pytest.approx(found)
    other = Search("levy_classic", Effort(particles=2, iterations=3), seed=0)
    other.reset(env, np.random.default_rng(7))
    other.assign()
    assert other.curve()[1][0] == values[0]


def test_a_cell_has_the_curve_and_what_the_search_ends_at(tmp_path):
    (method, *_), (point, *_) = FIGURE_4.methods, FIGURE_4.points
    cell = FIGURE_4.cell(method, point, 0, Budget(slots=0, evaluation_slots=2, seeds=1))
    measured = run_probe(cell, tmp_path)
    curve, evaluation = measured["curve"], measured["evaluation"]
    assert curve["slots"] == [5 * k for k in range(11)]  # P = 5, Gmax = 10
    assert all(np.diff(curve["objective"]) <= 0)
    assert curve["objective"][-1] == pytest.approx(evaluation["objective"])
    assert evaluation["lower_bound"] <= evaluation["objective"]
