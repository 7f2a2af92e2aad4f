"""One update against Algorithm 1 written out with separate networks and loops over agents."""

import copy

import numpy as np
import pytest
import torch
from joint_envs import meet_env, row_env

from rllib_algos import registry
from rllib_algos.joint.critics import Critics
from rllib_algos.joint.spaces import CategoricalAction, ContinuousAction
from rllib_algos.ma_maxent.learner import entropy_target

N, R, F, H = 3, 6, 4, 3
GAMMA, OMEGA = 0.5, 0.2


@pytest.fixture
def learner_and_batch(small):
    """A MAMaxEnt learner on the softmax relaxation (nothing is random) and one batch."""
    algorithm = small(
        registry.get_config("ma_maxent"),
        row_env,
        action_relaxation="softmax",
        gamma=GAMMA,
        initial_omega=OMEGA,
        reward_scale=0.1,
        learning_starts=1000,
        actor_delay=1,
    )
    algorithm.train()
    learner = algorithm.learner_group._learner
    with torch.no_grad():  # targets that differ from their sources
        for module in (learner.actors_module, learner.central_module):
            for _, target in module.get_target_network_pairs():
                for parameter in target.parameters():
                    parameter.add_(0.05 * torch.randn_like(parameter))
    batch = {k: torch.from_numpy(v) for k, v in algorithm.replay.sample(8).items()}
    batch["terminated"][::3] = 1.0
    return learner, batch


def probabilities(actors, state, owner, agent):
    """(R, H) probabilities of one agent for one sample, zero rows where it owns nothing."""
    own = (owner == agent)[:, None].float()
    net = actors.nets[0]
    x = (state * own).flatten()
    for i, (weight, bias) in enumerate(zip(net.weights, net.biases, strict=True)):
        x = x @ weight[agent] + bias[agent, 0]
        x = torch.relu(x) if i < len(net.weights) - 1 else x
    return torch.softmax(x.view(R, H), -1) * own


def value(critics: Critics, index, state, action):
    net = critics.net
    x = torch.cat([state.flatten(), action.flatten()])
    for i, (weight, bias) in enumerate(zip(net.weights, net.biases, strict=True)):
        x = x @ weight[index] + bias[index, 0]
        x = torch.relu(x) if i < len(net.weights) - 1 else x
    return x[0]


def entropy(p):
    """Eq. (32) over the rows that an agent owns."""
    rows = p[p.sum(-1) > 0]
    return -(rows * rows.log()).sum()


def slow_critic_losses(learner, batch):
    """Lines 6 to 11 for every agent; returns (N,)."""
    actors, central = learner.actors_module.target_actors, learner.central_module
    losses = []
    for h in range(N):
        loss = 0.0
        for b in range(len(batch["rewards"])):
            state, owner = batch["next_state"][b], batch["next_owner"][b]
            parts = [probabilities(actors, state, owner, n) for n in range(N)]
            twins = [value(central.target_critics, h + N * i, state, sum(parts)) for i in (0, 1)]
            target = 0.1 * batch["rewards"][b, h]
            if not batch["terminated"][b]:
                target = target + GAMMA * (min(twins) + OMEGA * entropy(parts[h]))
            for i in (0, 1):
                q = value(
                    central.critics, h + N * i, batch["state"][b], batch["actions"][b].float()
                )
                loss = loss + (q - target.detach()) ** 2 / len(batch["rewards"])
        losses.append(loss)
    return torch.stack(losses)


def slow_actor_losses(learner, batch, others):
    """Lines 15 to 18 for every agent; returns (N,) whose n-th is differentiated for agent n."""
    actors, critics = learner.actors_module.actors, learner.central_module.critics
    losses = []
    for h in range(N):
        loss = 0.0
        for b in range(len(batch["rewards"])):
            state, owner = batch["state"][b], batch["owner"][b]
            parts = [probabilities(actors, state, owner, n) for n in range(N)]
            if others == "replay":
                joint = batch["actions"][b].float() * (owner != h)[:, None]
            else:
                joint = sum(parts[n].detach() for n in range(N) if n != h)
            twins = [value(critics, h + N * i, state, joint + parts[h]) for i in (0, 1)]
            total = min(twins) + OMEGA * entropy(parts[h])
            loss = loss - total / len(batch["rewards"])
        losses.append(loss)
    return torch.stack(losses)


def recorded_losses(learner, monkeypatch):
    """Replaces the optimizer steps; returns what would have been minimised, by optimizer."""
    seen = {}
    monkeypatch.setattr(
        learner, "minimize", lambda module, name, losses, names: seen.update({name: losses})
    )
    return seen


def test_critic_losses_are_those_of_algorithm_1(learner_and_batch, monkeypatch):
    learner, batch = learner_and_batch
    seen = recorded_losses(learner, monkeypatch)
    learner._update_critics(batch)
    torch.testing.assert_close(seen["critic"], slow_critic_losses(learner, batch))


