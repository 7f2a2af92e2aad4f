import dataclasses
import pickle

import numpy as np
import pytest

from edgemarl.djtcra import evaluate, next_state
from edgemarl.djtcra.mobility import Placement

ARRAYS = (
    "bandwidth",
    "noise",
    "volume",
    "result",
    "intensity",
    "steepness",
    "midpoint",
    "distance",
)


def fields(state):
    return np.concatenate([getattr(state, name) for name in (*ARRAYS, "ran")])


def test_a_drawn_state_is_correct(tiny, draw):
    state = draw(tiny)
    state.check(tiny)
    assert (state.slot, state.num_users) == (0, 8)
    assert (state.previous_assignment == -1).all()
    assert state.active.all()


def test_draws_of_many_users_have_the_paper_s_ranges(tiny, draw):
    state = draw(tiny.replace(num_users=20_000))
    assert (state.bandwidth.min(), state.bandwidth.max()) == pytest.approx((16e6, 56e6), rel=0.01)
    noise_dbm = 10 * np.log10(state.noise) + 30
    assert (noise_dbm.min(), noise_dbm.max()) == pytest.approx((-120, -80), abs=0.1)
    assert noise_dbm.mean() == pytest.approx(-100, abs=0.3)  # uniform in dBm, not in W


def test_whole_sub_channels(tiny, draw):
    """[2, 7] x 8 MHz of Table III read as counts of sub-channels."""
    state = draw(tiny.replace(num_users=6_000, subchannel=8e6))
    counts = np.bincount((state.bandwidth / 8e6).astype(int), minlength=8)
    assert counts[:2].sum() == 0
    assert (np.abs(counts[2:] - 1000) < 150).all()
    np.testing.assert_allclose(state.bandwidth % 8e6, 0)


def test_sub_channels_stay_within_the_bandwidth(tiny, draw):
    state = draw(tiny.replace(num_users=500, subchannel=10e6))
    assert sorted(set(state.bandwidth)) == [20e6, 30e6, 40e6, 50e6]


def test_states_repeat_with_the_generator(tiny, draw):
    np.testing.assert_array_equal(fields(draw(tiny, 4)), fields(draw(tiny, 4)))
    assert not np.array_equal(fields(draw(tiny, 4)), fields(draw(tiny, 5)))


def test_the_past_of_a_state(hand, hand_state):
    rng = np.random.default_rng(0)
    second = next_state(hand, hand_state, np.array([1, 0, 1]), rng)
    assert second.slot == 1
    np.testing.assert_array_equal(second.previous_assignment, [1, 0, 1])
    third = next_state(hand, second, None, rng)
    assert (third.previous_assignment == -1).all()


def test_idle_users_keep_the_server_they_had(hand, hand_state):
    rng = np.random.default_rng(0)
    second = next_state(hand, hand_state, np.array([1, 0, 1]), rng)
    idle = dataclasses.replace(second, active=np.array([True, False, True]))
    third = next_state(hand, idle, np.array([0, 1, 0]), rng)
    np.testing.assert_array_equal(third.previous_assignment, [0, 0, 0])


def test_only_a_walk_remembers_where_users_were(tiny, draw):
    walking = tiny.with_overrides({"mobility": "random_walk", "num_users": 200})
    for scenario, stays in [(walking, 0.9), (tiny.replace(num_users=200), 0.0)]:
        state = draw(scenario)
        after = next_state(scenario, state, state.ran, np.random.default_rng(1))
        near = np.abs(after.distance - state.distance) < 20
        assert (near & (after.ran == state.ran)).mean() >= stays
        assert (near & (after.ran == state.ran)).mean() <= stays + 0.3


@pytest.mark.parametrize("mobility", ["resample", "random_walk"])
def test_assignments_do_not_influence_what_comes_next(tiny, draw, mobility):
    """So that the best policy is myopic wherever migration costs nothing."""
    scenario = tiny.with_overrides({"mobility": mobility, "arrivals": "bernoulli"})
    state = draw(scenario)
    one, other = (
        next_state(scenario, state, np.full(8, server), np.random.default_rng(1))
        for server in (0, 2)
    )
    np.testing.assert_array_equal(fields(one), fields(other))
    np.testing.assert_array_equal(one.active, other.active)
    chosen = np.arange(8) % 3
    outcomes = [evaluate(scenario, each, chosen) for each in (one, other)]
    np.testing.assert_array_equal(outcomes[0].qoe, outcomes[1].qoe)
    costly = [evaluate(scenario.replace(migration_delay=0.1), e, chosen) for e in (one, other)]
    assert not np.array_equal(costly[0].latency, costly[1].latency)


def test_a_stored_state_goes_on_as_it_would_have(tiny):
    """As a resumed training needs it: users, factors and capacities are part of the state."""
    scenario = tiny.with_overrides({"population": "churn", "availability": "failures"})
    rng, state = np.random.default_rng(3), None
    for _ in range(10):
        state = next_state(scenario, state, None, rng)
    stored = pickle.loads(pickle.dumps((state, rng)))
    for _ in range(10):
        state = next_state(scenario, state, None, rng)
        stored = next_state(scenario, stored[0], None, stored[1]), stored[1]
    for name in ("present", "active", "processing_factor", "capacity", "volume", "ran"):
        np.testing.assert_array_equal(getattr(state, name), getattr(stored[0], name))
    assert not (state.processing_factor == scenario.topology.processing_factor).all()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("volume", np.zeros(3), r"volume must be positive, got 0\.0 at index 0"),
        ("noise", np.array([1e-9, np.nan, 1e-9]), r"noise must be finite, got nan at index 1"),
        ("result", np.array([0.0, 0.0, -1.0]), r"result must be zero or positive, got -1\.0"),
        ("bandwidth", np.ones(2), r"bandwidth must have shape \(3,\), got \(2,\)"),
        ("active", np.ones((3, 1), bool), r"active must have shape \(3,\), got \(3, 1\)"),
        ("steepness", np.full(3, np.inf), r"steepness must be finite, got inf"),
        ("capacity", np.array([1e9, -1.0]), r"capacity must be zero or positive, got -1\.0"),
        ("capacity", np.ones(3), r"capacity must have shape \(2,\), got \(3,\)"),
        ("processing_factor", np.ones((2, 3)), r"processing_factor must have shape \(3, 2\)"),
        ("present", np.ones(2, bool), r"present must have shape \(3,\), got \(2,\)"),
        ("placement", ([0, 1, 2], [50.0] * 3), r"ran must be a server index from 0 to 1, got 2"),
        ("placement", ([0, 1, 0], [50.0, -1.0, 50.0]), r"distance must be zero or positive"),
    ],
)
def test_states_of_one_s_own_are_checked(hand, hand_state, field, value, message):
    if field == "placement":
        value = Placement(ran=np.array(value[0]), distance=np.array(value[1]))
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(hand_state, **{field: value}).check(hand)
