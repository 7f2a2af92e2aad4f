import numpy as np
import pytest
from joint_envs import MeetEnv
from scoring_envs import ScoringEnv, ScoringProblem

from rllib_algos.dirs.demonstrations import draw_demonstrations, exact_expert, levy_expert
from rllib_algos.dirs.refinement import Effort
from rllib_algos.joint.discovery import joint_spaces
from rllib_algos.joint.layouts import make_layout


class Executed(ScoringEnv):
    """Keeps the problems it poses and the assignments it executes."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.problems, self.assignments = [], []

    def assignment_problem(self):
        self.problems.append(super().assignment_problem())
        return self.problems[-1]

    def rewards(self, actions):
        scores = np.stack(list(actions.values()))
        assert set(scores.ravel()) <= {0.0, 1.0}
        self.assignments.append(ScoringProblem(self.preference).vote(scores))
        return dict.fromkeys(actions, 0.0)


def draw(env, expert, count=9, seed=(0, 1)):
    return draw_demonstrations(env, make_layout(joint_spaces(env), soft=False), expert, count, seed)


def test_the_experts_assignments_are_executed_and_kept_beside_their_slots():
    env = Executed(length=4)  # several episodes
    fields, targets = draw(env, exact_expert)
    assert targets.shape == (9, 4)
    np.testing.assert_array_equal(targets, [problem.best() for problem in env.problems])
    np.testing.assert_array_equal(targets, env.assignments)
    seen = fields["observations_0"].transpose(0, 2, 1)
    np.testing.assert_array_equal(seen, np.float32([p.preference for p in env.problems]))
    assert set(targets.ravel()) == {-1, 0, 1, 2}


def test_the_search_starts_at_the_assignment_of_the_slot_before():
    starts = []

    def expert(problem, start, rng):
        starts.append(start)
        return (start + 2) % 4 - 1

    _, targets = draw(Executed(), expert)
    np.testing.assert_array_equal(starts[0], [-1] * 4)  # no device is served
    np.testing.assert_array_equal(starts[1:], targets[:-1])


def test_levy_demonstrations_come_close_to_the_best():
    env = Executed(devices=6)
    _, targets = draw(env, levy_expert(Effort(iterations=100, exponent=1.2)))
    for problem, target in zip(env.problems, targets, strict=True):
        found, best, none = problem.objective(np.stack([target, problem.best(), [-1] * 6]))
        assert best - 1e-12 <= found < best + 0.5 * (none - best)


def test_seeds_repeat_slots_and_assignments():
    expert = levy_expert(Effort(iterations=2))
    runs = [draw(ScoringEnv(), expert, seed=seed) for seed in ((3, 1), (3, 1), (4, 1), None)]
    np.testing.assert_array_equal(runs[0][1], runs[1][1])
    first = [fields["observations_0"] for fields, _ in runs]
    np.testing.assert_array_equal(first[0], first[1])
    assert not np.array_equal(first[0], first[2])
    assert not np.array_equal(first[0], first[3])


def test_environments_that_cannot_score_assignments_are_refused():
    with pytest.raises(ValueError, match=r"must have assignment_problem\(\) .* MeetEnv has none"):
        draw(MeetEnv(), exact_expert)
    with pytest.raises(ValueError, match="one server per agent, 3, got 2"):
        draw(ScoringEnv(wrong=True), exact_expert)
