"""Stacked networks against torch's own layers and derivatives."""

import itertools

import pytest
import torch

from rllib_algos.joint import stacks
from rllib_algos.joint.actor_critic import frozen

K, B, SIZES = 5, 6, (3, 8, 4, 2)


def plain(inputs, weights, biases):
    """The same, as it is said."""
    x = torch.cat(inputs, -1)
    for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        x = torch.matmul(x, weight) + bias
        x = torch.relu(x) if i < len(weights) - 1 else x
    return x


@pytest.fixture(params=[1, 2 * 8 * B, 10**6], ids=["one by one", "two by two", "at once"])
def networks(request, monkeypatch):
    """Inputs of 2 and 1 numbers, weights and biases in double precision, all with gradients."""
    monkeypatch.setattr(stacks, "CACHED", request.param)
    torch.manual_seed(0)

    def random(*shape):
        return torch.randn(*shape, dtype=torch.float64, requires_grad=True)

    pairs = list(itertools.pairwise(SIZES))
    inputs = [random(K, B, 2), random(B, K, 1)]
    weights, biases = [random(K, *pair) for pair in pairs], [random(K, 1, n) for _, n in pairs]
    return inputs, weights, biases


def test_a_network_by_hand():
    x = torch.tensor([[[1.0, -2.0]]])
    weights = [torch.tensor([[[3.0, 1.0], [1.0, 2.0]]]), torch.tensor([[[10.0], [100.0]]])]
    biases = [torch.tensor([[[0.5, 1.0]]]), torch.tensor([[[7.0]]])]
    # 1 * 3 - 2 * 1 + 0.5 = 1.5 goes on, 1 * 1 - 2 * 2 + 1 = -2 does not
    assert stacks.stacked_values([x], weights, biases).tolist() == [[[22.0]]]


def test_values_and_derivatives_are_those_of_plain_layers(networks):
    (first, second), weights, biases = networks
    inputs = [first, second.transpose(0, 1)]
    leaves = [first, second, *weights, *biases]
    wanted, found = (f(inputs, weights, biases) for f in (plain, stacks.stacked_values))
    torch.testing.assert_close(found, wanted)
    with torch.no_grad():
        torch.testing.assert_close(stacks.stacked_values(inputs, weights, biases), wanted)
    direction = torch.randn_like(wanted)
    pairs = (torch.autograd.grad(out, leaves, direction) for out in (found, wanted))
    for gradient, expected in zip(*pairs, strict=True):
        torch.testing.assert_close(gradient, expected)


def test_derivatives_are_those_of_differences(networks):
    (first, second), weights, biases = networks

    def values(*tensors):
        return stacks.stacked_values([first, second.transpose(0, 1)], tensors[:3], tensors[3:])

    assert torch.autograd.gradcheck(values, (*weights, *biases))


def test_only_what_is_asked_for_is_differentiated(networks, monkeypatch):
    (first, second), weights, biases = networks
    products = []
    bmm = torch.bmm
    monkeypatch.setattr(torch, "bmm", lambda *a, **kw: products.append(a) or bmm(*a, **kw))
    module = torch.nn.ParameterList([*weights, *biases])
    with frozen(module):
        inputs = [first.detach(), second.transpose(0, 1)]
        stacks.stacked_values(inputs, tuple(module[:3]), tuple(module[3:])).sum().backward()
    assert all(parameter.grad is None and parameter.requires_grad for parameter in module)
    assert second.grad is not None
    passes = len(list(stacks._parts(first, weights)))
    assert len(products) == 3 * passes  # one product per layer, none for weights


def test_inputs_and_weights_stay_as_they_are(networks):
    inputs, weights, biases = networks
    inputs = [inputs[0], inputs[1].transpose(0, 1)]
    before = [tensor.detach().clone() for tensor in (*inputs, *weights, *biases)]
    stacks.stacked_values(inputs, weights, biases).square().sum().backward()
    for tensor, same in zip((*inputs, *weights, *biases), before, strict=True):
        assert torch.equal(tensor, same)
