"""Copies that are stepped together do, report and keep the same as copies stepped one by one."""

import gymnasium as gym
import numpy as np
import pytest
from batched_envs import (
    Batch,
    CommonTogether,
    CreditedTogether,
    RowsTogether,
    ScoringTogether,
    Together,
    TwinsTogether,
    alone,
)
from conftest import small_settings
from joint_envs import MixedEnv
from pettingzoo.utils.wrappers import BaseParallelWrapper
from ray.rllib.env.env_runner import NUM_ENV_STEP_FAILURES_LIFETIME
from ray.rllib.utils.metrics import (
    EPISODE_DURATION_SEC_MEAN,
    SAMPLE_TIMER,
    TIME_BETWEEN_SAMPLING,
)
from recorder import Recorder

from rllib_algos import registry
from rllib_algos.joint.batch_stepper import agent_infos
from rllib_algos.joint.errors import JointEnvError

BOX, MANY = gym.spaces.Box(-1, 1, (2, 2), np.float32), gym.spaces.MultiDiscrete([2, 4, 3])
CODES = gym.spaces.MultiDiscrete([2, 3], start=[1, 0])


def copy_of(env, **arguments):
    """Makes copies of which each has episodes of another length."""

    def make(config):
        made = env(**arguments)
        made.length = 4 + config.vector_index
        return made

    return make


CASES = {
    "rows": ("maddpg", RowsTogether, {}, {}),
    "rows of nobody": ("idqn", RowsTogether, {"nobody": True}, {}),
    "probabilities": ("ma_maxent", RowsTogether, {"probability": True}, {}),
    "softmax relaxation": ("ma_maxent", RowsTogether, {}, {"action_relaxation": "softmax"}),
    "central rows": ("ddpg", RowsTogether, {"nobody": True}, {}),
    "credits of rows": (
        "shadow_price",
        CreditedTogether,
        {"nobody": True},
        {"credit_key": "credit"},
    ),
    "credits of agents": (
        *("shadow_price", TwinsTogether),
        *({"length": 9, "observation": BOX, "action": MANY}, {"credit_key": "score"}),
    ),
    "group": ("vdn", TwinsTogether, {"length": 9, "observation": BOX, "action": MANY}, {}),
    "codes": (
        *("idqn", TwinsTogether),
        *({"length": 9, "observation": CODES, "action": gym.spaces.Discrete(3, start=2)}, {}),
    ),
    "continuous": ("maddpg", TwinsTogether, {"length": 9, "observation": BOX, "action": BOX}, {}),
    "central": ("ac", TwinsTogether, {"length": 9, "observation": BOX, "action": MANY}, {}),
    "refined assignments": ("dirs", ScoringTogether, {}, {"training_interval": 4}),
    "common": ("idqn", CommonTogether, {}, {}),
    "central common": ("ddpg", CommonTogether, {}, {}),
}


@pytest.fixture
def runner():
    """Builds runners of three copies; closes them after the test."""
    built = []

    def build(name, env, *, together=True, training=None, evaluating=False, **settings):
        config = registry.get_config(name)
        config = config.environment(env).env_runners(num_envs_per_env_runner=3)
        config = config.training(**{**small_settings(config), **(training or {})})
        config = config.debugging(seed=5)
        for method, arguments in settings.items():
            getattr(config, method)(**arguments)
        config.in_evaluation = evaluating
        built.append(config.env_runner_cls(config, worker_index=0))
        built[-1].sample(num_timesteps=3)
        assert (built[-1]._batch is not None) == together
        return built[-1]

    yield build
    for one in built:
        one.stop()


def assert_same(fragments, expected):
    for one, other in zip(fragments, expected, strict=True):
        assert one.terminated == other.terminated
        np.testing.assert_array_equal(one.rewards, other.rewards)
        for kind in ("observations", "actions", "notes"):
            left, right = getattr(one, kind), getattr(other, kind)
            assert left.keys() == right.keys()
            for name, values in left.items():
                np.testing.assert_array_equal(values, right[name], err_msg=name)
                assert values.dtype == right[name].dtype


