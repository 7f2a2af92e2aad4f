"""Tests of critics that see a table row by row."""

import itertools

import pytest
import torch
from joint_envs import ClimbEnv, RowEnv

from rllib_algos.joint.discovery import joint_spaces
from rllib_algos.joint.layout import TableShape
from rllib_algos.joint.layouts import make_layout
from rllib_algos.joint.row_critics import RowCritics

TABLE = TableShape(rows=5, features=2, width=3, owners=2)


def critics(num=1, copies=2, embedding=0) -> RowCritics:
    torch.manual_seed(0)
    return RowCritics(num, copies, TABLE, (8,), embedding)


@pytest.fixture
def seen() -> tuple[torch.Tensor, torch.Tensor]:
    """States (B, R, F + N) and joint actions (B, R, H)."""
    generator = torch.Generator().manual_seed(0)
    state = torch.randn(4, TABLE.rows, TABLE.features + TABLE.owners, generator=generator)
    action = torch.randn(4, TABLE.rows, TABLE.width, generator=generator).softmax(-1)
    return state, action


def test_the_order_of_rows_does_not_matter(seen):
    state, action = seen
    order = torch.tensor([3, 0, 4, 2, 1])
    net = critics()
    expected = net(state, action.flatten(1))
    assert expected.shape == (2, 1, 4)
    torch.testing.assert_close(net(state[:, order], action[:, order].flatten(1)), expected)
    embedded = critics(embedding=2)
    values = embedded(state, action.flatten(1))
    assert not torch.allclose(embedded(state[:, order], action[:, order].flatten(1)), values)


def test_values_are_those_of_a_loop(seen):
    state, action = seen
    net = critics(num=2, copies=2, embedding=2)
    values = net(state, action.flatten(1))
    assert values.shape == (2, 2, 4)
    k, b = 3, 1  # the second copy of the second critic
    encoded = net.encode(state[b])[k]
    pairs = list(itertools.product(range(TABLE.rows), range(TABLE.width)))
    codes, sums = {}, torch.zeros(TABLE.width, encoded.shape[-1])
    for r, h in pairs:
        learned = net.embeddings[k, r, h] @ net.learned[k, 0]
        codes[r, h] = torch.relu(encoded[r] + net.choices[k, h] + learned)
        sums[h] += TABLE.width / TABLE.rows * action[b, r, h] * codes[r, h]
    inputs = [torch.cat([s, torch.eye(TABLE.width)[h], sums.mean(0)]) for h, s in enumerate(sums)]
    company = net.company(torch.stack(inputs))[k]
    expected = net.worth.biases[0][k, 0, 0]
    for r, h in pairs:
        mixed = torch.relu(codes[r, h] @ net.mix[k, 0] + company[h])
        worth = mixed @ net.worth.weights[0][k, :, 0]
        expected = expected + action[b, r, h] * worth / TABLE.rows
    torch.testing.assert_close(values[1, 1, b], expected)


def test_a_joint_action_for_every_critic(seen):
    state, action = seen
    net = critics(num=2)
    first, second = action.flatten(1), action.flip(0).flatten(1)
    both = net(state, torch.stack([first, second]))
    torch.testing.assert_close(both[:, 0], net(state, first)[:, 0])
    torch.testing.assert_close(both[:, 1], net(state, second)[:, 1])


def test_rows_without_an_action_do_not_count(seen):
    state, action = seen
    action[:, 2] = 0.0
    other = state.clone()
    other[:, 2] += 1.0
    net = critics()
    torch.testing.assert_close(net(other, action.flatten(1)), net(state, action.flatten(1)))


def test_a_shift_adds_a_constant_to_every_copy(seen):
    state, action = seen
    net = critics(num=2)
    before = net(state, action.flatten(1))
    net.shift(torch.tensor([1.0, -2.0]))
    after = net(state, action.flatten(1)) - before
    torch.testing.assert_close(after, torch.tensor([1.0, -2.0])[None, :, None].expand(2, 2, 4))


def test_they_see_who_owns_a_row():
    layout = make_layout(joint_spaces(RowEnv(agents=2, rows=5, features=2)), soft=False)
    state = torch.ones(1, 5, 2)
    owner = torch.tensor([[1, 0, -1, 0, 1]])
    seen = critics().seen(layout, {"state": state, "owner": owner})
    assert seen[0, :, :2].eq(1.0).all()
    assert seen[0, :, 2:].tolist() == [[0, 1], [1, 0], [0, 0], [1, 0], [0, 1]]


def test_equal_agents_that_choose_once_are_a_table():
    layout = make_layout(joint_spaces(ClimbEnv()), soft=False)
    table = TableShape(rows=2, features=1, width=3, owners=0)
    assert layout.table_shape == table
    fields = {"observations_0": torch.ones(4, 2, 1)}
    assert RowCritics(1, 1, table, (8,), 0).seen(layout, fields).shape == (4, 2, 1)


@pytest.mark.parametrize("num", [1, 2])
def test_large_batches_are_judged_in_parts(seen, num, monkeypatch):
    state, action = seen
    joint = action.flatten(1) if num == 1 else action.flatten(1).expand(2, -1, -1).contiguous()
    joint.requires_grad_()
    net = critics(num=num, embedding=2)
    values = net(state, joint)
    (expected,) = torch.autograd.grad(values.square().sum(), [joint])
    monkeypatch.setattr("rllib_algos.joint.row_networks.ROWS_AT_ONCE", 3 * TABLE.rows)
    parts = net(state, joint)
    torch.testing.assert_close(parts, values)
    (gradient,) = torch.autograd.grad(parts.square().sum(), [joint])
    torch.testing.assert_close(gradient, expected)
