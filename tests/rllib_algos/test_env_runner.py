import numpy as np
import pytest
from joint_envs import RowEnv, faulty_env, row_env
from recorder import Recorder

from rllib_algos import registry
from rllib_algos.joint.env_runner import JointEnvRunner
from rllib_algos.joint.errors import JointEnvError
from rllib_algos.joint.sampling import sample_in_parallel


def config(runners=0, copies=1, fragment=10):
    return registry.get_config("maddpg").env_runners(
        num_env_runners=runners,
        num_envs_per_env_runner=copies,
        rollout_fragment_length=fragment,
    )


@pytest.fixture
def runner(small):
    return small(config(copies=3), row_env).env_runner


def test_fragments_are_stretches_of_episodes(runner):
    fragments = runner.sample(num_timesteps=24)  # 8 steps of each copy, episodes of 5
    assert sorted(len(f) for f in fragments) == [3, 3, 3, 5, 5, 5]
    assert sum(f.env_steps() for f in fragments) == 24
    assert sum(f.agent_steps() for f in fragments) == 72
    for fragment in fragments:
        steps = len(fragment)
        assert fragment.observations["state"].shape == (steps + 1, 6, 4)
        assert fragment.observations["owner"].shape == (steps + 1, 6)
        assert fragment.actions["actions"].shape == (steps, 6)
        assert not fragment.terminated
        # the reward of every step is what the stored observation and action earn
        best = fragment.observations["state"][:-1, :, :3].argmax(-1)
        score = (fragment.actions["actions"] == best).sum(-1)
        np.testing.assert_array_equal(fragment.rewards, np.repeat(score[:, None], 3, 1))


def test_fragments_of_one_episode_join_without_a_gap(runner):
    first = runner.sample(num_timesteps=9)  # three steps of each copy
    second = runner.sample(num_timesteps=6)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.observations["state"][-1], b.observations["state"][0])


def test_copies_see_different_episodes(runner):
    fragments = runner.sample(num_timesteps=15)
    starts = {f.observations["state"][0].tobytes() for f in fragments}
    assert len(starts) == 3


def test_greedy_sampling_repeats_itself_and_random_sampling_covers_all_actions(runner):
    fragments = runner.sample(num_episodes=200, random_actions=True)
    actions = np.concatenate([f.actions["actions"] for f in fragments])
    share = np.bincount(actions.ravel(), minlength=3) / actions.size
    np.testing.assert_allclose(share, 1 / 3, atol=0.02)


def test_evaluation_is_greedy_and_repeats_the_same_episodes(small):
    algorithm = small(config().evaluation(evaluation_interval=1, evaluation_duration=4), row_env)
    assert algorithm.eval_env_runner.config.explore is False
    first = algorithm.evaluate()["env_runners"]
    second = algorithm.evaluate()["env_runners"]
    assert first["num_episodes"] == 4
    assert first["episode_return_mean"] == second["episode_return_mean"]
    assert first["score"] == second["score"]
    assert "evaluation" in algorithm.train()


def test_evaluation_without_runners_of_its_own_is_greedy_too(small):
    algorithm = small(config(), row_env)
    calls = []
    module = algorithm.env_runner.module["actors"]
    explore, greedy = module.forward_exploration, module.forward_inference
    module.forward_exploration = lambda *a, **k: (calls.append("explore"), explore(*a, **k))[1]
    module.forward_inference = lambda *a, **k: (calls.append("greedy"), greedy(*a, **k))[1]
    algorithm.evaluate()
    assert set(calls) == {"greedy"}
    calls.clear()
    algorithm.train()
    assert set(calls) == {"explore"}


def test_evaluation_explores_if_told_so(small):
    settings = config().evaluation(evaluation_interval=1, evaluation_config={"explore": True})
    assert small(settings, row_env).eval_env_runner.config.explore is True


