import pytest
import torch
from torch import nn

from rllib_algos.joint.critics import Critics
from rllib_algos.joint.networks import StackedMLP


def separate(stacked, k):
    """Network k of a stack as plain torch layers."""
    layers = []
    for weight, bias in zip(stacked.weights, stacked.biases, strict=True):
        linear = nn.Linear(weight.shape[1], weight.shape[2])
        linear.weight.data = weight.data[k].T.clone()
        linear.bias.data = bias.data[k, 0].clone()
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


@pytest.fixture
def stacked():
    torch.manual_seed(0)
    return StackedMLP(3, 5, (7, 4), 2)


def test_stack_equals_separate_networks(stacked):
    x = torch.randn(3, 6, 5)
    out = stacked(x)
    for k in range(3):
        torch.testing.assert_close(out[k], separate(stacked, k)(x[k]))


def test_shared_inputs_reach_every_network(stacked):
    x = torch.randn(6, 5)
    torch.testing.assert_close(stacked(x), stacked(x.expand(3, 6, 5)))


def test_gradients_stay_within_each_network(stacked):
    x = torch.randn(3, 6, 5)
    stacked(x)[1].square().sum().backward()
    plain = separate(stacked, 1)
    plain(x[1]).square().sum().backward()
    grad = stacked.weights[0].grad
    torch.testing.assert_close(grad[1], plain[0].weight.grad.T)
    assert grad[0].abs().sum() == 0
    assert grad[2].abs().sum() == 0


def test_training_the_stack_equals_training_separate_networks(stacked):
    plain = [separate(stacked, k) for k in range(3)]
    x, y = torch.randn(3, 8, 5), torch.randn(3, 8, 2)
    optimizer = torch.optim.Adam(stacked.parameters(), lr=1e-2)
    for _ in range(5):
        optimizer.zero_grad()
        (stacked(x) - y).square().mean((1, 2)).sum().backward()
        optimizer.step()
    for k, network in enumerate(plain):
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
        for _ in range(5):
            optimizer.zero_grad()
            (network(x[k]) - y[k]).square().mean().backward()
            optimizer.step()
        torch.testing.assert_close(stacked(x)[k], network(x[k]), atol=1e-5, rtol=1e-4)


def test_weights_start_like_those_of_torch_linear():
    torch.manual_seed(0)
    stack = StackedMLP(50, 16, (64,), 1)
    bound = 1 / 4
    weight = stack.weights[0].detach()
    assert weight.abs().max() <= bound
    assert weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.02)


def test_critics_keep_copies_and_agents_apart():
    torch.manual_seed(0)
    critics = Critics(3, 2, 6, (8,))
    state, action = torch.randn(5, 4), torch.randn(3, 5, 2)
    values = critics(state, action)
    assert values.shape == (2, 3, 5)
    for copy in range(2):
        for c in range(3):
            network = separate(critics.net, copy * 3 + c)
            expected = network(torch.cat([state, action[c]], -1))[:, 0]
            torch.testing.assert_close(values[copy, c], expected)
    torch.testing.assert_close(critics(state, action[0])[:, 0], values[:, 0])
