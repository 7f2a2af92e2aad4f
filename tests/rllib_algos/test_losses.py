"""Targets and losses against numbers worked out by hand and against slow loops."""

import math

import pytest
import torch

from rllib_algos.joint.losses import (
    critic_inputs,
    critic_loss,
    omega_loss,
    pessimistic,
    polyak,
    reward_statistics,
    rewards_by_critic,
    scale_entropy,
    td_target,
)


def tensor(values):
    return torch.tensor(values, dtype=torch.float32)


def test_td_target_by_hand():
    # R = 2, gamma = 0.5, next value 4: 2 + 0.5 * 4; the second sample has terminated.
    target = td_target(tensor([[2.0, 2.0]]), tensor([0.0, 1.0]), tensor([[4.0, 4.0]]), 0.5)
    assert target.tolist() == [[4.0, 2.0]]


def test_reward_statistics_by_hand():
    # Deviations from the means 2 and 6 are 1, 1, 3, 3: the root of 5 on average.
    reward = tensor([[1.0, 3.0], [3.0, 9.0]])
    deviation, value = reward_statistics(reward, tensor([0.0, 0.0]), 0.5)
    assert float(deviation) == pytest.approx(math.sqrt(5))
    assert value.tolist() == [2 / 0.5, 6 / 0.5]
    # A value that fits on average: v = 2 + 0.5 * 0.5 v, as every second transition is the last.
    value = reward_statistics(reward[:1], tensor([0.0, 1.0]), 0.5)[1]
    assert value.tolist() == pytest.approx([2 / 0.75])
    # Transitions of two steps are followed by gamma^2 of the value.
    value = reward_statistics(reward[:1], tensor([0.0, 0.0]), tensor([0.25, 0.25]))[1]
    assert value.tolist() == pytest.approx([2 / 0.75])


def test_equal_rewards_keep_their_scale():
    assert float(reward_statistics(tensor([[7.0, 7.0]]), tensor([0.0, 0.0]), 0.0)[0]) == 1.0
    assert float(reward_statistics(tensor([[0.0, 0.0]]), tensor([0.0, 0.0]), 0.0)[0]) == 1.0


def test_critic_loss_by_hand():
    values = tensor([[[1.0, 3.0]], [[0.0, 0.0]]])  # two copies, one critic, two samples
    # copy 1: ((1 - 2)^2 + (3 - 2)^2) / 2 = 1; copy 2: (4 + 4) / 2 = 4
    assert critic_loss(values, tensor([[2.0, 2.0]])).tolist() == [5.0]


def test_critic_loss_against_a_loop():
    torch.manual_seed(0)
    values, target = torch.randn(2, 3, 8), torch.randn(3, 8)
    expected = torch.zeros(3)
    for c in range(3):
        for copy in range(2):
            for b in range(8):
                expected[c] += (values[copy, c, b] - target[c, b]) ** 2 / 8
    torch.testing.assert_close(critic_loss(values, target), expected)


def test_the_smaller_twin_counts():
    assert pessimistic(tensor([[[1.0, 5.0]], [[2.0, 3.0]]])).tolist() == [[1.0, 3.0]]


def test_entropy_is_weighted_per_agent_or_summed_for_a_shared_critic():
    entropy, omega = tensor([[1.0, 2.0], [3.0, 4.0]]), tensor([0.5, 0.1])  # (B, N), (N,)
    per_agent = scale_entropy(entropy, omega, 2)
    torch.testing.assert_close(per_agent, tensor([[0.5, 1.5], [0.2, 0.4]]))
    torch.testing.assert_close(scale_entropy(entropy, omega, 1), tensor([[0.7, 1.9]]))


def test_rewards_per_agent_or_their_mean():
    reward = tensor([[1.0, 3.0], [5.0, 5.0]])  # (B, N)
    assert rewards_by_critic(reward, 2).tolist() == [[1.0, 5.0], [3.0, 5.0]]
    assert rewards_by_critic(reward[1:], 1).tolist() == [[5.0]]
    with pytest.raises(ValueError, match=r"same for all agents.*\[1.0, 3.0\].*shared_critic=False"):
        rewards_by_critic(reward, 1)


@pytest.mark.parametrize(("entropy", "sign"), [(0.2, -1), (0.8, 1)])
def test_omega_rises_while_the_entropy_is_below_its_target(entropy, sign):
    log_omega = tensor([math.log(0.1)]).requires_grad_()
    loss = omega_loss(log_omega, tensor([[entropy]]), tensor([[0.5]]))
    loss.sum().backward()
    # d/d log(omega) of omega * (S - target) is omega * (S - target); descent does the opposite.
    assert log_omega.grad.item() == pytest.approx(0.1 * (entropy - 0.5))
    assert math.copysign(1, log_omega.grad.item()) == sign


def test_the_papers_target_always_lowers_omega():
    # Two rows: omega * (S - (-2)); S is at least 0.
    log_omega = tensor([0.0]).requires_grad_()
    omega_loss(log_omega, tensor([[0.0]]), tensor([[-2.0]])).sum().backward()
    assert log_omega.grad.item() == pytest.approx(2.0)


def test_critic_inputs_take_own_parts_from_the_policy_and_pass_gradients_to_them_only():
    action = tensor([[1.0, 2.0, 3.0]]).requires_grad_()
    others = tensor([[10.0, 20.0, 30.0]])
    own = tensor([[[1.0, 1.0, 0.0]], [[0.0, 0.0, 1.0]]])  # agent 0 has two numbers, agent 1 one
    inputs = critic_inputs(action, own, others)
    assert inputs.tolist() == [[[1.0, 2.0, 30.0]], [[10.0, 20.0, 3.0]]]
    inputs[1].sum().backward()
    assert action.grad.tolist() == [[0.0, 0.0, 1.0]]


def test_polyak_moves_the_target_by_tau():
    source, target = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    source.weight.data.fill_(1.0)
    target.weight.data.fill_(0.0)
    polyak(source, target, 0.25)
    assert target.weight.item() == pytest.approx(0.25)
    polyak(source, target, 0.25)
    assert target.weight.item() == pytest.approx(0.4375)
