"""Every registered environment keeps the rules of PettingZoo and of the libraries that wrap it."""

import copy
import hashlib
import json
import os
import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from pettingzoo import ParallelEnv
from pettingzoo.test import (
    api_test,
    max_cycles_test,
    parallel_api_test,
    parallel_seed_test,
    seed_test,
    state_test,
)
from pettingzoo.utils import parallel_to_aec

import edgemarl
from edgemarl import djtcra_v0
from edgemarl.core.component import kinds
from edgemarl.djtcra.scenario import ROLES

ROOT = Path(__file__).parents[1]
SERVERS, USERS = "edgemarl/djtcra-servers-v0", "edgemarl/djtcra-users-v0"
COMMON = [{}, {"reward": "local"}, {"action_mask": True}, {"report_bound": True}]
OPTIONS = {
    SERVERS: [*COMMON, {"action": "probability"}],
    USERS: [*COMMON, {"observation": "global"}, {"observation": "global", "action_mask": True}],
}
CASES = [(name, options) for name in edgemarl.registered() for options in OPTIONS.get(name, [{}])]
every_case = pytest.mark.parametrize(("name", "options"), CASES, ids=str)
every_name = pytest.mark.parametrize("name", edgemarl.registered())

# PettingZoo warns of what may be a mistake in other environments and is none here.
NOT_IMAGES = "ignore:The (observation|state) contains negative numbers:UserWarning"
NOBODY_CONNECTED = "ignore:Observation numpy array is all zeros:UserWarning"
MASKED = "ignore:Observation is not a NumPy array:UserWarning"
expected_warnings = pytest.mark.filterwarnings(NOT_IMAGES, NOBODY_CONNECTED, MASKED)


def make(name, **options):
    return edgemarl.make(name, **{"scenario": "tiny", "max_cycles": 5, **options})


def sample(env, observations):
    """Random actions, by the masks where there are any."""
    actions = {}
    for agent in env.agents:
        seen, space = observations[agent], env.action_space(agent)
        masked = isinstance(seen, dict) and "action_mask" in seen
        actions[agent] = space.sample(mask=seen["action_mask"]) if masked else space.sample()
    return actions


def seeded(env, seed=0):
    for index, agent in enumerate(env.possible_agents):
        env.action_space(agent).seed(seed + index)
    return env


def rollout(env, slots=8, seed=3):
    """Everything an environment returns over some slots and two episodes."""
    seeded(env)
    record = [env.reset(seed=seed)]
    for _ in range(slots):
        observations = record[-1][0]
        if not env.agents:
            record.append(env.reset())
        else:
            record.append(env.step(sample(env, observations)))
    return record


def digest(record):
    """A hash of nested dictionaries of arrays and numbers, in order."""

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, tuple | list):
            return [plain(item) for item in value]
        return np.asarray(value).tolist()

    return hashlib.sha256(json.dumps(plain(record)).encode()).hexdigest()


@every_case
@expected_warnings
def test_pettingzoo_parallel_api(name, options):
    parallel_api_test(make(name, **options), num_cycles=12)


@every_case
@expected_warnings
def test_pettingzoo_parallel_seeds(name, options):
    parallel_seed_test(lambda: make(name, **options), num_cycles=5)


@every_case
@expected_warnings
def test_pettingzoo_aec_api(name, options):
    api_test(parallel_to_aec(make(name, **options)), num_cycles=12)


@every_case
@expected_warnings
def test_pettingzoo_aec_seeds(name, options):
    seed_test(lambda: parallel_to_aec(make(name, **options)), num_cycles=5)


@every_case
@expected_warnings
def test_pettingzoo_state(name, options):
    if "action_mask" in options:
        pytest.skip("PettingZoo's state test samples without masks, as the case without them does")
    env = make(name, **options)
    state_test(parallel_to_aec(env), make(name, **options), num_cycles=5)


def test_pettingzoo_max_cycles():
    max_cycles_test(djtcra_v0)


