"""Every registered environment keeps the rules of PettingZoo."""

import copy
import json
import os
import pickle
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
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
from edgemarl import djtcra_v0, mec_v0
from edgemarl.core.component import kinds
from edgemarl.registry import system_of
from tests.components import with_kind
from tests.rollouts import (
    MEC,
    SERVERS,
    USERS,
    digest,
    every_case,
    every_name,
    make,
    masked_cases,
    rollout,
    sample,
    seeded,
    unmasked_cases,
)

ROOT = Path(__file__).parents[1]
TURNS = {  # the environments in agent-environment-cycle form
    SERVERS: (djtcra_v0, {"view": "servers"}),
    USERS: (djtcra_v0, {"view": "users"}),
    MEC: (mec_v0, {}),
}
SMALLER = {"djtcra": {"num_users": 4}, "mec": {"num_devices": 4}}
COMPONENTS = [
    (name, role, kind)
    for name in edgemarl.registered()
    if (system := system_of(name))
    for role in system.scenario_type.ROLES
    for kind in kinds(system.scenario_type.FAMILY + role)
]
OLD_PETTINGZOO = tuple(map(int, version("pettingzoo").split(".")[:2])) < (1, 27)
# PettingZoo warns of what may be a mistake in other environments and is none here.
NOT_IMAGES = "ignore:The (observation|state) contains negative numbers:UserWarning"
NOBODY_CONNECTED = "ignore:Observation numpy array is all zeros:UserWarning"
WITH_MASKS = "ignore:Observation (is not a NumPy array|space for each agent probably):UserWarning"
MULTI_DISCRETE = "ignore:Action space for each agent probably should be:UserWarning"
expected_warnings = pytest.mark.filterwarnings(
    NOT_IMAGES, NOBODY_CONNECTED, WITH_MASKS, MULTI_DISCRETE
)


@every_case
@expected_warnings
def test_pettingzoo_parallel_api(name, options):
    if options.get("action_mask") and name == SERVERS and OLD_PETTINGZOO:
        pytest.skip("PettingZoo samples one number from a mask before 1.27")
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


@unmasked_cases  # PettingZoo's test samples without masks
@expected_warnings
def test_pettingzoo_state(name, options):
    state_test(parallel_to_aec(make(name, **options)), make(name, **options), num_cycles=5)


@pytest.mark.parametrize("module", [djtcra_v0, mec_v0])
def test_pettingzoo_max_cycles(module):
    max_cycles_test(module)


@every_name
def test_the_aec_form_is_the_same_environment(name):
    parallel = make(name)
    module, options = TURNS[name]
    turns = module.env(scenario="tiny", max_cycles=5, **options)
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


@pytest.mark.parametrize(("name", "role", "kind"), COMPONENTS)
def test_every_component_gives_observations_in_their_space(name, role, kind):
    system = system_of(name)
    scenario = system.scenarios["tiny"].with_overrides(
        {**SMALLER[system.name], **with_kind(role, kind)}
    )
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
            record.append(
                each.step(sample(each, record[-1] if len(record) == 1 else record[-1][0]))
            )
        records.append(digest(record))
    assert records[0] == records[1]


@every_case
def test_rollouts_repeat(name, options):
    first, second = (digest(rollout(make(name, **options))) for _ in range(2))
    assert first == second
    assert digest(rollout(make(name, **options), seed=4)) != first


IN_ANOTHER_PROCESS = """
import json
import edgemarl
from tests.rollouts import digest, make, rollout
print(json.dumps({name: digest(rollout(make(name))) for name in edgemarl.registered()}))
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


@masked_cases
def test_actions_sampled_by_their_masks_are_accepted(name, options):
    idle = edgemarl.djtcra.SCENARIOS["tiny"].with_overrides({"arrivals": "bernoulli"})
    env = seeded(make(name, scenario=idle, max_cycles=20, **options))
    observations, _ = env.reset(seed=0)
    while env.agents:
        actions = sample(env, observations)
        for agent, action in actions.items():
            mask = observations[agent]["action_mask"]
            rows = mask.reshape(np.size(action), -1)
            assert rows.max(axis=1).all()
            assert (rows[np.arange(len(rows)), np.ravel(action)] == 1).all()
        observations = env.step(actions)[0]
