"""The algorithm as a whole, on devices whose best servers are known."""

import gymnasium as gym
import numpy as np
import pytest
import torch
from batched_envs import ScoringTogether
from joint_envs import meet_env, row_env
from scoring_envs import ScoringEnv, ScoringProblem, scoring_env

from rllib_algos import DIRSConfig, load_policy
from rllib_algos.dirs.config import auto_widths
from rllib_algos.dirs.refinement import REFINEMENTS


def runner_config(**settings):
    return DIRSConfig().env_runners(rollout_fragment_length=25, **settings)


def actor_weights(algorithm):
    return algorithm.learner_group.get_weights(["actors"])["actors"]


@pytest.mark.parametrize("env", [scoring_env, lambda config: ScoringTogether(**config)])
def test_every_training_interval_one_slot_of_each_copy_is_refined(small, env):
    algorithm = small(runner_config(num_envs_per_env_runner=2), env, training_interval=4)
    count = 0
    for fragment in algorithm.env_runner.sample():  # stretches of episodes of 7 slots
        targets = fragment.notes["target"]
        assert targets.shape == (len(fragment), 4)
        preference = fragment.observations["observations_0"][:-1].transpose(0, 2, 1)
        for target, seen, action in zip(
            targets, preference, fragment.actions["actions_0"], strict=True
        ):
            if target[0] == -2:
                assert (target == -2).all()
                continue
            count += 1
            problem = ScoringProblem(seen)
            executed = problem.vote((1 + action) / 2)
            values = problem.objective(np.stack([target, executed]))
            assert values[0] <= values[1]
    assert count == 2 * 7  # the first of 25 slots, and every fourth from there


def test_the_ensembles_own_decision_is_executed(small):
    algorithm = small(DIRSConfig(), scoring_env)
    algorithm.train()
    policy = load_policy(algorithm.save_to_path())
    fragment, *_ = algorithm.env_runner.sample()
    for scores, actions in zip(
        fragment.observations["observations_0"], fragment.actions["actions_0"], strict=False
    ):
        acted = policy({f"server_{j}": column for j, column in enumerate(scores)})
        expected = np.stack([acted[f"server_{j}"] for j in range(3)])
        np.testing.assert_allclose((1 + actions) / 2, expected, atol=1e-6)


def test_evaluation_refines_nothing(small):
    algorithm = small(
        DIRSConfig().evaluation(evaluation_interval=1, evaluation_duration=1), scoring_env
    )
    assert algorithm.eval_env_runner.sample(num_episodes=1)[0].notes == {}


def test_agents_imitate_once_before_the_first_slot(small, tmp_path):
    algorithm = small(DIRSConfig(), scoring_env)
    result = algorithm.train()
    assert result["learners"]["central"]["num_updates"] == 12 + 2
    assert len(algorithm.replay) == 8 + 1
    assert algorithm.train()["learners"]["central"]["num_updates"] == 12 + 4
    assert len(algorithm.replay) == 8 + 2
    again = small(DIRSConfig(), scoring_env)
    again.restore_from_path(algorithm.save_to_path(str(tmp_path)))
    assert again.train()["learners"]["central"]["num_updates"] == 12 + 6
    assert len(again.replay) == 8 + 3


@pytest.mark.parametrize(
    ("settings", "updates", "kept"),
    [({"demonstrations": None}, 2, 1), ({"refinement": None}, 14, 8)],
    ids=["no demonstrations", "no refinement"],
)
def test_either_teacher_can_be_left_out(small, settings, updates, kept):
    algorithm = small(DIRSConfig(), scoring_env, **settings)
    assert algorithm.train()["learners"]["central"]["num_updates"] == updates
    assert len(algorithm.replay) == kept


class Unpaid(ScoringEnv):
    """Rewards are noise."""

    def rewards(self, actions):
        return dict.fromkeys(actions, float(np.random.default_rng().normal()))


def test_rewards_have_no_part_in_what_is_learned(small):
    runs = []
    for env in (scoring_env, lambda config: Unpaid(**config)):
        algorithm = small(DIRSConfig(), env)
        algorithm.train()
        runs.append(actor_weights(algorithm))
    for name in runs[0]:
        np.testing.assert_array_equal(runs[0][name], runs[1][name])


@pytest.mark.parametrize("settings", [{"demonstrations": "exact"}, {"demonstrations": None}])
def test_learns_where_devices_are_served_best(small, settings):
    training = {"num_demonstrations": 256, "imitation_updates": 300, "actor_hiddens": [64, 64]}
    if settings["demonstrations"] is None:
        training |= {"updates_per_slot": 1.0, "training_interval": 1, "refinement_iterations": 30}
    algorithm = small(
        DIRSConfig().env_runners(rollout_fragment_length=50),
        lambda _: ScoringEnv(servers=2),
        train_batch_size_per_learner=64,
        **settings,
        **training,
    )
    rate = [reward_rate(algorithm)]
    for _ in range(10):
        algorithm.train()
    rate.append(reward_rate(algorithm))
    assert rate[0] < 0.9 < 0.95 < rate[1]


