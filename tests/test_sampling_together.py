"""Env runners that step copies of an environment together collect what others do."""

import numpy as np
import pytest

pytest.importorskip("ray")

from pettingzoo.utils.wrappers import BaseParallelWrapper

import edgemarl
from edgemarl.djtcra import load_scenario
from rllib_algos import registry

SERVERS, USERS, MEC = "djtcra-servers-v0", "djtcra-users-v0", "mec-v0"
REFINED = {"training_interval": 3, "refinement_iterations": 2, "particles": 3}


def runner_of(algorithm, environment, training, *, wrapped, **kwargs):
    def make(config):
        env = edgemarl.make(environment, **{"scenario": "tiny", "max_cycles": 4, **kwargs})
        return BaseParallelWrapper(env) if wrapped else env

    config = registry.get_config(algorithm).environment(make).training(**training)
    config = config.env_runners(num_envs_per_env_runner=3).debugging(seed=2)
    return config.env_runner_cls(config, worker_index=0)


@pytest.mark.parametrize(
    ("algorithm", "environment", "kwargs"),
    [
        ("shadow_price", SERVERS, {"report_prices": True}),
        ("shadow_price", USERS, {"report_prices": True, "reward": "local"}),
        ("ma_maxent", SERVERS, {"action": "probability"}),
        ("vdn", USERS, {"observation": "global"}),
        ("dirs", MEC, {"vote": "capacity"}),
        ("maddpg", MEC, {}),
        ("ddpg", MEC, {"reward": "negative_objective"}),
        ("ac", MEC, {"report_bound": True}),
    ],
)
def test_fragments_are_the_same_together_and_one_by_one(algorithm, environment, kwargs):
    networks = "q_hiddens" if algorithm in ("shadow_price", "vdn") else "actor_hiddens"
    training = {networks: [8], **(REFINED if algorithm == "dirs" else {})}
    together, one_by_one = (
        runner_of(algorithm, environment, training, wrapped=wrapped, **kwargs)
        for wrapped in (False, True)
    )
    for steps in (21, 6):
        pairs = zip(
            together.sample(num_timesteps=steps),
            one_by_one.sample(num_timesteps=steps),
            strict=True,
        )
        for one, other in pairs:
            np.testing.assert_allclose(one.rewards, other.rewards, rtol=1e-6)
            for kind in ("observations", "actions", "notes"):
                left, right = getattr(one, kind), getattr(other, kind)
                assert left.keys() == right.keys()
                for name, values in left.items():
                    np.testing.assert_allclose(values, right[name], rtol=1e-5, atol=1e-6)
    assert together._batch is not None
    assert one_by_one._batch is None
    reached = [runner.env.envs[2].unwrapped.state() for runner in (together, one_by_one)]
    np.testing.assert_array_equal(reached[0], reached[1])
    objective = together.env.envs[0].system.objective.name
    means = [runner.get_metrics()[objective].peek() for runner in (together, one_by_one)]
    assert means[0] == pytest.approx(means[1])


@pytest.mark.parametrize("num_users", [5, 3])  # other than there are servers, and as many
def test_infos_are_told_to_each_agent_as_they_are_alone(num_users):
    scenario = load_scenario("tiny").with_overrides({"num_users": num_users})
    together, one_by_one = (
        runner_of(
            *("maddpg", SERVERS, {"actor_hiddens": [8]}),
            wrapped=wrapped,
            report_prices=True,
            report_bound=True,
            scenario=scenario,
        )
        for wrapped in (False, True)
    )
    for runner in (together, one_by_one):
        runner.sample(num_timesteps=9)
    together._batch.record([2])
    told = together._batch.episodes[2].get_infos()
    alone = one_by_one._steppers[2].episode.get_infos()
    assert told.keys() == alone.keys()
    for agent, infos in alone.items():
        assert told[agent].keys() == infos.keys()
        for key, values in infos.items():
            np.testing.assert_allclose(told[agent][key], values, rtol=1e-6, err_msg=key)
    logged = [set(runner.get_metrics()) for runner in (together, one_by_one)]
    assert logged[0] == logged[1]