def told(runner):
    """What a runner reports, without times."""
    results = runner.get_metrics()
    flat = {}
    for key, value in results.items():
        nested = value.items() if isinstance(value, dict) else [("", value)]
        flat.update({(key, name): stats.peek() for name, stats in nested})
    clocks = SAMPLE_TIMER, TIME_BETWEEN_SAMPLING, EPISODE_DURATION_SEC_MEAN
    return {key: value for key, value in flat.items() if key[0] not in clocks}


def both(runner, case, **settings):
    name, env, arguments, training = CASES[case]
    options = {"training": training, **settings}
    return (
        runner(name, copy_of(env, **arguments), **options),
        runner(name, copy_of(alone(env), **arguments), together=False, **options),
    )


@pytest.mark.parametrize("case", CASES)
def test_fragments_and_metrics_are_those_of_copies_one_by_one(runner, case):
    together, one_by_one = both(runner, case)
    for wanted in ({"num_timesteps": 60}, {"num_timesteps": 6}, {"num_episodes": 5}):
        assert_same(together.sample(**wanted), one_by_one.sample(**wanted))
    assert_same(
        together.sample(num_timesteps=9, random_actions=True),
        one_by_one.sample(num_timesteps=9, random_actions=True),
    )
    results, expected = told(together), told(one_by_one)
    assert ("score", "") in results
    assert ("num_episodes", "") in results
    assert results == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("case", ["rows", "credits of agents"])
def test_evaluation_repeats_itself_and_is_that_of_copies_one_by_one(runner, case):
    together, one_by_one = both(runner, case, evaluating=True)
    first = together.sample(num_episodes=4, explore=False)
    assert len(first) == 4
    assert all(fragment.notes == {} for fragment in first)
    assert_same(first, one_by_one.sample(num_episodes=4, explore=False))
    assert_same(first, together.sample(num_episodes=4, explore=False))


@pytest.mark.parametrize("case", ["rows", "group"])
def test_a_restored_runner_goes_on_as_the_saved_one_does(runner, case):
    name, env, arguments, training = CASES[case]
    saved = runner(name, copy_of(env, **arguments), training=training)
    other = runner(name, copy_of(env, **arguments), training=training)
    saved.sample(num_timesteps=12)
    other.set_state(saved.get_state())
    envs = other.env.envs
    assert envs == other._batch.batch.envs
    for _ in range(2):
        assert_same(other.sample(num_timesteps=21), saved.sample(num_timesteps=21))
    assert [env.t for env in other.env.envs] == [env.t for env in saved.env.envs]


def test_callbacks_see_the_same_episodes(runner):
    together, one_by_one = both(runner, "rows", callbacks={"callbacks_class": Recorder})
    for one in (together, one_by_one):
        one.sample(num_timesteps=60)
    results, expected = told(together), told(one_by_one)
    for key in ("starts", "ends", "seen_return"):
        assert results[key, ""] == pytest.approx(expected[key, ""])
    mine, other = (r.env.envs[0].possible_agents for r in (together, one_by_one))
    assert mine == other
    together._batch.record([1])
    infos = together._batch.episodes[1].get_infos()
    expected_infos = one_by_one._steppers[1].episode.get_infos()
    assert {agent: {**own, "name": "text is not averaged"} for agent, own in infos.items()} == (
        expected_infos
    )


class FragileBatch(Batch):
    """Fails in its fifth step, after some of its copies have moved."""

    steps = 0

    def _step(self, actions):
        self.steps += 1
        if self.steps == 5:
            self.envs[0].step(actions[0])
            raise ZeroDivisionError("the simulator broke")
        return super()._step(actions)


class Fragile(RowsTogether):
    batch = FragileBatch


