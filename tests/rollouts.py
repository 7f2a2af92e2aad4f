"""Environments with their options, and rollouts of random actions, for several test files."""

import hashlib
import json

import numpy as np
import pytest

import edgemarl

SERVERS, USERS = "edgemarl/djtcra-servers-v0", "edgemarl/djtcra-users-v0"
MEC = "edgemarl/mec-v0"
COMMON = [{}, {"reward": "local"}, {"action_mask": True}, {"report_bound": True}]
OPTIONS = {
    SERVERS: [*COMMON, {"action": "probability"}],
    USERS: [*COMMON, {"observation": "global"}, {"observation": "global", "action_mask": True}],
    MEC: [{}, {"vote": "capacity"}, {"reward": "negative_objective"}, {"report_bound": True}],
}
CASES = [(name, options) for name in edgemarl.registered() for options in OPTIONS.get(name, [{}])]
MASKED = [(name, options) for name, options in CASES if options.get("action_mask")]
UNMASKED = [case for case in CASES if case not in MASKED]
every_case = pytest.mark.parametrize(("name", "options"), CASES, ids=str)
masked_cases = pytest.mark.parametrize(("name", "options"), MASKED, ids=str)
unmasked_cases = pytest.mark.parametrize(("name", "options"), UNMASKED, ids=str)
every_name = pytest.mark.parametrize("name", edgemarl.registered())


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