def test_two_remote_runners_train_evaluate_and_roll_back(small, tmp_path):
    settings = config(runners=2, copies=2, fragment=5).callbacks(Recorder)
    algorithm = small(settings, row_env)
    for _ in range(3):
        result = algorithm.train()
    assert result["env_runners"]["num_env_steps_sampled_lifetime"] == 60
    assert result["env_runners"]["ends"] == 4
    assert result["learners"]["central"]["num_updates"] == 40
    algorithm.save_to_path(str(tmp_path))
    saved = acting_weights(algorithm)
    learned = algorithm.learner_group.get_weights(["actors"])["actors"]
    for weights in saved:
        assert "target_actors.nets.0.weights.0" not in weights
        assert weights.keys() == {k for k in learned if k.startswith("actors.")}
    for _ in range(2):
        algorithm.train()
    name = "actors.nets.0.weights.0"
    assert not np.array_equal(acting_weights(algorithm)[0][name], saved[0][name])
    algorithm.restore_from_path(str(tmp_path))
    for now, then in zip(acting_weights(algorithm), saved, strict=True):
        np.testing.assert_array_equal(now[name], then[name])
    assert algorithm.train()["env_runners"]["num_env_steps_sampled_lifetime"] == 80


def acting_weights(algorithm):
    return algorithm.env_runner_group.foreach_env_runner(
        lambda runner: runner.module["actors"].get_state(), local_env_runner=False
    )


def test_a_failing_constructor_is_reported_with_its_cause(small):
    with pytest.raises(JointEnvError, match=r"faulty_env could not be made .*no such scenario"):
        small(config(), faulty_env, env_config={"fault": "constructor"})


def test_a_constructor_that_fails_in_another_process_is_reported_there_and_here(ray_session):
    settings = config(1).environment(faulty_env, env_config={"fault": "constructor"})
    remote = JointEnvRunner(settings, worker_index=1)
    remote.assert_healthy()  # an actor that is not would be restarted for ever
    spaces = remote.get_spaces()
    with pytest.raises(JointEnvError, match=r"faulty_env could not be made .*no such scenario"):
        remote.sample()
    with pytest.raises(JointEnvError, match=r"faulty_env could not be made .*no such scenario"):
        settings.get_multi_rl_module_spec(spaces=spaces)


def test_errors_in_remote_runners_reach_the_user():
    class Group:
        """Stands for two remote env runners, of which the second fails."""

        def num_remote_env_runners(self):
            return 2

        def foreach_env_runner(self, function, **kwargs):
            return [function(Runner(1)), function(Runner(2))]

    class Runner:
        def __init__(self, index):
            self.worker_index = index

        def sample(self):
            if self.worker_index == 2:
                raise ValueError("the reward of agent 'a' must be finite, got nan")
            return []

        def get_metrics(self):
            return {}

    with pytest.raises(ValueError, match=r"agent 'a' must be finite, got nan \(env runner 2\)"):
        sample_in_parallel(Group(), None)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("reward", "the reward of agent 'server_0' must be finite, got nan"),
        ("observation", r"'server_0' must be finite, got nan at index \(2, 1\)"),
        ("leaves", "agents that come and go are not supported|all agents must end in the same"),
        ("mixed end", "all agents must end in the same step and in the same way"),
        ("step", "copy 0 failed in step 3 of an episode: ZeroDivisionError: the simulator broke"),
    ],
)
def test_faults_are_named(small, fault, message):
    algorithm = small(config(), faulty_env, env_config={"fault": fault})
    with pytest.raises((ValueError, JointEnvError), match=message):
        algorithm.train()


def test_a_broken_copy_is_replaced_if_the_user_wants_that(small):
    settings = config().fault_tolerance(restart_failed_sub_environments=True)
    algorithm = small(settings, faulty_env, env_config={"fault": "step"})
    result = algorithm.train()["env_runners"]
    assert result["num_env_step_failures"] >= 1
    assert result["num_env_steps_sampled"] == 10


class LiarEnv(RowEnv):
    """Claims to own rows that it does not show."""

    def observe(self) -> dict:
        observations = super().observe()
        return dict.fromkeys(observations, self._state)


def test_an_owner_protocol_that_lies_is_found_out(small):
    algorithm = small(config(), lambda env_config: LiarEnv())
    with pytest.raises(ValueError, match="'server_0' must observe the rows of state"):
        algorithm.train()
