"""What AC keeps of a fragment, and one update of it, by hand."""

import numpy as np
import pytest
import torch
from joint_envs import meet_env, row_env
from scipy import stats

from rllib_algos import registry
from rllib_algos.ac.learner import normalized
from rllib_algos.ac.store import FragmentStore, transitions
from rllib_algos.joint.fragment import JointFragment
from rllib_algos.joint.policies import (
    choice_log_prob,
    gaussian_decision,
    gaussian_log_prob,
)


def fragment(rewards, terminated):
    """Steps of one agent that observes 0, 1, 2, ... and does 10, 11, ..."""
    steps = len(rewards)
    return JointFragment(
        observations={"state": np.arange(steps + 1.0, dtype=np.float32)[:, None]},
        actions={"actions": 10 + np.arange(steps)[:, None]},
        rewards=np.array(rewards, np.float32)[:, None],
        terminated=terminated,
    )


def test_transitions_of_two_steps():
    batch = transitions(fragment([1.0, 2.0, 4.0], terminated=True), 2, 0.5)
    assert batch["state"].ravel().tolist() == [0, 1, 2]
    assert batch["actions"].ravel().tolist() == [10, 11, 12]
    assert batch["rewards"].ravel().tolist() == [1 + 0.5 * 2, 2 + 0.5 * 4, 4]
    assert batch["next_state"].ravel().tolist() == [2, 3, 3]
    assert batch["discount"].tolist() == [0.25, 0.25, 0.5]
    assert batch["terminated"].tolist() == [0, 1, 1]


def test_one_step_transitions_are_those_of_a_replay():
    batch = transitions(fragment([1.0, 2.0], terminated=False), 1, 0.9)
    assert batch["rewards"].ravel().tolist() == [1, 2]
    assert batch["next_state"].ravel().tolist() == [1, 2]
    assert batch["terminated"].tolist() == [0, 0]


def test_more_steps_than_there_are_count_to_the_end():
    batch = transitions(fragment([1.0, 2.0, 4.0], terminated=False), 9, 0.5)
    assert batch["rewards"].ravel().tolist() == [1 + 1 + 1, 2 + 2, 4]
    assert batch["discount"].tolist() == [0.125, 0.25, 0.5]


def test_every_transition_is_handed_out_once():
    store = FragmentStore(1, 0.9)
    store.add(fragment([1.0, 2.0], terminated=False))
    store.add(fragment([], terminated=False))
    store.add(fragment([3.0, 4.0, 5.0], terminated=True))
    assert len(store) == 5
    assert store.sample(3)["rewards"].ravel().tolist() == [1, 2, 3]
    again = FragmentStore(1, 0.9)
    again.set_state(store.get_state())
    for one in (store, again):
        assert len(one) == 2
        assert one.sample(3)["rewards"].ravel().tolist() == [4, 5]
        assert len(one) == 0
        with pytest.raises(ValueError, match="the store is empty; add fragments"):
            one.sample(1)


def test_log_probabilities_of_choices():
    logits = torch.log(torch.tensor([[0.2, 0.8], [0.5, 0.5]]))
    log_prob = choice_log_prob(logits, torch.tensor([1, 0], dtype=torch.uint8))
    np.testing.assert_allclose(log_prob.exp(), [0.8, 0.5], rtol=1e-6)


def test_log_probabilities_of_gaussians():
    outputs = torch.tensor([[0.3, -0.2, -1.0, 0.5]])  # means, log deviations
    action = torch.tensor([[0.6, -0.9]])
    x = np.arctanh([0.6, -0.9])
    normal = stats.norm.logpdf(x, loc=[0.3, -0.2], scale=np.exp([-1.0, 0.5])).sum()
    expected = normal - np.log(1 - np.array([0.6, -0.9]) ** 2).sum()
    assert float(gaussian_log_prob(outputs, action)) == pytest.approx(expected, rel=1e-4)
    ends = gaussian_log_prob(outputs, torch.tensor([[1.0, -1.0]]))
    assert torch.isfinite(ends).all()
    decision = gaussian_decision(outputs, torch.Generator().manual_seed(0))
    log_prob = gaussian_log_prob(outputs, decision.vector)
    torch.testing.assert_close(-log_prob, decision.entropy, rtol=1e-3, atol=1e-3)


def test_normalized_advantages():
    np.testing.assert_allclose(normalized(torch.tensor([1.0, 3.0])), [-(0.5**0.5), 0.5**0.5])


@pytest.mark.parametrize("env", [row_env, meet_env])
def test_one_update_is_that_of_the_equations(small, monkeypatch, env):
    settings = {"gamma": 0.5, "entropy_weight": 0.2, "normalize_advantages": False}
    algorithm = small(registry.get_config("ac"), env, reward_scale=0.1, td_steps=2, **settings)
    learner = algorithm.learner_group._learner
    store = FragmentStore(2, 0.5)
    for part in algorithm.env_runner.sample():
        store.add(part)
    batch = {k: torch.from_numpy(v) for k, v in store.sample(6).items()}
    batch["terminated"][::3] = 1.0
    seen = {}
    monkeypatch.setattr(
        learner, "minimize", lambda module, name, losses, names: seen.update({name: losses})
    )
    generator = learner.generator.get_state()
    learner.update_networks(batch)
    layout, actors = learner.layout, learner.actors_module.actors
    critic = actor = 0.0
    learner.generator.set_state(generator)
    log_probs, entropies = actors.judge(batch, learner.generator)
    log_prob = layout.per_agent(log_probs, batch)
    entropy = layout.per_agent(entropies, batch)
    for b in range(6):
        value = value_of(learner, layout.state_vector(batch)[b])
        fields = {n: batch[f"next_{n}"] for n in layout.observation_fields}
        following = value_of(learner, layout.state_vector(fields)[b])
        target = 0.1 * float(batch["rewards"][b].mean())
        if not batch["terminated"][b]:
            target += float(batch["discount"][b]) * following
        critic += (value - target) ** 2 / 6
        parts = (target - value) * log_prob[b].sum() + 0.2 * entropy[b].sum()
        actor -= float(parts.detach()) / 6
    np.testing.assert_allclose(seen["critic"].detach(), [critic], rtol=1e-4)
    np.testing.assert_allclose(seen["actor"].detach(), [actor], rtol=1e-4)


def value_of(learner, x):
    """V of one joint observation, layer by layer."""
    net = learner.central_module.critics.net
    for i, (weight, bias) in enumerate(zip(net.weights, net.biases, strict=True)):
        x = x @ weight[0] + bias[0, 0]
        x = torch.relu(x) if i < len(net.weights) - 1 else x
    return float(x[0].detach())
