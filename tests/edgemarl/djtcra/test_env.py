import numpy as np
import pytest

from edgemarl.djtcra import Scenario
from edgemarl.djtcra.env import DJTCRAEnv


def step(env):
    return env.step({agent: env.action_space(agent).sample() for agent in env.agents})


def test_defaults():
    env = DJTCRAEnv()
    assert env.scenario.name == "paper"
    assert env.possible_agents == [f"server_{h}" for h in range(7)]
    assert env.observation_space("server_3").shape == (100, 9)
    assert env.max_cycles == 50
    assert env.metadata["name"] == "djtcra_v0"
    assert env.render_mode is None


def test_scenarios_by_name_instance_and_file(tmp_path):
    own = Scenario(num_users=4, server_capacity=(1e9, 2e9), name="own")
    assert DJTCRAEnv(scenario=own).scenario is own
    (tmp_path / "own.yaml").write_text("num_users: 4\nserver_capacity: [1e9, 2e9]\n")
    assert DJTCRAEnv(scenario=str(tmp_path / "own.yaml")).scenario == own
    with pytest.raises(ValueError, match="scenario must be one of paper, tiny, demo"):
        DJTCRAEnv(scenario="big")


@pytest.mark.parametrize(
    ("view", "options", "alike"),
    [
        ("users", {"observation": "global"}, True),
        ("users", {"observation": "global", "action_mask": True}, False),
        ("users", {}, False),
        ("servers", {}, False),
    ],
)
def test_it_says_whether_all_agents_observe_the_same(tiny, view, options, alike):
    env = DJTCRAEnv(view, tiny, **options)
    assert env.observes_alike() == alike
    if "action_mask" not in options:
        observations, _ = env.reset(seed=0)
        first, *others = observations.values()
        assert all(np.array_equal(first, other) for other in others) == alike


@pytest.mark.parametrize("view", ["servers", "users"])
def test_episodes_are_truncated_and_never_terminated(tiny, view):
    env = DJTCRAEnv(view, tiny, max_cycles=3)
    env.reset(seed=0)
    for cycle in range(3):
        _, _, terminations, truncations, _ = step(env)
        assert not any(terminations.values())
        assert all(truncations.values()) == any(truncations.values()) == (cycle == 2)
    assert env.agents == []


def test_the_last_outcome_is_at_hand(tiny):
    env = DJTCRAEnv("users", tiny)
    env.reset(seed=0)
    assert env.last_outcome is None
    _, rewards, _, _, infos = step(env)
    assert rewards["user_0"] == env.last_outcome.system_qoe
    assert infos["user_3"]["qoe"] == env.last_outcome.qoe[3]
    env.reset()
    assert env.last_outcome is None


def test_the_reward_s_scope_by_argument(tiny):
    assert DJTCRAEnv(scenario=tiny).scenario.reward.scope == "shared"
    local = DJTCRAEnv(scenario=tiny, reward="local")
    assert local.scenario.reward.scope == "local"
    assert local.scenario.replace(reward=tiny.reward) == tiny
    kept = DJTCRAEnv(scenario=local.scenario)
    assert kept.scenario.reward.scope == "local"
    cost = tiny.with_overrides({"reward": {"kind": "negative_latency", "unit": 0.5}})
    changed = DJTCRAEnv(scenario=cost, reward="local").scenario.reward
    assert (changed.scope, changed.unit) == ("local", 0.5)


def test_the_scope_of_a_reward_that_is_no_dataclass(tiny):
    class Constant:
        scope = "shared"

        def per_user(self, outcome):
            return np.ones(len(outcome.qoe))

    env = DJTCRAEnv(scenario=tiny.replace(reward=Constant()))
    env.reset(seed=0)
    assert step(env)[1]["server_0"] == 8.0
    with pytest.raises(ValueError, match="Constant must be a dataclass"):
        DJTCRAEnv(scenario=tiny.replace(reward=Constant()), reward="local")


def test_the_bound_in_the_infos(tiny):
    env = DJTCRAEnv(scenario=tiny, report_bound=True)
    _, infos = env.reset(seed=0)
    assert infos["server_0"]["upper_bound"] == infos["server_0"]["bound_gap"] == 0.0
    info = step(env)[-1]["server_2"]
    assert info["system_qoe"] <= info["upper_bound"] <= 8
    gap = (info["upper_bound"] - info["system_qoe"]) / info["upper_bound"]
    assert info["bound_gap"] == pytest.approx(gap)


def test_no_bound_unless_asked(tiny, monkeypatch):
    def costly(*_):
        raise AssertionError("the bound was computed")

    monkeypatch.setattr("edgemarl.djtcra.env.upper_bound", costly)
    env = DJTCRAEnv(scenario=tiny)
    env.reset(seed=0)
    assert "upper_bound" not in step(env)[-1]["server_0"]


