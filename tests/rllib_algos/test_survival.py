"""Runs outlive env runners that are killed; errors inside one still end them."""

import logging
import os
import signal
import time

import numpy as np
import pytest
from joint_envs import faulty_env, row_env
from ray.exceptions import RayError

from rllib_algos import registry
from rllib_algos.joint.errors import JointEnvError
from rllib_algos.joint.sampling import RunnerWatch


def config(runners, **fault_tolerance):
    settings = registry.get_config("maddpg").env_runners(num_env_runners=runners)
    return settings.fault_tolerance(**fault_tolerance)


def on_runners(algorithm, function):
    return algorithm.env_runner_group.foreach_env_runner(function, local_env_runner=False)


def kill(algorithm, which):
    os.kill(on_runners(algorithm, lambda runner: os.getpid())[which], signal.SIGKILL)


def check_counters(algorithm, result):
    """Counters, replay and updates must all speak of the same steps."""
    steps = result["env_runners"]["num_env_steps_sampled_lifetime"]
    assert len(algorithm.replay) == steps
    agents = result["env_runners"]["num_agent_steps_sampled_lifetime"]
    assert set(agents.values()) == {steps}
    assert result["learners"]["central"]["num_updates"] == steps - 20  # those before it starts


def test_a_killed_env_runner_is_replaced_and_the_counters_stay_right(small, caplog):
    algorithm = small(config(2), row_env, replay_capacity=20_000)
    for steps in (20, 40, 60):
        result = algorithm.train()
        # Schedules of exploration follow the run's steps, not those of one runner.
        counted = on_runners(algorithm, lambda runner: runner._steps_of_all_runners)
        assert counted == [steps, steps]
    check_counters(algorithm, result)
    kill(algorithm, 0)
    with caplog.at_level(logging.WARNING, "rllib_algos"):
        check_counters(algorithm, algorithm.train())
        assert "Env runner 1 has died" in caplog.text
        assert "goes on with 1 of 2 env runners" in caplog.text
        deadline = time.monotonic() + 120
        while "Env runner 1 is back" not in caplog.text:
            check_counters(algorithm, algorithm.train())
            assert time.monotonic() < deadline
    before = len(algorithm.replay)
    check_counters(algorithm, algorithm.train())
    assert len(algorithm.replay) == before + 20  # both collect again
    assert len([record for record in caplog.records if record.name == "rllib_algos"]) == 2

    learned = algorithm.learner_group.get_weights(["actors"])["actors"]
    for acting in on_runners(algorithm, lambda runner: runner.module["actors"].get_state()):
        for name, value in acting.items():
            np.testing.assert_array_equal(value, learned[name], err_msg=name)
    states = algorithm.replay.get_state()["data"]["state"]
    seen = {state.tobytes() for state in states if state.any()}
    assert len(seen) > len(algorithm.replay)  # the new one does not repeat what the old one drew


def test_a_run_that_ignores_failures_goes_on_with_the_rest_and_ends_without_any(small):
    tolerant = {"restart_failed_env_runners": False, "ignore_env_runner_failures": True}
    settings = config(2, **tolerant, num_consecutive_env_runner_failures_tolerance=2)
    algorithm = small(settings, row_env)
    algorithm.train()
    kill(algorithm, 1)
    for done in (30, 40):
        result = algorithm.train()["env_runners"]
        assert result["num_env_steps_sampled_lifetime"] == done
    kill(algorithm, 0)
    for _ in range(2):
        algorithm.train()  # as often as is tolerated
    with pytest.raises(RuntimeError, match="at least one of 2 env runners must answer, none has"):
        algorithm.train()
    assert len(algorithm.replay) == 40


def test_a_run_that_tolerates_no_failure_ends(small):
    algorithm = small(config(1, restart_failed_env_runners=False), row_env)
    algorithm.train()
    kill(algorithm, 0)
    with pytest.raises(RayError):
        algorithm.train()


def test_an_error_in_an_env_runner_ends_the_run_although_failures_are_survived(small):
    env_config = {"fault": "step", "after": 15}
    algorithm = small(config(1), faulty_env, env_config=env_config)
    algorithm.train()
    with pytest.raises(JointEnvError, match=r"the simulator broke .*env runner 1"):
        algorithm.train()


def test_roll_back_reaches_env_runners_that_are_still_busy_with_older_weights(small, tmp_path):
    algorithm = small(config(1), row_env)
    algorithm.save_to_path(str(tmp_path))
    for _ in range(4):
        algorithm.train()
    learned = algorithm.learner_group.get_weights(["actors"])["actors"]
    group = algorithm.env_runner_group
    group.fetch_ready_async_reqs(tags="set_state", timeout_seconds=None)
    group.foreach_env_runner_async(lambda runner: time.sleep(3), tag="set_state")
    algorithm.restore_from_path(str(tmp_path))
    restored = algorithm.learner_group.get_weights(["actors"])["actors"]
    (acting,) = on_runners(algorithm, lambda runner: runner.module["actors"].get_state())
    for name, value in acting.items():
        np.testing.assert_array_equal(value, restored[name], err_msg=name)
    assert any(not np.array_equal(value, learned[name]) for name, value in acting.items())


class Group:
    """Stands for three remote env runners."""

    def __init__(self):
        self.healthy = [1, 2, 3]

    def num_remote_env_runners(self):
        return 3

    def healthy_env_runner_ids(self):
        return self.healthy


def test_deaths_and_returns_are_told_once(caplog):
    group = Group()
    watch = RunnerWatch(group, tolerance=5)
    for healthy in ([1, 2, 3], [1], [1], [1, 3], [1, 2, 3]):
        group.healthy = healthy
        watch.check(len(healthy))
    told = [record.getMessage() for record in caplog.records]
    assert [" ".join(text.split()[:5]) for text in told] == [
        "Env runner 2 has died,",
        "Env runner 3 has died,",
        "Env runner 3 is back.",
        "Env runner 2 is back.",
    ]


def test_only_rounds_in_a_row_count_as_failed():
    watch = RunnerWatch(Group(), tolerance=2)
    for answers in (0, 0, 1, 0, 0):
        watch.check(answers)
    with pytest.raises(RuntimeError, match="none has in 3 rounds"):
        watch.check(0)
