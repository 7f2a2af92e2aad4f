"""The template of a batch alone, with copies that count what their two agents give them."""

from types import SimpleNamespace

import numpy as np
import pytest

from edgemarl.core.system import Objective
from edgemarl.core.together import Together

SYSTEM = SimpleNamespace(
    objective=Objective(name="given", title="given", maximize=True),
    bound=lambda scenario, state: 8.0 + state,
)


class Counter:
    """What the template reads of an environment; a slot's state is a number."""

    possible_agents = ("left", "right")
    system = SYSTEM

    def __init__(self, report_bound=False):
        self.scenario, self.view = "s", SimpleNamespace(scenario="s")
        self.slot_state = self.last_state = self.last_outcome = self.np_random = None
        self.agents, self.cycle, self.max_cycles = [], 0, 2
        self.report_bound, self.closed = report_bound, False

    def reseed(self, seed):
        self.np_random = seed

    def close(self):
        self.closed = True


class Numbers:
    def __init__(self, values):
        self.values = np.array(values)

    def state(self, copy):
        return int(self.values[copy])


class Counters(Together):
    """A first slot is the seed, the next one has what was given added."""

    asked = 0  # how often states were made

    def _joined(self, states):
        return Numbers(states)

    def _first_slots(self, slots, chosen):
        before = np.full(self.num_envs, -1) if slots is None else slots.values
        seeds = [seed or 0 for seed in self._generators]
        return Numbers(np.where(chosen, seeds, before))

    def _next_slots(self, slots, assignment):
        return Numbers(slots.values + assignment.sum(axis=1))

    def _decode(self, actions, slots):
        return actions

    def _evaluate(self, slots, assignment):
        return assignment.sum(axis=1)

    def _outcome_of(self, outcome, slots, copy):
        return int(outcome[copy])

    def _rewards(self, slots, outcome):
        return np.repeat(outcome[:, None], 2, axis=1).astype(float)

    def _slot_infos(self, slots, outcome):
        zeros = np.zeros(self.num_envs)
        return {"given": zeros if outcome is None else outcome, "own": zeros[:, None] + [1, 2]}

    def _state(self, slots):
        self.asked += 1
        return slots.values[:, None]


def test_two_copies_by_hand():
    batch = Counters([Counter(), Counter()])
    infos = batch.reset([10, 20])
    np.testing.assert_array_equal(infos["own"], [[1, 2], [1, 2]])
    rewards, ended, cut, infos = batch.step([[1, 2], [0, 4]])
    np.testing.assert_array_equal(rewards, [[3, 3], [4, 4]])
    np.testing.assert_array_equal(infos["given"], [3, 4])
    assert not (ended | cut).any()
    np.testing.assert_array_equal(batch.observations(), [[13], [24]])
    infos = batch.reset([5, None], np.array([True, False]))
    np.testing.assert_array_equal(infos["own"], [[1, 2], [0, 0]])
    np.testing.assert_array_equal(batch.state(), [[5], [24]])
    assert batch.step(np.ones((2, 2), int))[2].tolist() == [False, True]
    with pytest.raises(RuntimeError, match="the episode of copy 1 is over"):
        batch.step(np.ones((2, 2), int))


def test_nothing_is_reset_where_nothing_is_chosen():
    batch = Counters([Counter()])
    assert batch.reset([1], np.array([False])) == {}
    with pytest.raises(RuntimeError, match="copy 0 must be reset first"):
        batch.state()


def test_no_copy_is_reset_where_a_seed_is_wrong():
    batch = Counters([Counter(), Counter()])
    batch.reset(np.array([1, 2]))
    with pytest.raises(ValueError, match="copy 1: seed must be an integer of at least 0, got -1"):
        batch.reset([5, -1])
    assert [env.np_random for env in batch.envs] == [1, 2]
    assert batch.state().tolist() == [[1], [2]]


def test_actions_are_an_array():
    batch = Counters([Counter(), Counter()])
    batch.reset([1, 2])
    for step, name in ((batch.step, "actions"), (batch.step_rows, "rows")):
        with pytest.raises(ValueError, match=f"{name} must be one array of all copies, got lists"):
            step([[1, 2], [3]])


def test_states_are_made_once_for_a_slot_and_belong_to_the_caller():
    batch = Counters([Counter()])
    batch.reset([1])
    for slot in range(2):
        for seen in (batch.state(), batch.observations(), batch.state()):
            np.testing.assert_array_equal(seen, [[1 + 2 * slot]])
            seen *= 0
        assert batch.asked == slot + 1
        batch.step([[1, 1]])


def test_copies_are_brought_to_where_the_batch_is():
    batch = Counters([Counter(), Counter()])
    batch.reset([1, 2])
    batch.step([[1, 1], [2, 2]])
    batch.reset([None, 7], np.array([False, True]))
    left, right = batch.envs
    assert (left.slot_state, left.last_state, left.last_outcome, left.cycle) == (3, 1, 2, 1)
    assert (right.slot_state, right.last_state, right.last_outcome, right.cycle) == (
        7,
        None,
        None,
        0,
    )
    assert left.agents == ["left", "right"]
    left.slot_state = 100
    assert batch.envs[0].slot_state == 100  # which the batch does not see
    assert batch.state().tolist() == [[3], [7]]
    batch.step([[0, 0], [0, 0]])
    assert batch.envs[0].agents == []


def test_copies_are_taken_over_where_they_are():
    running = Counter()
    running.slot_state, running.agents, running.cycle = 4, ["left", "right"], 1
    batch = Counters([Counter(), running])
    batch.reset([9, None], np.array([True, False]))
    assert batch.state().tolist() == [[9], [4]]
    assert batch.step(np.zeros((2, 2), int))[2].tolist() == [False, True]


def test_bounds_and_gaps_by_hand():
    """Bounds are 8 plus the state."""
    batch = Counters([Counter(report_bound=True), Counter(report_bound=True)])
    infos = batch.reset([0, 2])
    assert infos["upper_bound"].tolist() == infos["bound_gap"].tolist() == [0, 0]
    infos = batch.step([[3, 3], [4, 1]])[3]
    np.testing.assert_array_equal(infos["upper_bound"], [8, 10])
    np.testing.assert_allclose(infos["bound_gap"], [0.25, 0.5])


def test_rows_have_no_owners_unless_a_subclass_says_so():
    batch = Counters([Counter()])
    batch.reset([1])
    assert batch.row_owner() is None
    with pytest.raises(ValueError, match="rows of the state must have owners"):
        batch.step_rows([[1]])
    batch.close()
    assert batch.envs[0].closed
