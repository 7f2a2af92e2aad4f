import copy

import numpy as np
import pytest
from joint_envs import ClimbEnv, RowEnv

from rllib_algos.joint.discovery import joint_spaces
from rllib_algos.joint.layouts import make_layout
from rllib_algos.joint.stepper import CopyStepper


def stepper_of(env):
    stepper = CopyStepper(env, make_layout(joint_spaces(env), soft=False), 0)
    stepper.reset(seed=0)
    return stepper


def test_a_fragment_of_a_truncated_episode():
    env = RowEnv(length=2)
    stepper = stepper_of(env)
    states = [env.state().copy()]
    for _ in range(2):
        stepper.step([np.zeros((1, 6), int)])
        states.append(env.state().copy())
    assert stepper.episode.is_done
    assert stepper.episode.is_truncated
    fragment = stepper.flush()
    stepper.new_episode()
    stepper.reset(None)
    np.testing.assert_array_equal(fragment.observations["state"], states)
    assert not fragment.terminated
    assert stepper.flush() is None
    assert len(stepper.episode) == 0


def test_terminated_episodes_are_marked():
    stepper = stepper_of(ClimbEnv())
    stepper.step([np.array([[[0], [0]]])])
    assert stepper.episode.is_terminated
    assert stepper.flush().terminated
    assert stepper.episode.get_return() == 2.0
    assert stepper.episode.get_agent_returns() == {"row": 1.0, "column": 1.0}


def test_notes_stay_beside_their_steps():
    stepper = stepper_of(RowEnv(length=3))
    for step in range(3):
        stepper.step([np.zeros((1, 6), int)])
        stepper.keep_notes({"doubled": np.array([step, 2 * step])})
    assert stepper.steps == 3
    np.testing.assert_array_equal(stepper.flush().notes["doubled"], [[0, 0], [1, 2], [2, 4]])
    stepper.new_episode()
    stepper.reset(None)
    stepper.step([np.zeros((1, 6), int)])
    assert stepper.steps == 4  # over all episodes
    assert stepper.flush().notes == {}


def test_only_numbers_of_the_first_agents_infos_are_averaged():
    stepper = stepper_of(RowEnv())
    stepper.step([np.zeros((1, 6), int)])
    infos = stepper.numeric_infos()
    assert set(infos) == {"score", "step"}
    assert infos["step"] == 1.0


def test_only_the_last_infos_are_kept():
    episode = stepper_of(RowEnv()).episode
    assert episode.get_infos()["server_0"]["score"] == 0.0
    with pytest.raises(ValueError, match="index must be -1, got 0"):
        episode.get_infos(0)


def test_the_duration_of_an_episode_survives_a_restart():
    episode = stepper_of(RowEnv()).episode
    episode._started -= 100
    state = episode.__getstate__()
    assert state["_started"] == pytest.approx(100, abs=5)
    again = copy.copy(episode)
    again.__setstate__(state)
    assert again.get_duration_s() == pytest.approx(100, abs=5)