@every_name
def test_the_aec_form_is_the_same_environment(name):
    parallel = make(name)
    view = "servers" if name == SERVERS else "users"
    turns = djtcra_v0.env(view=view, scenario="tiny", max_cycles=5)
    observations, _ = parallel.reset(seed=4)
    turns.reset(seed=4)
    actions = sample(parallel, observations)
    observations, rewards, *_ = parallel.step(actions)
    for agent in parallel.possible_agents:
        turns.step(actions[agent])
    for agent in parallel.possible_agents:
        np.testing.assert_array_equal(turns.observe(agent), observations[agent])
        assert turns.rewards[agent] == rewards[agent]


@every_case
def test_everything_returned_lies_in_its_space(name, options):
    env = make(name, **options)
    for item in rollout(env):
        for agent, observation in item[0].items():
            assert observation in env.observation_space(agent)
        assert env.state() in env.state_space
        for info in item[-1].values():
            assert all(type(value) is float and np.isfinite(value) for value in info.values())
        for reward in item[1].values() if len(item) == 5 else ():
            assert type(reward) is float
            assert np.isfinite(reward)
        for flag in [*item[2].values(), *item[3].values()] if len(item) == 5 else ():
            assert type(flag) is bool


@pytest.mark.parametrize(("role", "kind"), [(r, k) for r in ROLES for k in kinds(r)])
@every_name
def test_every_component_gives_observations_in_their_space(name, role, kind):
    scenario = edgemarl.djtcra.SCENARIOS["tiny"].with_overrides({role: kind, "num_users": 4})
    env = make(name, scenario=scenario, max_cycles=3)
    for item in rollout(env, slots=5):
        assert all(item[0][agent] in env.observation_space(agent) for agent in item[0])
        assert env.state() in env.state_space


@every_case
def test_infos_have_the_same_keys_at_reset_and_at_every_step(name, options):
    record = rollout(make(name, **options))
    first = record[0][1]
    assert list(first) == make(name).possible_agents
    for item in record[1:]:
        assert {agent: list(info) for agent, info in item[-1].items()} == {
            agent: list(info) for agent, info in first.items()
        }


@every_case
def test_spaces_are_the_same_objects_at_every_call(name, options):
    env = make(name, **options)
    before = [
        *(env.observation_space(agent) for agent in env.possible_agents),
        *(env.action_space(agent) for agent in env.possible_agents),
        env.state_space,
    ]
    rollout(env, slots=3)
    after = [
        *(env.observation_space(agent) for agent in env.possible_agents),
        *(env.action_space(agent) for agent in env.possible_agents),
        env.state_space,
    ]
    assert all(one is other for one, other in zip(before, after, strict=True))
    other = make(name, **options)
    agents = env.possible_agents
    assert other.action_space(agents[0]) is not env.action_space(agents[0])
    assert env.action_space(agents[0]) is not env.action_space(agents[1])


