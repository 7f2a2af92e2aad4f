"""Layouts rebuild what agents observe and hand every agent its own action."""

import numpy as np
import pytest
import torch
from joint_envs import MixedEnv, RowEnv

from rllib_algos.joint.discovery import joint_spaces
from rllib_algos.joint.layout import GroupLayout, decode_actions
from rllib_algos.joint.layouts import make_layout
from rllib_algos.joint.rows import RowLayout
from rllib_algos.joint.spaces import CategoricalAction, ContinuousAction


def batch_of(layout, env, size=4):
    """Fields of `size` joint observations, and the observations themselves."""
    observations, fields = [], []
    for _ in range(size):
        observation, _ = env.reset()
        observations.append(observation)
        fields.append(layout.encode(env, observation))
    stacked = {n: torch.from_numpy(np.stack([f[n] for f in fields])) for n in fields[0]}
    return stacked, observations


@pytest.fixture
def rows():
    env = RowEnv(nobody=True)
    return env, make_layout(joint_spaces(env), soft=False)


@pytest.fixture
def mixed():
    env = MixedEnv()
    return env, make_layout(joint_spaces(env), soft=False)


def test_the_layout_fits_the_environment(rows, mixed):
    assert type(rows[1]) is RowLayout
    assert type(mixed[1]) is GroupLayout


def test_row_observations_are_rebuilt_exactly(rows):
    env, layout = rows
    fields, observations = batch_of(layout, env, size=20)
    (inputs,) = layout.actor_inputs(fields)
    for n, agent in enumerate(env.possible_agents):
        for b, observation in enumerate(observations):
            np.testing.assert_array_equal(inputs[n, b].numpy(), observation[agent].ravel())


def test_rows_and_groups_are_two_ways_to_the_same_observations(rows):
    env, layout = rows
    plain = GroupLayout(layout.spaces, soft=False)
    fields, observations = batch_of(layout, env)
    stacked = np.stack([plain.encode(env, o)["observations_0"] for o in observations])
    (expected,) = plain.actor_inputs({"observations_0": torch.from_numpy(stacked)})
    torch.testing.assert_close(layout.actor_inputs(fields)[0], expected)


def test_every_row_gets_its_owners_logits(rows):
    env, layout = rows
    fields, _ = batch_of(layout, env)
    outputs = torch.randn(3, 4, 18)  # N agents, B, R * H
    (logits,) = layout.heads([outputs], fields)
    for b in range(4):
        for r in range(6):
            owner = int(fields["owner"][b, r])
            if owner >= 0:
                expected = outputs[owner, b].view(6, 3)[r]
                torch.testing.assert_close(logits[b, r], expected)


def test_rows_of_nobody_count_for_nobody(rows):
    env, layout = rows
    fields, _ = batch_of(layout, env, size=10)
    owner = fields["owner"]
    assert (owner < 0).any()
    joined = layout.join([torch.ones(10, 18)], fields).view(10, 6, 3)
    assert (joined[owner < 0] == 0).all()
    assert (joined[owner >= 0] == 1).all()
    sums = layout.per_agent([torch.ones(10, 6)], fields)
    for n in range(3):
        assert sums[:, n].tolist() == (owner == n).sum(-1).tolist()
    own = layout.own_parts(fields)
    assert own.shape == (3, 10, 18)
    assert own.sum(0).view(10, 6, 3)[..., 0].tolist() == (owner >= 0).float().tolist()


def test_joint_vectors_of_mixed_agents(mixed):
    env, layout = mixed
    fields, _ = batch_of(layout, env)
    assert layout.state_size == 3 + 2 * 4 + 5 + 4
    assert layout.action_size == 3 + 2 * 5 + 3 * 4 + 2
    assert layout.state_vector(fields).shape == (4, layout.state_size)
    own = layout.own_parts(fields)
    assert own.shape == (5, 1, layout.action_size)
    # order: picker 3, twins 2 * 5, ragged 12, mover 2
    assert own[0, 0].nonzero().ravel().tolist() == [0, 1, 2]
    assert own[1, 0].nonzero().ravel().tolist() == list(range(3, 8))
    assert own[4, 0].nonzero().ravel().tolist() == list(range(8, 13))
    assert own[2, 0].sum() == 12
    assert own[3, 0].nonzero().ravel().tolist() == [25, 26]
    torch.testing.assert_close(own.sum(0), torch.ones(1, layout.action_size))


