import pytest
import torch
from torch import nn

from rllib_algos.joint.critics import Critics
from rllib_algos.joint.networks import Dueling, SharedMLP, StackedMLP


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


def test_a_shared_network_tells_agents_apart_by_their_index():
    shared = SharedMLP(3, 2, (), 1)
    with torch.no_grad():
        shared.net.weights[0][0, :, 0] = torch.tensor([1.0, 10.0, 100.0, 200.0, 300.0])
        shared.net.biases[0].fill_(0.5)
    x = torch.tensor([[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]])
    assert shared(x)[:, 0, 0].tolist() == [121.5, 243.5, 365.5]
    assert sum(parameter.numel() for parameter in shared.parameters()) == 6


def test_shared_networks_learn_from_all_agents():
    torch.manual_seed(0)
    shared = SharedMLP(3, 5, (7,), 2)
    x = torch.randn(3, 6, 5)
    together = torch.autograd.grad(shared(x).sum(), shared.net.weights[0])[0]
    apart = [torch.autograd.grad(shared(x)[k].sum(), shared.net.weights[0])[0] for k in range(3)]
    torch.testing.assert_close(together, sum(apart))
    assert all(gradient.abs().sum() > 0 for gradient in apart)


def test_dueling_values_by_hand():
    outputs = torch.tensor([[[10.0, 1.0, 2.0, 6.0, -5.0, 0.0, 0.0, 3.0]]])  # V, A, A, A; twice
    dueling = Dueling(nn.Identity(), rows=2, width=3)
    assert dueling(outputs).tolist() == [[[8.0, 9.0, 13.0, -6.0, -6.0, -3.0]]]