@every_case
@pytest.mark.parametrize("clone", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
def test_copies_continue_identically(name, options, clone):
    env = make(name, **options)
    rollout(env, slots=2)
    other = clone(env)
    records = []
    for each in (env, other):
        observations = each.reset()[0]
        seeded(each, seed=50)
        record = [observations]
        for _ in range(3):
            record.append(each.step(sample(each, record[-1] if len(record) == 1 else record[-1][0])))
        records.append(digest(record))
    assert records[0] == records[1]


@every_case
def test_rollouts_repeat(name, options):
    first, second = (digest(rollout(make(name, **options))) for _ in range(2))
    assert first == second
    assert digest(rollout(make(name, **options), seed=4)) != first


IN_ANOTHER_PROCESS = """
import runpy, json
import edgemarl
conformance = runpy.run_path("tests/test_conformance.py")
digests = {
    name: conformance["digest"](conformance["rollout"](conformance["make"](name)))
    for name in edgemarl.registered()
}
print(json.dumps(digests))
"""


@pytest.mark.parametrize("salt", ["0", "1"])
def test_rollouts_repeat_in_another_process(salt):
    done = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        env={**os.environ, "PYTHONHASHSEED": salt, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ours = {name: digest(rollout(make(name))) for name in edgemarl.registered()}
    assert json.loads(done.stdout.splitlines()[-1]) == ours


@every_case
def test_unknown_options_of_reset_are_ignored(name, options):
    first, second = (
        make(name, **options).reset(seed=1, options=given)
        for given in (None, {"unknown": 3, "seed": 9})
    )
    assert digest(first) == digest(second)


@every_case
def test_actions_sampled_by_their_masks_are_accepted(name, options):
    if not options.get("action_mask"):
        pytest.skip("without masks")
    env = seeded(make(name, scenario=idle_scenario(), max_cycles=20, **options))
    observations, _ = env.reset(seed=0)
    while env.agents:
        actions = sample(env, observations)
        for agent, action in actions.items():
            mask = observations[agent]["action_mask"]
            rows = mask.reshape(np.size(action), -1)
            assert rows.max(axis=1).all()
            assert (rows[np.arange(len(rows)), np.ravel(action)] == 1).all()
        observations = env.step(actions)[0]


def idle_scenario():
    return edgemarl.djtcra.SCENARIOS["tiny"].with_overrides({"arrivals": "bernoulli"})


@every_case
def test_supersuit_vectorises(name, options):
    supersuit = pytest.importorskip("supersuit")
    from gymnasium.vector.utils import iterate

    env = make(name, **options)
    vector = supersuit.pettingzoo_env_to_vec_env_v1(env)
    assert vector.num_envs == len(env.possible_agents)
    observations, _ = vector.reset(seed=0)
    for _ in range(7):  # over the end of an episode, which restarts by itself
        actions = np.stack([vector.action_space.sample() for _ in range(vector.num_envs)])
        observations, rewards, terminations, truncations, infos = vector.step(actions)
        for observation in iterate(
            type(vector.observation_space) and batch(vector), observations
        ):
            assert observation in vector.observation_space
        assert rewards.shape == terminations.shape == truncations.shape == (vector.num_envs,)
        assert len(infos) == vector.num_envs


def batch(vector):
    from gymnasium.vector.utils import batch_space

    return batch_space(vector.observation_space, vector.num_envs)


@every_case
def test_rllib_wraps(name, options):
    pytest.importorskip("ray")
    with warnings.catch_warnings():  # of ray's own imports
        warnings.simplefilter("ignore")
        from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv
    env = ParallelPettingZooEnv(make(name, **options))
    observations, infos = env.reset(seed=0)
    assert set(observations) == set(infos) == set(env.possible_agents)
    for cycle in range(5):
        actions = {agent: env.action_space[agent].sample() for agent in observations}
        observations, rewards, terminateds, truncateds, infos = env.step(actions)
        assert env.observation_space.contains(observations)
        assert set(rewards) == set(infos) == set(observations)
        assert terminateds["__all__"] is False
        assert truncateds["__all__"] is (cycle == 4)


@every_case
def test_torchrl_conventions(name, options):
    """What TorchRL's PettingZooWrapper reads, without TorchRL.

    It groups agents by the name before the last underscore, stacks their spaces, takes the specs of
    infos from those of the reset, sizes masks as the one-hot actions laid out flat, and wants every
    agent in every dictionary until the episode is over.
    """
    env = make(name, **options)
    assert isinstance(env, ParallelEnv)
    groups = {agent.rpartition("_")[0] for agent in env.possible_agents}
    assert len(groups) == 1
    assert [int(agent.rpartition("_")[2]) for agent in env.possible_agents] == list(
        range(len(env.possible_agents))
    )
    for space in (env.observation_space, env.action_space):
        assert len({str(space(agent)) for agent in env.possible_agents}) == 1
    assert env.state().shape == env.state_space.shape
    for item in rollout(env):
        assert all(set(part) == set(env.possible_agents) for part in item)
        assert all(np.ndim(value) == 0 for info in item[-1].values() for value in info.values())
        for agent, seen in item[0].items():
            if options.get("action_mask"):
                space = env.action_space(agent)
                assert seen["action_mask"].shape == (int(np.sum(getattr(space, "nvec", space.n)
                    if hasattr(space, "n") else space.nvec)),)