def test_per_agent_sums_find_their_agents(mixed):
    env, layout = mixed
    fields, _ = batch_of(layout, env, size=1)
    values = [
        torch.tensor([[[1.0]]]),
        torch.tensor([[[2.0], [5.0]]]),
        torch.tensor([[[1.0, 1.0, 1.0]]]),
        torch.tensor([[[4.0]]]),
    ]
    assert layout.per_agent(values, fields).tolist() == [[1.0, 2.0, 3.0, 4.0, 5.0]]


def test_env_actions_lie_in_the_spaces(mixed):
    env, layout = mixed
    stored = [
        np.array([[[2]]]),
        np.array([[[0], [4]]]),
        np.array([[[1, 3, 2]]]),
        np.array([[[-1.0, 0.0]]], np.float32),
    ]
    actions = layout.env_actions(stored, 0)
    for agent, action in actions.items():
        assert env.action_space(agent).contains(action)
    assert actions["picker"] == 4  # the third choice, counted from 2
    assert (actions["twin_a"], actions["twin_b"]) == (0, 4)
    np.testing.assert_allclose(actions["mover"], [-2.0, 5.0])


def test_stored_actions_become_the_vectors_critics_see(mixed):
    layout = mixed[1]
    fields = {
        "actions_0": torch.tensor([[[2]]]),
        "actions_1": torch.tensor([[[0], [4]]]),
        "actions_2": torch.tensor([[[1, 3, 2]]]),
        "actions_3": torch.tensor([[[-1.0, 0.5]]]),
    }
    joint = layout.join(layout.stored_vectors(fields), fields)[0]
    assert joint[:3].tolist() == [0, 0, 1]
    assert joint[3:8].tolist() == [1, 0, 0, 0, 0]
    assert joint[13:25].nonzero().ravel().tolist() == [1, 7, 10]
    assert joint[25:].tolist() == [-1.0, 0.5]


def test_soft_actions_are_executed_by_their_argmax():
    action = CategoricalAction(sizes=(3, 3), starts=(1, 1), shape=(2,), dtype="int64")
    probabilities = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]], np.float32)
    np.testing.assert_array_equal(decode_actions(action, probabilities[None])[0], [2, 1])


def test_environments_that_take_probabilities_get_them():
    action = CategoricalAction(
        sizes=(2, 2), starts=(0, 0), shape=(2, 2), dtype="float32", probabilities=True
    )
    matrix = np.array([[0.3, 0.7], [1.0, 0.0]], np.float32)
    np.testing.assert_array_equal(decode_actions(action, matrix[None])[0], matrix)
    np.testing.assert_array_equal(decode_actions(action, np.array([[1, 0]]))[0], [[0, 1], [1, 0]])


def test_continuous_actions_fill_their_bounds():
    action = ContinuousAction(low=(-2.0, 0.0), high=(2.0, 10.0), shape=(2,), dtype="float32")
    np.testing.assert_allclose(decode_actions(action, np.float32([[1, -1]]))[0], [2, 0])
    assert decode_actions(action, np.float32([[1.0000001, 0]])).max() <= 10


def test_soft_layouts_store_probabilities_in_half_precision(rows):
    layout = RowLayout(rows[1].spaces, soft=True)
    assert layout.action_fields["actions"] == ((6, 3), "float16")
    stored = {"actions": torch.full((1, 6, 3), 0.25, dtype=torch.float16)}
    assert layout.stored_vectors(stored)[0].dtype == torch.float32
