"""The template alone, with an environment that counts."""

import copy
import pickle
from types import SimpleNamespace

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

from edgemarl.core.env import EdgeEnv
from edgemarl.core.system import Objective


class CounterView:
    agents = ("left", "right")
    observation_spaces = {a: Box(0, 1e9, (1,), np.float32) for a in agents}  # noqa: RUF012
    action_spaces = {a: Discrete(3) for a in agents}  # noqa: RUF012
    state_space = Box(0, 1e9, (1,), np.float32)

    def observe(self, state):
        return {agent: np.array([state["draw"]], np.float32) for agent in self.agents}

    def global_state(self, state):
        return np.array([state["draw"]], np.float32)

    def decode(self, actions, state):
        if any(action == 2 for action in actions.values()):
            raise ValueError("two is not an action here")
        return np.array([actions[agent] for agent in self.agents])

    def encode(self, assignment):
        return dict(zip(self.agents, assignment, strict=True))

    def rewards(self, state, outcome):
        return dict.fromkeys(self.agents, outcome.system_qoe)

    def infos(self, state, outcome):
        return {agent: {"slot": 0.0 if outcome is None else 1.0} for agent in self.agents}


class Outcome:
    def __init__(self, assignment):
        self.system_qoe = float(assignment.sum())

    def metrics(self):
        return {"system_qoe": self.system_qoe}


class CounterEnv(EdgeEnv):
    """The state remembers its predecessor's number and the assignment that led to it."""

    system = SimpleNamespace(  # type: ignore[assignment]  # of which the template reads this alone
        objective=Objective(name="system_qoe", title="QoE", maximize=True)
    )

    def _next_state(self, assignment):
        number = 0 if self.slot_state is None else self.slot_state["number"] + 1
        draw = self.np_random.integers(1000)
        return {"number": number, "draw": int(draw), "assignment": assignment}

    def _evaluate(self, assignment):
        return Outcome(assignment)

    def _bound(self, state):
        return 4.0


def make(**options):
    options = {"max_cycles": 3, "render_mode": None, "report_bound": False, **options}
    return CounterEnv(CounterView(), **options)  # type: ignore[arg-type]


ACTIONS = {"left": 1, "right": 0}


def test_an_episode():
    env = make()
    assert env.agents == []
    assert env.possible_agents == ["left", "right"]
    observations, infos = env.reset(seed=3)
    assert infos == {"left": {"slot": 0.0}, "right": {"slot": 0.0}}
    assert env.slot_state["assignment"] is None
    for cycle in range(3):
        decided = env.slot_state
        np.testing.assert_array_equal(observations["left"], [decided["draw"]])
        observations, rewards, terminations, truncations, infos = env.step(ACTIONS)
        assert rewards == {"left": 1.0, "right": 1.0}
        assert terminations == {"left": False, "right": False}
        assert truncations == dict.fromkeys(env.possible_agents, cycle == 2)
        assert infos["right"] == {"slot": 1.0}
        assert env.slot_state["number"] == decided["number"] + 1
        np.testing.assert_array_equal(env.slot_state["assignment"], [1, 0])
    assert env.agents == []
    assert set(observations) == {"left", "right"}  # the observation that a target bootstraps from


def test_the_end_of_an_episode_stays_the_end():
    env = make(max_cycles=1)
    env.reset(seed=0)
    env.step(ACTIONS)
    with pytest.raises(RuntimeError, match="the episode is over, call reset"):
        env.step(ACTIONS)
    env.reset()
    env.step(ACTIONS)


@pytest.mark.parametrize("call", [lambda e: e.step(ACTIONS), lambda e: e.state()])
def test_nothing_before_the_first_reset(call):
    with pytest.raises(RuntimeError, match="must be reset first"):
        call(make())


def test_a_refused_action_costs_nothing():
    env, other = make(), make()
    env.reset(seed=1)
    other.reset(seed=1)
    with pytest.raises(ValueError, match="two is not an action"):
        env.step({"left": 2, "right": 0})
    assert env.agents
    assert env.last_outcome is None
    assert env.step(ACTIONS)[0]["left"] == other.step(ACTIONS)[0]["left"]


def test_seeds():
    env = make()
    first = [env.reset(seed=5)[0]["left"], env.step(ACTIONS)[0]["left"], env.reset()[0]["left"]]
    again = [env.reset(seed=5)[0]["left"], env.step(ACTIONS)[0]["left"], env.reset()[0]["left"]]
    assert first == again
    assert len({float(draw[0]) for draw in first}) == 3  # a reset without a seed goes on


def test_unseeded_environments_differ():
    draws = [np.concatenate([make().reset()[0]["left"] for _ in range(4)]) for _ in range(2)]
    assert not np.array_equal(*draws)


def test_options_of_reset_are_ignored():
    env = make()
    first, _ = env.reset(seed=2, options={"unknown": object()})
    assert first["left"] == make().reset(seed=2)[0]["left"]


def test_bound_in_the_infos():
    env = make(report_bound=True)
    _, infos = env.reset(seed=0)
    assert infos["left"] == {"slot": 0.0, "upper_bound": 0.0, "bound_gap": 0.0}
    infos = env.step(ACTIONS)[-1]
    assert infos["right"] == {"slot": 1.0, "upper_bound": 4.0, "bound_gap": 0.75}


class CostEnv(CounterEnv):
    """Counts costs, of which less is better."""

    system = SimpleNamespace(  # type: ignore[assignment]
        objective=Objective(name="system_qoe", title="cost", maximize=False)
    )

    def _bound(self, state):
        return 0.8


def test_bound_of_what_is_to_be_small():
    env = CostEnv(CounterView(), max_cycles=3, render_mode=None, report_bound=True)  # type: ignore[arg-type]
    _, infos = env.reset(seed=0)
    assert infos["left"] == {"slot": 0.0, "lower_bound": 0.0, "bound_gap": 0.0}
    infos = env.step(ACTIONS)[-1]
    assert infos["right"] == {
        "slot": 1.0,
        "lower_bound": 0.8,
        "bound_gap": pytest.approx(0.25),
    }


def test_an_assignment_given_directly():
    env, other = make(), make()
    env.reset(seed=0)
    other.reset(seed=0)
    direct, decoded = env.advance(np.array([1, 0])), other.step(ACTIONS)
    assert direct[0]["left"] == decoded[0]["left"]
    assert direct[1:] == decoded[1:]


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
def test_copies_continue_alike(clone):
    env = make()
    env.reset(seed=9)
    env.step(ACTIONS)
    other = clone(env)
    assert env.step(ACTIONS)[0]["left"] == other.step(ACTIONS)[0]["left"]
    assert env.reset()[0]["left"] == other.reset()[0]["left"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_cycles": 0}, "max_cycles must be an integer of at least 1, got 0"),
        ({"max_cycles": 2.5}, "max_cycles must be an integer of at least 1, got 2.5"),
        ({"render_mode": "ansi"}, "render_mode must be one of None, 'human', 'rgb_array', got 'a"),
    ],
)
def test_options(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)
