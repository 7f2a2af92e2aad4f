import pytest
import torch
from joint_envs import climb_env

from rllib_algos import registry
from rllib_algos.joint.exploration import (
    Exploration,
    explore_choices,
    explore_deterministic,
    explore_gaussian,
    explore_probabilities,
)
from rllib_algos.joint.policies import IMPOSSIBLE

CERTAIN = torch.tensor([100.0, 0.0, IMPOSSIBLE]).expand(20000, 1, 3)


def generator():
    return torch.Generator().manual_seed(0)


def shares(choices):
    return torch.bincount(choices.ravel(), minlength=3) / choices.numel()


def test_without_noise_probabilities_are_the_policys_own():
    quiet = Exploration(gumbel_noise=0.0)
    logits = torch.randn(5, 2, 3)
    out = explore_probabilities(logits, quiet, generator())
    torch.testing.assert_close(out, torch.softmax(logits, -1))


def test_full_gumbel_noise_executes_samples_of_the_policy():
    logits = torch.log(torch.tensor([0.7, 0.2, 0.1])).expand(20000, 1, 3)
    out = explore_probabilities(logits, Exploration(), generator())
    torch.testing.assert_close(out.sum(-1), torch.ones(20000, 1))
    torch.testing.assert_close(
        shares(out.argmax(-1)), torch.tensor([0.7, 0.2, 0.1]), atol=0.01, rtol=0
    )


def test_epsilon_replaces_rows_by_uniform_possible_choices():
    noise = Exploration(epsilon=0.4)
    expected = torch.tensor([0.8, 0.2, 0.0])  # the third choice does not exist
    choices = explore_choices(CERTAIN, noise, generator())
    torch.testing.assert_close(shares(choices), expected, atol=0.01, rtol=0)
    soft = explore_probabilities(CERTAIN, noise, generator())
    torch.testing.assert_close(shares(soft.argmax(-1)), expected, atol=0.01, rtol=0)


def test_gaussian_noise_stays_in_bounds_and_has_the_right_size():
    noise = Exploration(gaussian_noise=0.3)
    centre = explore_deterministic(torch.zeros(20000, 1), noise, generator())
    assert abs(float(centre.std()) - 0.3) < 0.01
    edge = explore_deterministic(torch.full((1000, 1), 5.0), noise, generator())
    assert edge.max() <= 1


def test_gaussian_policies_explore_by_sampling():
    outputs = torch.tensor([0.5, -1.0]).expand(20000, 2)
    sample = torch.atanh(explore_gaussian(outputs, generator()))
    assert abs(float(sample.mean()) - 0.5) < 0.02
    assert abs(float(sample.std().log()) + 1.0) < 0.02


def test_choices_without_noise_are_the_best():
    logits = torch.randn(50, 2, 3)
    quiet = Exploration(gumbel_noise=0.0)
    assert torch.equal(explore_choices(logits, quiet, generator()), logits.argmax(-1))


def test_gumbel_noise_on_choices_executes_samples_of_the_policy():
    logits = torch.log(torch.tensor([0.7, 0.2, 0.1])).expand(20000, 1, 3)
    choices = explore_choices(logits, Exploration(), generator())
    torch.testing.assert_close(shares(choices), torch.tensor([0.7, 0.2, 0.1]), atol=0.01, rtol=0)


def test_a_temperature_divides_the_logits():
    values = torch.tensor([0.3, 0.2, IMPOSSIBLE]).expand(20000, 1, 3)
    choices = explore_choices(values, Exploration(gumbel_noise=0.1), generator())
    expected = torch.tensor([0.7311, 0.2689, 0.0])  # e^3 and e^2 over their sum
    torch.testing.assert_close(shares(choices), expected, atol=0.01, rtol=0)


def test_a_number_stays_as_it_is():
    noise = Exploration.of(0.15, gumbel_noise=0.0)
    assert noise == Exploration(epsilon=0.15, gumbel_noise=0.0)
    assert noise.at(10_000) is noise


def test_a_schedule_is_linear_between_its_points_and_constant_outside():
    noise = Exploration.of([[100, 1.0], [200, 0.2], [300, 0.1]])
    values = {step: noise.at(step).epsilon for step in (0, 100, 150, 200, 250, 300, 1e9)}
    assert values == pytest.approx(
        {0: 1.0, 100: 1.0, 150: 0.6, 200: 0.2, 250: 0.15, 300: 0.1, 1e9: 0.1}
    )
    assert noise.epsilon == 0.1  # where it ends
    assert noise.at(150).schedule == ()


def test_gumbel_noise_has_a_schedule_of_its_own():
    noise = Exploration.of([[0, 1.0], [10, 0.0]], [[0, 0.1], [40, 0.02]])
    assert (noise.epsilon, noise.gumbel_noise) == (0.0, 0.02)  # where they end
    now = noise.at(20)
    assert (now.epsilon, now.gumbel_noise) == pytest.approx((0.0, 0.06))
    assert now.at(40) == now
    alone = Exploration.of(0.3, [[0, 0.1], [40, 0.02]])
    assert (alone.at(0).epsilon, alone.at(0).gumbel_noise) == (0.3, 0.1)


def test_runners_follow_the_schedule(small):
    schedule = [[0, 1.0], [400, 0.0]]  # a call of sample() keeps what held at its start
    settings = {"exploration_epsilon": schedule, "learning_starts": 10_000}
    config = registry.get_config("idqn").env_runners(rollout_fragment_length=400)
    algorithm = small(config, climb_env, **settings)
    runner = algorithm.env_runner
    before, after = (
        torch.cat([torch.as_tensor(f.actions["actions_0"]) for f in runner.sample()])
        for _ in range(2)
    )
    # Observations are constant: whoever does not explore repeats the same action.
    for agent in range(2):
        uniform = shares(before[:, agent].long())
        torch.testing.assert_close(uniform, torch.full((3,), 1 / 3), atol=0.1, rtol=0)
        assert shares(after[:, agent].long()).max() == 1.0
