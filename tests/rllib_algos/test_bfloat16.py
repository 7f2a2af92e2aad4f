"""Updates whose networks are evaluated in bfloat16 beside those in float32."""

import pytest
import torch
from joint_envs import mixed_env, row_env
from test_algorithms import CHOICES

from rllib_algos import registry

CRITIC_OF_ROWS = {"critic_network": "rows", "policy_network": "rows", "row_hiddens": [16]}
PAIRS = {"policy_network": "rows", "row_hiddens": [16], "row_pairwise": True}
POOLED = {"policy_network": "rows", "row_hiddens": [16], "row_pooling": "mean"}


@pytest.mark.parametrize(
    ("name", "env", "settings"),
    [
        ("ma_maxent", row_env, {"actor_delay": 1}),
        ("ma_maxent", row_env, {"actor_delay": 1, **CRITIC_OF_ROWS}),
        ("maddpg", mixed_env, {"actor_delay": 1}),
        ("qmix", mixed_env, {}),
        ("vdn", row_env, PAIRS),
        ("idqn", row_env, POOLED),
    ],
    ids=["networks", "networks for rows", "two groups", "mixer", "pairs", "pooling"],
)
def test_updates_in_bfloat16_are_near_those_in_float32(small, monkeypatch, name, env, settings):
    env_config = CHOICES if name == "qmix" else {}
    config = registry.get_config(name)
    algorithm = small(config, env, env_config=env_config, learning_starts=1000, **settings)
    algorithm.train()
    learner = algorithm.learner_group._learner
    batch = {k: torch.from_numpy(v) for k, v in algorithm.replay.sample(16).items()}
    minimize, seen = learner.minimize, []

    def noted(module, optimizer, losses, names):
        params = [
            p
            for _, o in learner.get_optimizers_for_module(module)
            for p in o.param_groups[0]["params"]
        ]
        grads = torch.autograd.grad(losses.sum(), params, retain_graph=True, allow_unused=True)
        seen[-1].append((losses.detach(), torch.cat([g.flatten() for g in grads if g is not None])))

    monkeypatch.setattr(learner, "minimize", noted)
    for learner.config.bfloat16 in (False, True):
        seen.append([])
        learner.generator.manual_seed(0)
        learner._update({"central": batch})
    for (plain, grads), (rounded, of_rounded) in zip(*seen, strict=True):
        assert rounded.dtype == of_rounded.dtype == torch.float32
        torch.testing.assert_close(rounded, plain, rtol=0.05, atol=0.02)
        assert torch.cosine_similarity(grads, of_rounded, 0) > 0.99
    assert not all(torch.equal(p, r) for (_, p), (_, r) in zip(*seen, strict=True))
    monkeypatch.setattr(learner, "minimize", minimize)
    learner._update({"central": batch})
    assert {p.dtype for m in learner.module.values() for p in m.parameters()} == {torch.float32}
