"""Checkpoints as policies, loaded without ray."""

import json
import pickle
import shutil
import subprocess
import sys

import numpy as np
import pytest
from game_envs import CommonEnv, common_env
from joint_envs import (
    ClimbEnv,
    MeetEnv,
    MixedEnv,
    RowEnv,
    climb_env,
    meet_env,
    mixed_env,
    row_env,
)
from kinds import ACTOR_CRITIC

import rllib_algos
from rllib_algos import registry

CASES = {
    "rows": (row_env, RowEnv, {}),
    "probabilities": (row_env, RowEnv, {"probability": True}),
    "mixed": (mixed_env, MixedEnv, {}),
    "categorical": (mixed_env, MixedEnv, {"continuous": False}),
    "continuous": (meet_env, MeetEnv, {}),
    "common": (common_env, CommonEnv, {}),
}
SUITED = [(name, case) for name in ACTOR_CRITIC for case in CASES if case != "categorical"]
SUITED += [("idqn", case) for case in CASES if case not in ("mixed", "continuous")]
SUITED += [("qmix", "rows")]
SUITED += [("ddpg", case) for case in ("rows", "probabilities", "mixed", "common")]
SUITED += [("ac", case) for case in ("rows", "mixed", "continuous")]


@pytest.fixture
def checkpoint(small, tmp_path):
    algorithm = small(registry.get_config("ma_maxent"), row_env)
    algorithm.train()
    return algorithm.save_to_path(str(tmp_path / "checkpoint"))


@pytest.mark.parametrize(("name", "case"), SUITED)
def test_a_loaded_policy_acts_like_greedy_evaluation(small, tmp_path, name, case):
    creator, env_class, env_config = CASES[case]
    algorithm = small(registry.get_config(name), creator, env_config=env_config)
    for _ in range(3):
        algorithm.train()
    policy = rllib_algos.load_policy(algorithm.save_to_path(str(tmp_path)))
    (fragment, *_) = algorithm.env_runner.sample(num_episodes=1, explore=False)
    env = env_class(**env_config)
    runner_env = algorithm.env_runner._steppers[0].env
    layout = algorithm.env_runner._steppers[0]._layout
    for seed in range(3):
        observations, _ = env.reset(seed=seed)
        runner_env.reset(seed=seed)
        fields = {k: v[None] for k, v in layout.encode(runner_env, observations).items()}
        stored = algorithm.env_runner.module["actors"].actors.greedy(as_tensors(fields))
        expected = layout.env_actions([s.detach().numpy() for s in stored], 0)
        actions = policy(observations)
        for i, agent in enumerate(env.possible_agents):
            assert env.action_space(agent).contains(actions[agent])
            mine = env.row_owner() == i if case in ("rows", "probabilities") else slice(None)
            got, wanted = np.asarray(actions[agent]), np.asarray(expected[agent])
            np.testing.assert_allclose(
                np.atleast_1d(got)[mine], np.atleast_1d(wanted)[mine], rtol=1e-5
            )
    assert len(fragment) == env.length


def as_tensors(fields):
    import torch

    return {k: torch.from_numpy(v) for k, v in fields.items()}


