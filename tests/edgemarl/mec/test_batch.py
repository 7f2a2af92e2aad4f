"""Copies stepped together against each copy alone, slot by slot."""

import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from gymnasium.spaces import Box

from edgemarl.core.in_turn import InTurn
from edgemarl.mec import Scenario
from edgemarl.mec.batch import TogetherEnv
from edgemarl.mec.env import MECEnv
from tests.side_by_side import (
    assert_goes_on_from_a_pickle,
    assert_same,
    assert_same_places,
    compare,
)

COPIES = 3
SMALL = Scenario(
    num_devices=12,
    num_servers=3,
    server_capacity=(2e9, 3e9, 4e9),  # the vote with capacities turns some devices away
    slots_per_episode=4,
)


def pair(overrides=None, copies=COPIES, **options):
    """The copies together, and others in turn."""
    scenario = SMALL.with_overrides(overrides or {})
    envs = [MECEnv(scenario, **options) for _ in range(copies)]
    together = envs[0].batched(envs)
    assert isinstance(together, TogetherEnv)
    return together, InTurn([MECEnv(scenario, **options) for _ in range(copies)])


@dataclass(frozen=True, kw_only=True)
class SmallestGain:
    """An observation of one's own, which looks at one slot."""

    def row_space(self, scenario):
        return Box(0.0, 1.0, (scenario.num_devices,), np.float32)

    def rows(self, scenario, state):
        assert state.gain.ndim == 2
        return (state.gain.min() / state.gain.T).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Slowest:
    """A reward of one's own, which looks at one slot."""

    def shared(self, outcome):
        return -float(outcome.latency.max()) + (outcome.assignment == 1).sum()


@dataclass(frozen=True, kw_only=True)
class TwoLevels:
    """Fading of one's own."""

    def draw(self, size, rng):
        return 0.5 + rng.integers(2, size=size)


OPTIONS = [{}, {"vote": "capacity"}, {"reward": "negative_objective"}, {"report_bound": True}]
SCENARIOS = [
    {"motion": "redraw"},
    {"motion": "redraw", "positions": "levy", "fading": "rayleigh"},
    {"fading": "none"},
    {"fading": TwoLevels()},
    {"tasks": "uniform"},
    {"observation": "max_scaled"},
    {"observation": "raw"},
    {"observation": SmallestGain()},
    {"reward": Slowest()},
    {"energy_weight": 0.0},
    {"num_servers": 1, "server_capacity": 4e9, "vote": "capacity"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_together_is_alone(options):
    compare(*pair(**options))


@pytest.mark.parametrize("overrides", SCENARIOS, ids=str)
def test_every_scenario(overrides):
    compare(*pair(overrides))


def test_many_devices():
    compare(*pair({"num_devices": 300, "vote": "capacity", "server_capacity": 50e9}), steps=4)


def test_rows_have_no_owners():
    together, _ = pair()
    together.reset([1, 2, 3])
    assert together.row_owner() is None
    with pytest.raises(ValueError, match="rows of the state must have owners"):
        together.step_rows(np.zeros((COPIES, 3)))


@pytest.mark.parametrize("overrides", [{}, {"motion": "redraw"}], ids=str)
def test_the_copies_are_where_the_batch_has_got_to(overrides):
    together, alone = pair(overrides)
    assert [env.slot_state for env in together.envs] == [None] * COPIES
    scores = np.random.default_rng(3).random((2, COPIES, 3, 12))
    for batch in (together, alone):
        batch.reset([1, 2, 3])
        batch.step(scores[0])
        batch.reset([None, 9, None], np.array([False, True, False]))
    assert_same_places(together.envs, alone.envs)
    problems = [batch.envs[2].assignment_problem() for batch in (together, alone)]
    np.testing.assert_array_equal(problems[0].preference, problems[1].preference)
    assert_same(together.step(scores[1])[0], alone.step(scores[1])[0])


def test_running_copies_are_taken_over():
    envs = [MECEnv(SMALL) for _ in range(2)]
    others = pickle.loads(pickle.dumps(envs))
    scores = np.random.default_rng(3).random((3, 12))
    for both in (envs, others):
        both[0].reset(seed=1)
        both[0].step(dict(zip(both[0].agents, scores, strict=True)))
    together = envs[0].batched(envs)
    assert together is not None
    with pytest.raises(RuntimeError, match="copy 1 must be reset first"):
        together.state()
    together.reset([None, 4], np.array([False, True]))
    others[1].reset(seed=4)
    cut = [together.step(np.stack([scores, scores]))[2] for _ in range(3)][-1]
    assert cut.tolist() == [True, False]
    for env in others:
        for _ in range(3):
            env.step(dict(zip(env.agents, scores, strict=True)))
    np.testing.assert_array_equal(together.state(), [env.state() for env in others])


def test_it_pickles_in_the_middle_of_an_episode():
    together, _ = pair()
    scores = np.random.default_rng(3).random((COPIES, 3, 12))
    assert_goes_on_from_a_pickle(together, lambda batch: batch.step(scores))


def test_errors_name_the_copy_and_nothing_moves():
    together, _ = pair(max_cycles=1)
    with pytest.raises(RuntimeError, match=r"copy 0 must be reset first: call reset\(seeds\)"):
        together.observations()
    together.reset([1, 2, 3])
    before, scores = together.state(), np.ones((COPIES, 3, 12))
    for wrong in (1.5, -0.1, np.nan):
        scores[2, 1, 5] = wrong
        message = rf"copy 2: action of server_1 must be between 0 and 1, got {wrong} for device 5"
        with pytest.raises(ValueError, match=message):
            together.step(scores)
    with pytest.raises(ValueError, match=r"copy 0: actions must be numbers .* got <U1"):
        together.step(np.full((COPIES, 3, 12), "1"))
    with pytest.raises(ValueError, match=r"actions must have shape \(3, 3, 12\), got \(3, 12\)"):
        together.step(np.ones((COPIES, 12)))
    np.testing.assert_array_equal(together.state(), before)
    scores[2, 1, 5] = 1.0
    together.step(scores)
    together.reset([None] * COPIES, np.array([True, False, True]))
    with pytest.raises(RuntimeError, match="the episode of copy 1 is over"):
        together.step(scores)


def test_what_cannot_be_stepped_together():
    def make(**options):
        return MECEnv(**{"scenario": SMALL, "max_cycles": 3, **options})

    first = make()
    assert first.batched([first, make()]) is not None
    others = {"max_cycles": 4, "vote": "capacity", "report_bound": True, "render_mode": "rgb_array"}
    for name, value in others.items():
        assert first.batched([first, make(**{name: value})]) is None
    assert first.batched([first, make(scenario=SMALL.replace(seed=1))]) is None
    windows = [make(render_mode="human") for _ in range(2)]
    assert windows[0].batched(windows) is None

    class Mine(MECEnv):
        """Does something else."""

    mine = [Mine(SMALL, max_cycles=3) for _ in range(2)]
    assert first.batched([first, mine[0]]) is None
    assert mine[0].batched(mine) is None
