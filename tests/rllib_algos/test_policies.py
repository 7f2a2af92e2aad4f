import math

import pytest
import torch

from rllib_algos.joint.policies import (
    SHORT,
    as_logits,
    deterministic_decision,
    gaussian_decision,
    gumbel,
    one_hot,
    output_size,
    row_entropy,
    sampled_decision,
    softmax_decision,
)
from rllib_algos.joint.spaces import CategoricalAction, ContinuousAction

RAGGED = CategoricalAction(sizes=(2, 3), starts=(0, 0), shape=(2,), dtype="int64")
BOX = ContinuousAction(low=(-1.0, -1.0), high=(1.0, 1.0), shape=(2,), dtype="float32")


def test_output_sizes():
    assert output_size(RAGGED, gaussian=True) == 6
    assert output_size(BOX, gaussian=True) == 4
    assert output_size(BOX, gaussian=False) == 2


def test_entropy_of_rows_by_hand():
    logits = torch.log(torch.tensor([[0.5, 0.5], [0.9, 0.1]]))
    expected = [math.log(2), -(0.9 * math.log(0.9) + 0.1 * math.log(0.1))]
    torch.testing.assert_close(row_entropy(logits), torch.tensor(expected))


@pytest.mark.parametrize("width", [2, SHORT - 1, SHORT])
def test_probabilities_entropies_and_gradients_are_those_of_rows_one_by_one(width):
    torch.manual_seed(0)
    logits = (3 * torch.randn(2, 3, width, dtype=torch.float64)).requires_grad_()
    probs = torch.stack([torch.softmax(row, 0) for row in logits.flatten(0, 1)])
    vector, entropy = probs.view(2, 3 * width), -(probs * probs.log()).sum(-1).view(2, 3)
    decision = softmax_decision(logits)
    torch.testing.assert_close(decision.vector, vector)
    torch.testing.assert_close(decision.entropy, entropy)
    weights = torch.randn_like(vector), torch.randn_like(entropy)
    (found,) = torch.autograd.grad(tuple(decision), logits, weights)
    (wanted,) = torch.autograd.grad((vector, entropy), logits, weights)
    torch.testing.assert_close(found, wanted)


def test_impossible_choices_have_no_probability_entropy_or_gradient():
    outputs = torch.zeros(6, requires_grad=True)
    logits = as_logits(RAGGED, outputs)
    decision = softmax_decision(logits)
    assert decision.vector.tolist() == pytest.approx([0.5, 0.5, 0, 1 / 3, 1 / 3, 1 / 3])
    torch.testing.assert_close(
        decision.entropy, torch.tensor([math.log(2), math.log(3)], dtype=torch.float32)
    )
    (decision.entropy.sum() + decision.vector.square().sum()).backward()
    assert outputs.grad.isfinite().all()
    assert outputs.grad[2] == 0
    noise = torch.Generator().manual_seed(0)
    for _ in range(50):
        assert sampled_decision(logits, noise).vector[2] == 0


def test_gumbel_argmax_samples_the_softmax():
    logits = torch.log(torch.tensor([0.7, 0.2, 0.1])).expand(20000, 3)
    noise = gumbel(logits, torch.Generator().manual_seed(0))
    share = one_hot((logits + noise).argmax(-1), 3).mean(0)
    torch.testing.assert_close(share, torch.tensor([0.7, 0.2, 0.1]), atol=0.01, rtol=0)


def test_sampled_actions_are_one_hot_with_the_gradient_of_the_probabilities():
    logits = torch.randn(4, 2, 3, requires_grad=True)
    weight = torch.randn(4, 6)
    vector = sampled_decision(logits, torch.Generator().manual_seed(0)).vector
    rows = vector.detach().unflatten(-1, (2, 3))
    torch.testing.assert_close(rows.sum(-1), torch.ones(4, 2))
    torch.testing.assert_close(rows.amax(-1), torch.ones(4, 2))
    (grad,) = torch.autograd.grad((vector * weight).sum(), logits)
    soft = softmax_decision(logits).vector
    (expected,) = torch.autograd.grad((soft * weight).sum(), logits)
    torch.testing.assert_close(grad, expected)


def test_gaussian_log_probability_against_torch():
    outputs = torch.tensor([[0.3, -0.5, -0.2, 0.4]], dtype=torch.float64)
    decision = gaussian_decision(outputs, torch.Generator().manual_seed(1))
    normal = torch.distributions.Normal(outputs[:, :2], outputs[:, 2:].exp())
    squashed = torch.distributions.TransformedDistribution(
        normal, torch.distributions.TanhTransform()
    )
    expected = -squashed.log_prob(decision.vector).sum(-1, keepdim=True)
    torch.testing.assert_close(decision.entropy, expected)
    assert decision.vector.abs().max() < 1


def test_gaussian_stays_finite_far_out():
    outputs = torch.tensor([[50.0, 9.0]], requires_grad=True)
    decision = gaussian_decision(outputs, torch.Generator().manual_seed(1))
    decision.entropy.sum().backward()
    assert decision.entropy.isfinite().all()
    assert outputs.grad.isfinite().all()


def test_deterministic_actions_have_no_entropy():
    decision = deterministic_decision(torch.tensor([[0.0, 100.0]]))
    assert decision.vector.tolist() == [[0.0, 1.0]]
    assert decision.entropy.tolist() == [[0.0]]