@pytest.mark.parametrize("others", ["policy", "replay"])
def test_actor_losses_and_gradients_are_those_of_algorithm_1(
    learner_and_batch, monkeypatch, others
):
    learner, batch = learner_and_batch
    learner.config.other_actions = others
    seen = recorded_losses(learner, monkeypatch)
    learner._update_actors(batch)
    slow = slow_actor_losses(learner, batch, others)
    torch.testing.assert_close(seen["actor"], slow)
    parameters = list(learner.actors_module.actors.parameters())
    fast_grads = torch.autograd.grad(seen["actor"].sum(), parameters)
    for n in range(N):
        slow_grads = torch.autograd.grad(slow[n], parameters, retain_graph=True)
        for fast, expected in zip(fast_grads, slow_grads, strict=True):
            torch.testing.assert_close(fast[n], expected[n])


def test_omega_loss_is_eq_34(learner_and_batch, monkeypatch):
    learner, batch = learner_and_batch
    learner.config.target_entropy = -1
    seen = recorded_losses(learner, monkeypatch)
    learner._update_omega(batch)
    actors = learner.actors_module.actors
    for h in range(N):
        expected = 0.0
        for b in range(len(batch["rewards"])):
            p = probabilities(actors, batch["state"][b], batch["owner"][b], h)
            rows = int((batch["owner"][b] == h).sum())
            expected += OMEGA * (entropy(p).item() + rows) / len(batch["rewards"])
        assert seen["omega"][h].item() == pytest.approx(expected, rel=1e-4)


def test_delays_and_order_of_updates(learner_and_batch):
    learner, batch = learner_and_batch
    learner.config.actor_delay, learner.config.entropy_delay = 3, 2
    learner.num_updates = 0
    changed = []
    for _ in range(6):
        before = copy.deepcopy(learner.module.get_state())
        learner._update({"central": batch})
        after = learner.module.get_state()
        changed.append(
            {
                f"{m}.{k}".split(".")[1]
                for m, part in after.items()
                for k, v in part.items()
                if not np.array_equal(v, before[m][k])
            }
        )
    critic, actor, omega = {"critics"}, {"actors", "target_actors", "target_critics"}, {"log_omega"}
    assert changed == [
        critic,
        critic | omega,
        critic | actor,
        critic | omega,
        critic,
        critic | actor | omega,
    ]


def test_entropy_targets():
    ragged = CategoricalAction(sizes=(2, 4), starts=(0, 0), shape=(2,), dtype="int64")
    log = np.log
    assert entropy_target(ragged, 0.5).tolist() == pytest.approx([0.5 * log(2), 0.5 * log(4)])
    assert entropy_target(ragged, -1).tolist() == [-1.0, -1.0]
    box = ContinuousAction(low=(0.0,) * 3, high=(1.0,) * 3, shape=(3,), dtype="float32")
    assert entropy_target(box, 0.5).tolist() == [-3.0]


def test_learning_rates_and_schedules_reach_their_optimizers(small):
    algorithm = small(
        registry.get_config("ma_maxent"),
        row_env,
        actor_lr=2e-3,
        critic_lr=[[0, 1e-2], [40, 0.0]],
        entropy_lr=3e-3,
    )
    learner = algorithm.learner_group._learner

    def rate(module, name):
        return learner.get_optimizer(module, name).param_groups[0]["lr"]

    assert rate("actors", "actor") == 2e-3
    assert rate("central", "omega") == 3e-3
    assert rate("central", "critic") == 1e-2
    for _ in range(3):
        algorithm.train()
    assert rate("central", "critic") == pytest.approx(0.25e-2)  # 30 of 40 steps


@pytest.mark.parametrize(("name", "critics"), [("maddpg", 2), ("ddpg", 1)])
def test_rewards_are_measured_once(small, tmp_path, name, critics):
    shared = {} if name == "ddpg" else {"shared_critic": False}
    algorithm = small(registry.get_config(name), meet_env, reward_scale="auto", gamma=0.5, **shared)
    learner = algorithm.learner_group._learner
    central = learner.central_module
    assert central.reward_scale.isnan()
    batch = {k: torch.zeros(4, *v.shape[1:]) for k, v in sample_of(algorithm).items()}
    batch["rewards"] = torch.tensor([[0.1, 0.1], [0.3, 0.3], [0.1, 0.1], [0.3, 0.3]])
    before = [c.net.biases[-1].clone() for c in (central.critics, central.target_critics)]
    learner.settle_scale(batch, 0.5)
    assert float(learner.reward_scale) == pytest.approx(10.0)  # the deviation is 0.1
    for critic, bias in zip((central.critics, central.target_critics), before, strict=True):
        shift = (critic.net.biases[-1] - bias).ravel()
        assert len(shift) == critics * critic.copies
        np.testing.assert_allclose(shift.detach(), 10 * 0.2 / (1 - 0.5), rtol=1e-5)
    batch["rewards"] *= 100
    learner.settle_scale(batch, 0.5)
    assert float(learner.reward_scale) == pytest.approx(10.0)
    algorithm.save_to_path(str(tmp_path))
    again = small(registry.get_config(name), meet_env, reward_scale="auto", gamma=0.5, **shared)
    again.restore_from_path(str(tmp_path))
    assert float(again.learner_group._learner.reward_scale) == pytest.approx(10.0)


def sample_of(algorithm):
    for _ in range(2):
        algorithm._sample()
    return {k: torch.from_numpy(v) for k, v in algorithm.replay.sample(4).items()}


def test_values_cannot_measure_rewards(ray_session):
    settings = registry.get_config("idqn").environment(row_env).training(reward_scale="auto")
    with pytest.raises(ValueError, match="reward_scale must be a number in"):
        settings.validate()
