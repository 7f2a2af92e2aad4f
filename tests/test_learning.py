"""Algorithms learn the tiny scenario to within a tenth of the certified bound, and the paper's."""

import pytest

pytest.importorskip("ray")
pytest.importorskip("torch")

from edgemarl.experiments import compare, training
from edgemarl.experiments.task import DEFAULT_ENV

NETWORKS = {"actor_hiddens": [64, 64], "critic_hiddens": [64, 64]}
SLOTS = 200


def share_of_bound(policy, env_id=DEFAULT_ENV) -> float:
    """Mean system QoE of a policy over the mean bound, on slots that no training sees."""
    comparison = compare({"policy": policy}, "tiny", env_id=env_id, slots=SLOTS)
    return comparison.interval("policy", "system_qoe").mean / comparison.bound().mean


@pytest.mark.parametrize("rule", ["nearest", "random"])
def test_simple_rules_stay_far_from_the_bound(rule):
    assert share_of_bound(rule) < 0.75


@pytest.mark.parametrize("algorithm", ["ma_maxent", "maddpg"])
def test_learns_the_tiny_scenario(algorithm, tmp_path, ray_session):
    result = training.train(
        algorithm, "tiny", slots=2000, settings=NETWORKS, out=tmp_path / "run", validation_slots=20
    )
    assert share_of_bound(str(result.folder)) >= 0.9


@pytest.mark.slow
def test_the_shadow_price_learner_beats_ga_aware_after_1000_slots(tmp_path, ray_session):
    result = training.train(
        "shadow_price", "paper", slots=1000, out=tmp_path / "run", validation_slots=20
    )
    policies = {"learned": str(result.folder), "greedy": "greedy"}
    comparison = compare(policies, "paper", slots=100)
    learned, greedy = (comparison.interval(name, "system_qoe").mean for name in policies)
    assert learned > greedy
    assert learned >= 0.975 * comparison.bound().mean


def test_one_network_for_all_users_learns_it_sooner(tmp_path, ray_session):
    result = training.train(
        "vdn",
        "tiny",
        env_id="edgemarl/djtcra-users-v0",
        slots=300,
        settings={"policy_network": "rows", "learning_starts": 50},
        out=tmp_path / "run",
        validation_slots=20,
    )
    assert share_of_bound(str(result.folder), "edgemarl/djtcra-users-v0") >= 0.9
