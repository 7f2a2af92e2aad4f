"""The losses of the value-based learners, by hand and against loops."""

import numpy as np
import pytest
import torch
from joint_envs import mixed_env, row_env
from kinds import VALUE_BASED

from rllib_algos import registry
from rllib_algos.idqn.learner import IDQNLearner
from rllib_algos.joint.losses import rewards_of
from rllib_algos.joint.replay import NEXT
from rllib_algos.qmix.mixer import MonotonicMixer
from rllib_algos.vdn.learner import VDNLearner

GAMMA, SCALE = 0.5, 0.1


@pytest.fixture
def built(small):
    """Builds a learner and a batch, with targets that differ from their sources."""

    def build(name, env, env_config=None, **training):
        torch.manual_seed(0)
        settings = {"gamma": GAMMA, "reward_scale": SCALE, "learning_starts": 1000, **training}
        algorithm = small(registry.get_config(name), env, env_config=env_config, **settings)
        algorithm.train()
        learner = algorithm.learner_group._learner
        with torch.no_grad():
            for source, target in learner.actors_module.get_target_network_pairs():
                for parameter in target.parameters():
                    parameter.copy_(torch.randn_like(parameter))
                for parameter in source.parameters():
                    parameter.copy_(torch.randn_like(parameter))
        batch = {k: torch.from_numpy(v) for k, v in algorithm.replay.sample(8).items()}
        batch["terminated"][::3] = 1.0
        return learner, batch

    return build


def values_of(net, agent, x):
    """What network `agent` of a stack says about one input, written out."""
    for i, (weight, bias) in enumerate(zip(net.weights, net.biases, strict=True)):
        x = x @ weight[agent] + bias[agent, 0]
        x = torch.relu(x) if i < len(net.weights) - 1 else x
    return x


@pytest.mark.parametrize("double_q", [True, False])
def test_targets_of_rows_are_those_of_loops(built, double_q):
    learner, batch = built("idqn", row_env, double_q=double_q)
    module = learner.actors_module
    target = learner._target(batch, 3)
    assert target.shape == (3, 8)
    differ = 0
    for b in range(8):
        for n in range(3):
            own = batch[NEXT + "owner"][b] == n
            x = (batch[NEXT + "state"][b] * own[:, None]).flatten()
            judged = values_of(module.target_actors.nets[0], n, x).view(6, 3)
            chosen = values_of(module.actors.nets[0], n, x).view(6, 3) if double_q else judged
            best = chosen.argmax(-1)
            differ += int((best != judged.argmax(-1))[own].sum())
            value = sum(judged[r, best[r]] for r in range(6) if own[r])
            expected = SCALE * batch["rewards"][b, n]
            expected = expected + GAMMA * (1 - batch["terminated"][b]) * value
            torch.testing.assert_close(target[n, b], torch.as_tensor(expected), atol=1e-4, rtol=0)
    assert (differ > 0) == double_q


@pytest.mark.parametrize("name", ["idqn", "vdn"])
def test_an_agent_with_several_rows_is_a_team_of_them(built, name):
    learner, batch = built(name, mixed_env, env_config={"continuous": False})
    actors, layout = learner.actors_module.actors, learner.layout
    chosen = [batch[field].long() for field in layout.action_fields]
    heads = actors(batch)
    values = learner._values(heads, chosen, batch)
    assert values.shape == (8, 4)
    ragged = heads[2][:, 0]  # (B, 3 rows, 4 choices)
    expected = sum(ragged[range(8), row, chosen[2][:, 0, row]] for row in range(3))
    torch.testing.assert_close(values[:, 2], expected)
    mixed = learner.mix(values, batch, target=False)
    torch.testing.assert_close(mixed, values if name == "idqn" else values.sum(-1, keepdim=True))
    reward = batch["rewards"][0].tolist()
    assert reward == [0.0, 1.0, 2.0, 3.0]
    target = learner._target({**batch, "terminated": torch.ones(8)}, mixed.shape[1])
    wanted = SCALE * np.array([0.0, 1.0, 2.0, 3.0] if name == "idqn" else [1.5])
    np.testing.assert_allclose(target[:, 0], wanted, rtol=1e-6)


def test_rewards_are_each_agents_own_or_the_teams():
    reward = torch.tensor([[1.0, 3.0], [2.0, 2.0]])
    assert rewards_of(reward, 2).tolist() == [[1.0, 2.0], [3.0, 2.0]]
    assert rewards_of(reward, 1).tolist() == [[2.0, 2.0]]


def test_an_update_descends_the_bellman_residual(built):
    learner, batch = built("vdn", row_env, q_lr=1e-2)
    ((source, target),) = learner.actors_module.get_target_network_pairs()
    before = target.nets[0].weights[0].clone()
    learner.update_networks(batch)
    moved = before + learner.config.tau * (source.nets[0].weights[0] - before)
    torch.testing.assert_close(target.nets[0].weights[0], moved)
    losses = [float(learner.update_networks(batch)["actors"]) for _ in range(60)]
    assert losses[-1] < 0.2 * losses[0]


def test_losses_that_are_not_finite_name_agents_or_the_team(built):
    for name, who in (("idqn", "server_0, server_1, server_2"), ("vdn", "the team")):
        learner, batch = built(name, row_env)
        batch["rewards"][:] = torch.nan
        with pytest.raises(FloatingPointError, match=f"the q loss of {who} must be finite"):
            learner.update_networks(batch)


def test_vdn_differs_from_idqn_by_one_method():
    own = {name for name in vars(VDNLearner) if not name.startswith("__")}
    assert own - {"_abc_impl"} == {"mix"}
    assert VDNLearner.__mro__[1] is IDQNLearner


@pytest.mark.parametrize("name", VALUE_BASED)
def test_only_networks_that_act_travel_to_runners(small, name):
    algorithm = small(registry.get_config(name), row_env)
    assert set(algorithm.env_runner.module.keys()) == {"actors"}


def test_the_mixed_value_by_hand():
    mixer = MonotonicMixer(num_agents=2, state_size=1, width=2, hyper_width=1)
    with torch.no_grad():
        for parameter in mixer.parameters():
            parameter.zero_()
        # hypernetworks that ignore the state: only their last biases count
        mixer.first_weight[2].bias.copy_(torch.tensor([1.0, -2.0, 3.0, 0.5]))
        mixer.first_bias.weight[1] = 2.0
        mixer.second_weight[2].bias.copy_(torch.tensor([-4.0, 1.0]))
        mixer.second_bias[2].bias.fill_(0.25)
    values, state = torch.tensor([[1.0, -1.0]]), torch.tensor([[3.0]])
    # hidden: 1 * 1 - 1 * 3 = -2; 1 * 2 - 1 * 0.5 + 2 * 3 = 7.5
    expected = 4 * (np.exp(-2.0) - 1) + 1 * 7.5 + 0.25
    assert mixer(values, state).item() == pytest.approx(expected, rel=1e-6)


def test_the_mixed_value_rises_with_every_agents():
    torch.manual_seed(0)
    mixer = MonotonicMixer(num_agents=5, state_size=3, width=8, hyper_width=16)
    values = (10 * torch.randn(200, 5)).requires_grad_()
    state = torch.randn(200, 3)
    (gradient,) = torch.autograd.grad(mixer(values, state).sum(), values)
    assert gradient.min() >= 0
    assert (gradient > 0).float().mean() > 0.9
    (by_state,) = torch.autograd.grad(mixer(values.detach(), state.requires_grad_()).sum(), state)
    assert by_state.abs().max() > 0  # the state itself may pull either way
    assert by_state.min() < 0 < by_state.max()