def test_rows_and_their_owners(tiny):
    scenario = tiny.with_overrides({"arrivals": {"kind": "bernoulli", "probability": 0.5}})
    env = DJTCRAEnv(scenario=scenario)
    observations, _ = env.reset(seed=0)
    owner, rows = env.row_owner(), env.state()
    assert -1 in owner
    for index, agent in enumerate(env.agents):
        expected = np.where((owner == index)[:, None], rows, 0)
        np.testing.assert_array_equal(observations[agent], expected)
    for view, options in [("users", {}), ("servers", {"action_mask": True})]:
        other = DJTCRAEnv(view, scenario, **options)
        assert other.row_owner() is None
        other.reset(seed=0)
        assert other.row_owner() is None


def test_nobody_owns_a_row_before_the_first_reset(tiny):
    assert (DJTCRAEnv(scenario=tiny).row_owner() == -1).all()


def test_users_walk_and_remember_in_the_environment(tiny):
    scenario = tiny.with_overrides(
        {"mobility": "random_walk", "migration_delay": 0.05, "observation.observe_previous": True}
    )
    env = DJTCRAEnv("users", scenario)
    env.reset(seed=0)
    before = env.slot_state
    actions = dict.fromkeys(env.agents, 2)
    observations = env.step(actions)[0]
    moved = np.abs(env.slot_state.placement.position - before.placement.position)
    assert 0 < moved.max() < 40
    np.testing.assert_array_equal(env.slot_state.previous_assignment, 2)
    np.testing.assert_array_equal(observations["user_0"][-3:], [0, 0, 1])
    assert env.reset()[0]["user_0"][-3:].tolist() == [0, 0, 0]


def test_an_observation_of_one_s_own_brings_its_space(tiny):
    from gymnasium.spaces import Box

    class VolumeOnly:
        def row_space(self, scenario):
            return Box(0.0, scenario.arrivals.volume[1], (1,), np.float32)

        def rows(self, scenario, state):
            return state.volume[:, None].astype(np.float32)

    env = DJTCRAEnv("users", tiny.replace(observation=VolumeOnly()))
    observations, _ = env.reset(seed=0)
    assert env.observation_space("user_0").shape == (1,)
    assert observations["user_0"] in env.observation_space("user_0")
    assert env.state().shape == (8, 1)


@pytest.mark.parametrize(
    ("view", "options", "message"),
    [
        ("clouds", {}, r"view must be one of 'servers', 'users', got 'clouds'"),
        ("servers", {"action": "softmax"}, r"action must be one of 'discrete', 'probability'"),
        ("servers", {"observation": "local"}, r"observation must be left out with view='servers'"),
        ("users", {"action": "discrete"}, r"action must be left out with view='users'.*'discrete'"),
        ("users", {"observation": "some"}, r"observation must be one of 'local', 'global'"),
        (
            "servers",
            {"reward": "selfish"},
            r"scope must be one of 'shared', 'local', got 'selfish'",
        ),
        ("servers", {"max_cycles": 0}, r"max_cycles must be an integer of at least 1, got 0"),
        ("servers", {"render_mode": "ansi"}, r"render_mode must be one of .*, got 'ansi'"),
    ],
)
def test_bad_options(tiny, view, options, message):
    with pytest.raises(ValueError, match=message):
        DJTCRAEnv(view, tiny, **options)


def test_unknown_options(tiny):
    with pytest.raises(TypeError, match="unexpected keyword argument 'num_users'"):
        DJTCRAEnv("servers", tiny, num_users=3)  # type: ignore[call-arg]


@pytest.mark.parametrize("view", ["servers", "users"])
def test_episodes_draw_their_topology_from_as_many_as_are_asked_for(tiny, view):
    env = DJTCRAEnv(view, tiny, topologies=3, max_cycles=2)
    drawn = []
    for episode in range(20):
        env.reset(seed=0 if episode == 0 else None)
        scenario = env.scenario
        assert env.view.scenario is scenario
        step(env)
        assert env.scenario is scenario
        drawn.append(scenario.seed)
    assert set(drawn) == {tiny.seed, tiny.seed + 1, tiny.seed + 2}


def test_one_topology_costs_no_draw(tiny):
    one, two = DJTCRAEnv(scenario=tiny), DJTCRAEnv(scenario=tiny, topologies=2)
    one.reset(seed=0)
    two.reset(seed=0)
    assert one.scenario is tiny
    assert not np.array_equal(one.state(), two.state())


def test_topologies_must_share_their_observations_space(tiny):
    raw = {"observation.kind": "raw", "observation.observe_eta": True}
    with pytest.raises(ValueError, match="topologies must be 1 with an observation"):
        DJTCRAEnv(scenario=tiny.with_overrides(raw), topologies=2)
    with pytest.raises(ValueError, match=r"topologies must be .* got 0"):
        DJTCRAEnv(scenario=tiny, topologies=0)
