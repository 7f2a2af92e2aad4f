"""Eqs. (14), (16) and (17) by hand."""

import math

import pytest
import torch

from rllib_algos.dirs.losses import ensemble_loss, imitation_losses, squared_norms


def test_the_cross_entropy_of_two_agents_with_an_assignment():
    # scores (1 + tanh z) / 2: agent 0 gives the three devices 0.8, 0.5, 0.1; agent 2 gives 0.5
    scores = torch.tensor([[[0.8, 0.5, 0.1], [0.5, 0.5, 0.5]]])
    losses = imitation_losses(torch.atanh(2 * scores - 1), torch.tensor([[0, 2, -1]]), (0, 2))
    first = -(math.log(0.8) + math.log(0.5) + math.log(0.9)) / 3
    torch.testing.assert_close(losses, torch.tensor([[first, math.log(2)]]))


def test_certain_scores_have_finite_losses():
    outputs = torch.tensor([[[40.0, -40.0]]], requires_grad=True)
    losses = imitation_losses(outputs, torch.tensor([[-1, 0]]), (0,))
    assert losses.item() == pytest.approx(80.0)  # wrong on both, by 2 z each
    losses.sum().backward()
    assert outputs.grad is not None
    torch.testing.assert_close(outputs.grad, torch.tensor([[[1.0, -1.0]]]))


def test_demonstrations_and_refined_slots_are_averaged_apart():  # Eq. (16)
    losses = torch.tensor([[1.0, 10.0], [3.0, 30.0], [5.0, 50.0]])
    norms = torch.tensor([100.0, 200.0])
    total = ensemble_loss(losses, torch.tensor([1.0, 0.0, 1.0]), norms, 0.01, 0.5)
    torch.testing.assert_close(total, torch.tensor([3 + 1 + 1.5, 30 + 2 + 15.0]))


@pytest.mark.parametrize(("kind", "weight"), [(1.0, 1.0), (0.0, 0.5)])
def test_a_batch_of_one_kind_has_that_kinds_loss_alone(kind, weight):  # Eq. (14) for the first
    losses = torch.tensor([[1.0], [3.0]])
    total = ensemble_loss(losses, torch.full((2,), kind), torch.tensor([7.0]), 0.1, 0.5)
    torch.testing.assert_close(total, torch.tensor([2 * weight + 0.7]))


def test_the_norm_of_each_stacked_network():
    weights = torch.tensor([[[1.0, 2.0]], [[3.0, 0.0]]])
    biases = torch.tensor([[2.0], [1.0]])
    torch.testing.assert_close(squared_norms([weights, biases]), torch.tensor([9.0, 10.0]))