def test_a_failure_is_told_with_its_cause(runner):
    failing = runner("maddpg", copy_of(Fragile))
    message = "3 environment copies failed in a step together: ZeroDivisionError: the simulator"
    with pytest.raises(JointEnvError, match=message):
        failing.sample(num_timesteps=30)


def test_copies_that_failed_together_are_replaced_and_go_on_one_by_one(runner):
    tolerant = {"restart_failed_sub_environments": True}
    failing = runner("maddpg", copy_of(Fragile), fault_tolerance=tolerant)
    before = failing.env.envs
    fragments = failing.sample(num_timesteps=30)
    assert sum(map(len, fragments)) == 30  # what was done before the failure is kept
    assert failing._batch is None
    assert not set(map(id, before)) & set(map(id, failing.env.envs))
    assert told(failing)[NUM_ENV_STEP_FAILURES_LIFETIME, ""] == 1
    assert sum(map(len, failing.sample(num_timesteps=9))) == 9


def test_copies_move_one_by_one_where_they_cannot_move_together(runner):
    class Unable(RowsTogether):
        def batched(self, envs):
            return None

    runner("maddpg", copy_of(Unable), together=False)
    wrapped = lambda config: BaseParallelWrapper(RowsTogether())  # noqa: E731
    runner("maddpg", wrapped, together=False)


def test_agents_with_different_spaces_are_not_asked_to_move_together(runner):
    class Mixed(Together, MixedEnv): ...

    runner("maddpg", lambda config: Mixed(), together=False)


class Broken(Batch):
    """Shows a wrong thing, after so many steps that a sample has been taken."""

    fault, steps = "", 0

    def step_rows(self, rows):
        self.steps += 1
        rewards, *others = super().step_rows(rows)
        if self.fault == "reward":
            rewards[1, 2] = np.inf
        if self.fault == "rewards":
            rewards = rewards[:, 0]
        return rewards, *others

    def state(self):
        state = super().state()
        if self.fault == "state" and self.steps:
            state[2, 1, 0] = np.nan
        if self.fault == "another":
            state = state[::-1]
        return state


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("reward", "the reward of agent 'server_2' must be finite, got inf in copy 1"),
        ("rewards", r"rewards of all copies must have shape \(3, 3\), got \(3,\)"),
        ("state", r"state of the environment must be finite, got nan at index \(1, 0\) of copy 2"),
        ("another", "state of copy 0 must be the same alone as in a batch"),
    ],
)
def test_faults_are_named(runner, fault, message):
    class Faulty(RowsTogether):
        batch = type("Faulty", (Broken,), {"fault": fault})

    with pytest.raises(ValueError, match=message):
        runner("maddpg", copy_of(Faulty))


def test_very_large_observations_are_not_made_for_a_table_of_rows(runner, monkeypatch):
    class Unseen(Batch):
        def observations(self):
            raise MemoryError("all observations take terabytes")

    class Large(RowsTogether):
        batch = Unseen

    with pytest.raises(MemoryError):
        runner("maddpg", copy_of(Large))
    monkeypatch.setattr("rllib_algos.joint.batch_stepper.MOST_COMPARED", 0)
    runner("maddpg", copy_of(Large))


def test_infos_of_one_copy_are_told_by_agent():
    infos = {
        "all": np.array([1.0, 2.0]),
        "own": np.array([[1, 2], [3, 4]]),
        "split": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    }
    owners = {"parts": np.array([[0, 0], [1, 0]])}
    told = agent_infos(infos | {"parts": np.array([[1, 2], [3, 4]])}, owners, 1, ("a", "b"))
    assert told["a"].keys() == told["b"].keys() == {*infos, "parts"}
    assert (told["a"]["all"], told["b"]["all"]) == (2.0, 2.0)
    assert (told["a"]["own"], told["b"]["own"]) == (3, 4)
    np.testing.assert_array_equal(told["b"]["split"], [4.0, 5.0, 6.0])
    np.testing.assert_array_equal(told["a"]["parts"], [0, 4])
    np.testing.assert_array_equal(told["b"]["parts"], [3, 0])
