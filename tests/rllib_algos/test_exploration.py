import torch

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