def reward_rate(algorithm):
    """Mean of the best objective over the greedy policy's, on slots that no training sees."""
    env = ScoringEnv(servers=2, length=10**6)
    observations, _ = env.reset(seed=2**20)
    rates = []
    for _ in range(200):
        scores = greedy_scores(algorithm, np.stack(list(observations.values())))
        problem = env.assignment_problem()
        values = problem.objective(np.stack([problem.best(), problem.vote(scores)]))
        rates.append(values[0] / values[1])
        observations, *_ = env.step(dict(zip(env.possible_agents, scores, strict=True)))
    return float(np.mean(rates))


def greedy_scores(algorithm, observations):
    with torch.inference_mode():
        (actions,) = algorithm.actors.greedy(
            {"observations_0": torch.from_numpy(observations)[None]}
        )
    return np.clip((1 + actions[0].numpy()) / 2, 0, 1)


# Ray sets deprecated options of its own when it starts a learner.
@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.data.context")
def test_losses_come_back_from_a_learner_in_another_process(small):
    runs = []
    for learners in (0, 1):
        algorithm = small(DIRSConfig().learners(num_learners=learners), scoring_env)
        algorithm.train()
        runs.append((algorithm.replay.probabilities(), *actor_weights(algorithm).values()))
    for here, there in zip(*runs, strict=True):
        np.testing.assert_array_equal(here, there)


def test_refined_slots_come_from_runners_in_other_processes(small):
    config = DIRSConfig().env_runners(num_env_runners=2, rollout_fragment_length=5)
    algorithm = small(config, scoring_env, training_interval=5)
    for _ in range(2):
        result = algorithm.train()
    assert result["env_runners"]["num_env_steps_sampled_lifetime"] == 20
    assert len(algorithm.replay) == 8 + 4


@pytest.mark.parametrize(
    ("env", "message"),
    [
        (meet_env, r"must have assignment_problem\(\) for dirs, MeetEnv has none; add it"),
        (row_env, r"must have assignment_problem\(\) for dirs, RowEnv has none; add it"),
    ],
)
def test_other_environments_are_refused(small, env, message):
    with pytest.raises(ValueError, match=message):
        small(DIRSConfig(), env)


class Choosing(ScoringEnv):
    """Servers choose one device instead of scoring all."""

    def action_space(self, agent):
        return gym.spaces.Discrete(4)


def test_other_actions_are_refused(small):
    with pytest.raises(ValueError, match=r"actions must be Box\(0, 1, \(N,\)\) .* 'server_0' has"):
        small(DIRSConfig(), lambda _: Choosing())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"refinement": "pso"}, r"refinement must be one of \('levy', .*, None\), got 'pso'"),
        ({"demonstrations": "best"}, "demonstrations must be one of .* got 'best'"),
        ({"refinement": None, "demonstrations": None}, "must not both be None"),
        ({"levy_exponent": 2.0}, r"levy_exponent must be a number in \(0, 2\), got 2.0"),
        ({"demonstration_exponent": 0}, r"demonstration_exponent must be a number in \(0, 2\)"),
        ({"particles": 0}, "particles must be a whole number of at least 1, got 0"),
        ({"training_interval": 0}, "training_interval must be a whole number of at least 1"),
        ({"agent_epsilon": 0.0}, r"agent_epsilon must be a number in \(0, inf\), got 0.0"),
        ({"l2_weight": -1e-4}, r"l2_weight must be a number in \[0, inf\), got -0.0001"),
        ({"exploration_epsilon": 1.5}, r"exploration_epsilon must be a number in \(0, 1\]"),
        ({"actor_hiddens": "large"}, "actor_hiddens must be a list of positive widths"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        DIRSConfig().environment(scoring_env).training(**settings).validate()


@pytest.mark.parametrize("kind", REFINEMENTS)
def test_every_refinement_can_be_chosen(small, kind):
    algorithm = small(DIRSConfig(), scoring_env, refinement=kind)
    algorithm.train()
    assert len(algorithm.replay) == 9


def test_widths_are_the_papers_where_it_prints_them():
    assert [auto_widths(n) for n in (30, 180, 200)] == [(80, 60), (260, 200), (300, 250)]
    assert auto_widths(6) == (16, 12)
    assert auto_widths(400) == (600, 500)


def test_the_paper_is_the_default_where_it_is_printed():
    default, paper = DIRSConfig().to_dict(), DIRSConfig().paper().to_dict()
    assert default == paper
