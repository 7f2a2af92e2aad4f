import pickle

import numpy as np
import pytest

from edgemarl.mec.env import MECEnv
from edgemarl.mec.presets import SCENARIOS
from edgemarl.mec.scenario import Scenario


def step(env):
    return env.step({agent: env.action_space(agent).sample() for agent in env.agents})


def test_defaults():
    env = MECEnv()
    assert env.scenario is SCENARIOS["n30"]  # with the topology that it has drawn
    assert env.possible_agents == ["server_0", "server_1"]
    assert env.observation_space("server_1").shape == (30,)
    assert env.action_space("server_1").shape == (30,)
    assert env.max_cycles == 50
    assert env.metadata["name"] == "mec_v0"
    assert env.render_mode is None


def test_scenarios_by_name_instance_and_file(tmp_path):
    own = Scenario(num_devices=4, name="own")
    assert MECEnv(own).scenario is own
    (tmp_path / "own.yaml").write_text("num_devices: 4\n")
    assert MECEnv(str(tmp_path / "own.yaml")).scenario == own
    with pytest.raises(ValueError, match="scenario must be one of tiny, n30, n180"):
        MECEnv("big")


def test_the_hand_worked_episode(hand):
    """Two slots that are alike, the first by scores and the second by an assignment."""
    env = MECEnv(hand)
    observations, infos = env.reset(seed=0)
    np.testing.assert_array_equal(np.stack(list(observations.values())), env.state())
    assert infos["server_0"]["objective"] == 0.0
    _, rewards, terminations, truncations, infos = env.step(
        {"server_0": [0.9, 0.6, 0.2], "server_1": [0.1, 0.2, 0.5]}
    )
    np.testing.assert_array_equal(env.last_outcome.assignment, [0, 0, 1])
    assert rewards["server_1"] == pytest.approx(1 / 7.2)
    assert infos["server_1"]["objective"] == pytest.approx(7.2)
    assert not any([*terminations.values(), *truncations.values()])
    _, rewards, terminations, truncations, infos = env.advance(np.array([-1, -1, -1]))
    assert rewards["server_0"] == pytest.approx(1 / 42)
    assert infos["server_0"]["num_local"] == 3.0
    assert not any(terminations.values())
    assert all(truncations.values())
    assert env.agents == []


def test_options_of_vote_and_reward(tiny):
    scores = {"server_0": np.ones(6), "server_1": np.zeros(6)}
    for vote, served in (("max", 6), ("capacity", 2)):
        env = MECEnv(tiny, vote=vote, reward="negative_objective")
        env.reset(seed=0)
        _, rewards, _, _, infos = env.step(scores)
        assert infos["server_0"]["num_served"] == served
        assert rewards["server_0"] == -infos["server_0"]["objective"]
    with pytest.raises(ValueError, match=r"^vote must be one of 'max', 'capacity', got 'mean'$"):
        MECEnv(tiny, vote="mean")
    with pytest.raises(ValueError, match=r"^kind of reward must be one of 'reciprocal'"):
        MECEnv(tiny, reward="local")


def test_the_scenario_s_own_vote_and_reward_are_kept(tiny):
    own = tiny.with_overrides({"vote": "capacity", "reward": "negative_objective"})
    assert MECEnv(own).scenario is own
    changed = MECEnv(own, vote="max").scenario
    assert (changed.vote, changed.reward) == ("max", own.reward)


def test_wrong_actions_leave_the_slot_as_it_was(tiny):
    env = MECEnv(tiny)
    env.reset(seed=0)
    state = env.slot_state
    with pytest.raises(ValueError, match="action of server_1 must be between 0 and 1"):
        env.step({"server_0": np.zeros(6), "server_1": np.full(6, 2.0)})
    assert env.slot_state is state
    step(env)


def test_the_bound_in_the_infos(tiny):
    env = MECEnv(tiny, report_bound=True)
    _, infos = env.reset(seed=0)
    assert infos["server_0"]["lower_bound"] == infos["server_0"]["bound_gap"] == 0.0
    info = step(env)[-1]["server_1"]
    assert 0 < info["lower_bound"] <= info["objective"]
    assert info["bound_gap"] == pytest.approx(info["objective"] / info["lower_bound"] - 1)
    problem = env.assignment_problem()
    info = env.advance(problem.best())[-1]["server_0"]
    assert info["bound_gap"] == pytest.approx(0.0, abs=1e-9)  # equal tasks are solved exactly


def test_the_problem_of_the_current_slot(tiny):
    env = MECEnv(tiny, vote="capacity")
    with pytest.raises(RuntimeError, match="must be reset first"):
        env.assignment_problem()
    env.reset(seed=0)
    for _ in range(2):
        problem = pickle.loads(pickle.dumps(env.assignment_problem()))
        actions = {agent: env.action_space(agent).sample() for agent in env.agents}
        assignment = problem.vote(np.stack(list(actions.values())))
        objective = problem.objective(assignment[None])[0]
        infos = env.step(actions)[-1]
        assert infos["server_0"]["objective"] == pytest.approx(objective, rel=1e-12)
