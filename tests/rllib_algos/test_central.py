"""One network for all agents: what it sees, how its output is dealt out, and its files."""

import numpy as np
import pytest
import torch
from game_envs import CommonEnv
from joint_envs import MixedEnv, RowEnv, mixed_env

import rllib_algos
from rllib_algos import registry
from rllib_algos.joint.actors import Actors
from rllib_algos.joint.central import CentralCommonLayout, CentralLayout, CentralRowLayout
from rllib_algos.joint.discovery import joint_spaces
from rllib_algos.joint.layouts import make_layout
from rllib_algos.joint.policy_file import POLICY_FILE, policy_content, policy_of


def central(env, soft=False):
    return make_layout(joint_spaces(env), soft=soft, central=True)


def fields_of(layout, env, seed=0):
    observations, _ = env.reset(seed=seed)
    fields = layout.encode(env, observations)
    return {n: torch.from_numpy(v)[None] for n, v in fields.items()}, observations


def test_every_layout_has_a_central_form():
    kinds = [type(central(env)) for env in (MixedEnv(), CommonEnv(), RowEnv())]
    assert kinds == [CentralLayout, CentralCommonLayout, CentralRowLayout]
    assert not make_layout(joint_spaces(RowEnv()), soft=False).central


def test_replay_keeps_the_same_fields():
    for env in (MixedEnv(), CommonEnv(), RowEnv()):
        usual = make_layout(joint_spaces(env), soft=False)
        assert central(env).observation_fields == usual.observation_fields
        assert central(env).action_fields == usual.action_fields


@pytest.mark.parametrize("gaussian", [False, True])
def test_the_output_is_dealt_out_group_by_group(gaussian):
    env = MixedEnv()
    layout = central(env)
    (size,) = layout.networks
    assert (size.num, size.in_size) == (1, 3 + 2 * 4 + 5 + 4)
    # picker 3, twins 2 * 5, ragged 3 rows of 4, mover 2 (or means and deviations)
    width = 3 + 10 + 12 + (4 if gaussian else 2)
    actors = Actors(layout, [8], gaussian=gaussian)
    assert actors.state_dict()["nets.0.biases.1"].shape == (1, 1, width)
    numbers = torch.arange(width, dtype=torch.float32)
    picker, twins, ragged, mover = layout.heads([numbers[None, None]], {})
    assert picker.tolist() == [[[[0.0, 1.0, 2.0]]]]
    assert twins[0, :, 0].tolist() == [[3.0, 4.0, 5.0, 6.0, 7.0], [8.0, 9.0, 10.0, 11.0, 12.0]]
    assert ragged[0, 0, 1].tolist() == [17.0, 18.0, 19.0, 20.0]
    assert ragged[0, 0, 0, 2] < -1e8  # that row has two choices
    assert mover.tolist() == [[numbers[25:].tolist()]]


def test_the_network_sees_all_observations_side_by_side():
    env = MixedEnv()
    layout = central(env)
    fields, observations = fields_of(layout, env)
    (seen,) = layout.actor_inputs(fields)
    parts = [
        group.observation.encode(observations[layout.spaces.agents[agent]])
        for group in layout.spaces.groups
        for agent in group.agents
    ]
    np.testing.assert_array_equal(seen[0, 0].numpy(), np.concatenate(parts))


def test_an_agents_action_depends_on_what_another_observes():
    torch.manual_seed(0)
    env = RowEnv(agents=2, rows=2)
    layout = central(env)
    actors = Actors(layout, [16])
    fields, _ = fields_of(layout, env)
    changed = {**fields, "state": fields["state"].clone()}
    changed["state"][0, 1] += 1.0
    assert (actors(fields)[0][0, 0] != actors(changed)[0][0, 0]).all()


def test_tables_are_put_together_from_what_the_agents_observe():
    env = RowEnv(nobody=True)
    layout = central(env)
    for seed in range(5):
        fields, observations = fields_of(layout, env, seed)
        owned = (env.row_owner() >= 0)[:, None]
        np.testing.assert_array_equal(fields["state"][0].numpy(), env.state() * owned)
        np.testing.assert_array_equal(fields["owner"][0].numpy(), env.row_owner())
        alone = layout.encode(None, observations)
        np.testing.assert_array_equal(alone["state"], fields["state"][0].numpy())
        layout.check(env, observations)


def test_a_policy_file_says_that_one_network_acts(small, tmp_path):
    algorithm = small(registry.get_config("ddpg"), mixed_env)
    folder = algorithm.save_to_path(str(tmp_path))
    content = torch.load(f"{folder}/{POLICY_FILE}", weights_only=True)
    assert content["central"]
    observations, _ = MixedEnv().reset(seed=1)
    assert set(rllib_algos.load_policy(folder)(observations)) == set(observations)


def test_files_that_do_not_say_hold_a_network_per_agent():
    env = CommonEnv()
    actors = Actors(make_layout(joint_spaces(env), soft=False), [4])
    state = {f"actors.{name}": value.numpy() for name, value in actors.state_dict().items()}
    content = policy_content("VDN", actors, state)
    assert content.pop("central") is False
    observations, _ = env.reset(seed=0)
    assert set(policy_of(content)(observations)) == set(env.possible_agents)