def test_loading_needs_no_ray(checkpoint, tmp_path):
    observations, _ = RowEnv().reset(seed=0)
    np.savez(tmp_path / "observations.npz", **observations)
    script = (
        "import sys, json, numpy, rllib_algos\n"
        f"policy = rllib_algos.load_policy({checkpoint!r})\n"
        f"observations = dict(numpy.load({str(tmp_path / 'observations.npz')!r}))\n"
        "actions = policy(observations)\n"
        "assert 'ray' not in sys.modules\n"
        "print(json.dumps({k: v.tolist() for k, v in actions.items()}))\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    expected = rllib_algos.load_policy(checkpoint)(observations)
    assert json.loads(out) == {k: v.tolist() for k, v in expected.items()}


def test_it_knows_what_it_is(checkpoint):
    policy = rllib_algos.load_policy(checkpoint)
    assert policy.algorithm == "MAMaxEnt"
    assert policy.spaces.agents == ("server_0", "server_1", "server_2")


def test_wrong_observations_are_refused(checkpoint):
    policy = rllib_algos.load_policy(checkpoint)
    observations, _ = RowEnv().reset(seed=0)
    with pytest.raises(ValueError, match=r"must be those of \['server_0', .* got \['server_0'\]"):
        policy({"server_0": observations["server_0"]})
    wide = dict.fromkeys(observations, np.zeros((6, 5), np.float32))
    with pytest.raises(ValueError, match=r"'server_0' must have 24 numbers, got shape \(6, 5\)"):
        policy(wide)
    with pytest.raises(ValueError, match="'server_1' must be finite"):
        policy({**observations, "server_1": np.full((6, 4), np.nan)})


def test_wrong_folders_are_refused(checkpoint, tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere does not exist"):
        rllib_algos.load_policy(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"is no checkpoint: it has no joint_policy.pt"):
        rllib_algos.load_policy(tmp_path)
    other = tmp_path / "ppo"
    other.mkdir()
    (other / "class_and_ctor_args.pkl").write_bytes(pickle.dumps({}))
    with pytest.raises(ValueError, match="is an RLlib checkpoint of another algorithm"):
        rllib_algos.load_policy(other)


def choices_of(policy, calls):
    """(calls, agents) actions on the observation that a ClimbEnv always shows."""
    observations, _ = ClimbEnv().reset()
    return np.array([list(policy(observations).values()) for _ in range(calls)])


def test_a_policy_may_act_as_it_did_while_training(small, tmp_path):
    epsilon = [[0, 1.0], [100, 0.0]]
    algorithm = small(registry.get_config("idqn"), climb_env, exploration_epsilon=epsilon)
    for _ in range(4):
        algorithm.train()
    checkpoint = algorithm.save_to_path(str(tmp_path))
    greedy = choices_of(rllib_algos.load_policy(checkpoint), 3)
    assert (greedy == greedy[0]).all()
    policy = rllib_algos.load_policy(checkpoint, explore=True)
    assert policy.exploration.epsilon == pytest.approx(0.6)  # of the last of 40 steps
    strayed = (choices_of(policy, 3000) != greedy[0]).mean(0)
    np.testing.assert_allclose(strayed, 0.6 * 2 / 3, atol=0.03)


def test_the_seed_decides_how_a_policy_explores(small, tmp_path):
    algorithm = small(registry.get_config("idqn"), climb_env, exploration_epsilon=0.5)
    checkpoint = algorithm.save_to_path(str(tmp_path))

    def run(seed):
        return choices_of(rllib_algos.load_policy(checkpoint, explore=True, seed=seed), 100)

    np.testing.assert_array_equal(run(1), run(1))
    assert (run(1) != run(2)).any()
    assert (run(None) != run(None)).any()


@pytest.mark.parametrize("name", ["maddpg", "ma_maxent"])
def test_continuous_policies_explore_by_their_own_noise(small, tmp_path, name):
    algorithm = small(registry.get_config(name), meet_env, gaussian_noise=0.05)
    checkpoint = algorithm.save_to_path(str(tmp_path))
    observations, _ = MeetEnv().reset(seed=0)
    policy = rllib_algos.load_policy(checkpoint, explore=True)
    moves = np.array([policy(observations)["x"] for _ in range(1000)])[:, 0]
    still = rllib_algos.load_policy(checkpoint)(observations)["x"][0]
    if name == "maddpg":
        assert moves.std() == pytest.approx(2 * 0.05, rel=0.1)  # the space is -2..2
        assert moves.mean() == pytest.approx(still, abs=0.02)
    else:
        assert moves.std() > 0.3  # an untrained tanh-Gaussian


def test_sampled_policies_explore_by_sampling(small, tmp_path):
    algorithm = small(registry.get_config("ma_maxent"), climb_env)
    checkpoint = algorithm.save_to_path(str(tmp_path))
    drawn = choices_of(rllib_algos.load_policy(checkpoint, explore=True), 200)
    assert all(set(drawn[:, agent]) == {0, 1, 2} for agent in range(2))


@pytest.mark.parametrize("content", [b"garbage", b""])
def test_broken_files_are_refused(checkpoint, tmp_path, content):
    broken = tmp_path / "broken"
    shutil.copytree(checkpoint, broken)
    (broken / "joint_policy.pt").write_bytes(content)
    with pytest.raises(ValueError, match=r"joint_policy.pt cannot be read as a policy"):
        rllib_algos.load_policy(broken)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"format": "other"}, "is not a policy of rllib_algos"), ({"version": 99}, "version 99")],
)
def test_other_formats_are_refused(checkpoint, change, message):
    import torch

    file = f"{checkpoint}/joint_policy.pt"
    torch.save({**torch.load(file, weights_only=True), **change}, file)
    with pytest.raises(ValueError, match=message):
        rllib_algos.load_policy(checkpoint)
