import pickle

import numpy as np
import pytest

from edgemarl.mec.outcome import evaluate
from edgemarl.mec.problem import AssignmentProblem
from edgemarl.mec.votes import vote_capacity, vote_max


@pytest.fixture
def problem(hand, hand_state):
    return AssignmentProblem(hand, hand_state)


def test_preferences_are_shares_of_the_gains(problem):
    assert problem.num_servers == 2
    expected = [[15 / 16, 1 / 16], [1 / 2, 1 / 2], [1 / 8, 7 / 8]]
    np.testing.assert_allclose(problem.preference, expected, rtol=1e-12)


def test_objectives_are_those_of_the_outcome(problem, hand, hand_state):
    """All 27 assignments of three devices, the hand-worked 7.2 and the 42 of nobody's among them.

    Everybody alone takes 1 + 4 + 9 s and J, of which a second counts twice.
    """
    choices = np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T
    found = problem.objective(choices)
    expected = [evaluate(hand, hand_state, choice).objective for choice in choices]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    two = problem.objective(np.array([[0, 0, 1], [-1, -1, -1]]))
    np.testing.assert_allclose(two, [7.2, 42.0], rtol=1e-12)


def test_the_best_assignment_has_the_least_objective(problem):
    choices = np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T
    best = problem.best()
    assert problem.objective(best[None])[0] <= problem.objective(choices).min() * (1 + 1e-3)


@pytest.mark.parametrize(
    ("assignments", "message"),
    [
        ([0, 0, 0], r"^assignments must have shape \(K, 3\), got \(3,\)$"),
        ([[0, 0, 0, 0]], r"^assignments must have shape \(K, 3\), got \(1, 4\)$"),
        ([[0, 1, 0], [1, 2, 0]], r"^assignments must hold server .* from -1 to 1, got 0 to 2$"),
        ([[0, 1, -2]], r"^assignments must hold server indices from -1 to 1, got -2 to 1$"),
    ],
)
def test_objectives_of_what_is_no_assignment(assignments, message, problem):
    with pytest.raises(ValueError, match=message):
        problem.objective(np.array(assignments))


@pytest.mark.parametrize(("vote", "rule"), [("max", vote_max), ("capacity", vote_capacity)])
def test_votes_are_the_environment_s(vote, rule, tiny, draw):
    scenario = tiny.replace(vote=vote)
    problem = AssignmentProblem(scenario, draw(scenario))
    scores = np.linspace(0.4, 1.0, 12).reshape(2, 6)
    np.testing.assert_array_equal(problem.vote(scores), rule(scores, np.array([2, 2])))


@pytest.mark.parametrize("used", [False, True])
def test_problems_can_be_sent_to_other_processes(problem, used):
    choices = np.array([[0, 0, 1], [1, -1, 0]])
    before = problem.objective(choices) if used else None
    again = pickle.loads(pickle.dumps(problem))
    np.testing.assert_array_equal(again.objective(choices), problem.objective(choices))
    assert before is None or (before == again.objective(choices)).all()
    np.testing.assert_array_equal(again.best(), problem.best())
