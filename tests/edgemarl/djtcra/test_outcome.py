import dataclasses

import numpy as np
import pytest

from edgemarl.djtcra import evaluate, next_state
from edgemarl.djtcra.outcome import CLOUD, IDLE, METRICS

ARRAYS = ("qoe", "latency", "wireless_latency", "forwarding_latency", "processing_latency")


def ms(*values):
    return pytest.approx(np.array(values) / 1000)


def test_the_paper_s_allocation_by_hand(hand, hand_state, logistic):
    """One task alone at server 0; of two at server 1 the hopeless third gets nothing.

    D_0 = 10 + 0 + 0.5/10 s, D_1 = 20 + 70 + 1/20 s, D_2 = 535 ms in the cloud, so that the
    exponents 20 (0.35 - D) are 5.8, 4.2 and -3.7.
    """
    outcome = evaluate(hand, hand_state, np.array([0, 1, 1]))
    np.testing.assert_allclose(outcome.allocation, [10e9, 20e9, 0], rtol=1e-9)
    assert outcome.wireless_latency == ms(10, 20, 30)
    assert outcome.forwarding_latency == ms(0, 70, 430)
    assert outcome.processing_latency == ms(50, 50, 75)
    assert outcome.latency == ms(60, 140, 535)
    np.testing.assert_array_equal(outcome.served_by, [0, 1, CLOUD])
    np.testing.assert_allclose(outcome.qoe, [0.9969816, 0.9852260, 0.0241271], atol=1e-7)
    np.testing.assert_allclose(outcome.qoe, logistic([5.8, 4.2, -3.7]))
    assert outcome.system_qoe == pytest.approx(2.0063347, abs=1e-6)
    assert outcome.mean_latency == pytest.approx(0.245)
    assert outcome.metrics() == {
        "system_qoe": outcome.system_qoe,
        "mean_latency": outcome.mean_latency,
        "num_satisfied": 2.0,
        "num_disturbed": 0.0,
        "num_gave_up": 1.0,
        "num_cloud": 1.0,
    }
    assert tuple(outcome.metrics()) == METRICS
    edge_sums = np.array([outcome.qoe[0], outcome.qoe[1]])  # the third is worth nothing there
    np.testing.assert_allclose(outcome.allocation_bound, edge_sums, atol=2e-6)
    assert (outcome.allocation_bound >= edge_sums).all()


def test_equal_shares_by_hand(hand, hand_state, logistic):
    """Server 0 gives 5 Gcycles/s to each: 110 ms and 20 + 2/5 s, a disturbed user.

    The third task alone at server 1 takes 30 + 12/20 s, more than its 535 ms in the cloud.
    """
    outcome = evaluate(hand.replace(allocation="equal_share"), hand_state, np.array([0, 0, 1]))
    np.testing.assert_allclose(outcome.allocation, [5e9, 5e9, 20e9])  # granted, used or not
    assert outcome.latency == ms(110, 420, 535)
    np.testing.assert_allclose(outcome.qoe, logistic([4.8, -1.4, -3.7]))
    np.testing.assert_array_equal(outcome.served_by, [0, 0, CLOUD])
    assert (outcome.num_satisfied, outcome.num_disturbed, outcome.num_gave_up) == (1, 1, 1)
    assert outcome.allocation_bound is None


def test_everything_in_the_cloud_by_hand(hand, hand_state, logistic):
    outcome = evaluate(hand, hand_state, np.full(3, CLOUD))
    assert outcome.latency == ms(445, 490, 535)
    np.testing.assert_allclose(outcome.qoe, logistic([-1.9, -2.8, -3.7]))
    np.testing.assert_array_equal(outcome.served_by, CLOUD)
    np.testing.assert_array_equal(outcome.allocation, 0)
    assert outcome.num_cloud == 3


def test_idle_users_are_zero_everywhere_and_not_counted(hand, hand_state):
    idle = dataclasses.replace(hand_state, active=np.array([True, False, True]))
    outcome = evaluate(hand, idle, np.array([1, 1, 0]))
    for name in (*ARRAYS, "allocation"):
        assert getattr(outcome, name)[1] == 0, name
    assert outcome.served_by[1] == IDLE
    assert outcome.num_active == 2
    assert outcome.mean_latency == pytest.approx(outcome.latency.sum() / 2)
    counts = outcome.num_satisfied, outcome.num_disturbed, outcome.num_gave_up
    assert sum(counts) == 2
    assert outcome.allocation[0] == pytest.approx(20e9)  # all of server 1


def test_nobody_has_a_task(hand, hand_state):
    nobody = dataclasses.replace(hand_state, active=np.zeros(3, bool))
    outcome = evaluate(hand, nobody, np.zeros(3, int))
    assert outcome.metrics() == dict.fromkeys(METRICS, 0.0)


@pytest.mark.parametrize("threshold", [0.0, 0.1])
def test_counts_add_up_at_any_threshold(tiny, draw, threshold):
    scenario = tiny.with_overrides(
        {"num_users": 30, "arrivals": "bernoulli", "disturbed_qoe": threshold}
    )
    state = draw(scenario, 3)
    outcome = evaluate(scenario, state, state.ran)
    assert 0 < outcome.num_active < 30
    assert outcome.num_gave_up == np.count_nonzero(outcome.qoe[state.active] < threshold)
    counts = outcome.num_satisfied, outcome.num_disturbed, outcome.num_gave_up
    assert min(counts) >= 0
    assert sum(counts) == outcome.num_active


def test_assignments_of_idle_users_have_no_effect(tiny, draw):
    scenario = tiny.with_overrides({"arrivals": "bernoulli"})
    state = draw(scenario, 1)
    assert not state.active.all()
    one, other = state.ran.copy(), state.ran.copy()
    other[~state.active] = (other[~state.active] + 1) % 3
    np.testing.assert_array_equal(
        evaluate(scenario, state, one).qoe, evaluate(scenario, state, other).qoe
    )


def test_migration_is_part_of_the_forwarding_latency(hand, hand_state):
    moving = hand.replace(migration_delay=0.04)
    second = next_state(moving, hand_state, np.array([1, 1, 1]), np.random.default_rng(0))
    stay, moved = (evaluate(scenario, second, np.array([0, 1, 1])) for scenario in (hand, moving))
    assert stay.forwarding_latency == ms(0, 70, 430)
    assert moved.forwarding_latency == ms(40, 70, 430)  # user 0 moved; the cloud costs nothing
    assert moved.latency == ms(100, 140, 535)


def test_cloud_awareness_serves_whom_the_cloud_cannot(hand, hand_state):
    """Any allocation is worth at most the cloud-aware one after the fallback."""
    for assignment in np.ndindex(2, 2, 2):
        reached = [
            evaluate(hand.replace(allocation=kind), hand_state, np.array(assignment)).system_qoe
            for kind in ("cloud_aware", "exact", "equal_share")
        ]
        assert reached[0] >= max(reached) - 1e-5


def test_evaluation_changes_nothing(tiny, draw):
    state, assignment = draw(tiny), np.array([0, 1, 2, 0, 1, 2, 0, 1])
    arrays = [v for v in vars(state).values() if isinstance(v, np.ndarray)]
    arrays += [state.ran, state.distance, assignment]
    before = [array.copy() for array in arrays]
    for array in arrays:
        array.setflags(write=False)
    first, second = evaluate(tiny, state, assignment), evaluate(tiny, state, assignment)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)
    np.testing.assert_array_equal(first.qoe, second.qoe)


def test_an_outcome_keeps_the_assignment_it_was_made_of(hand, hand_state):
    assignment = np.array([0, 1, 1])
    outcome = evaluate(hand, hand_state, assignment)
    assignment[:] = 0
    np.testing.assert_array_equal(outcome.assignment, [0, 1, 1])


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ([0, 1], r"assignment must have shape \(3,\), got \(2,\)"),
        ([[0, 1, 1]], r"assignment must have shape \(3,\), got \(1, 3\)"),
        ([0, 2, 1], r"assignment must be a server index from -1 to 1, got 2 at index 1"),
        ([0, 1, -2], r"assignment must be a server index from -1 to 1, got -2 at index 2"),
        ([0.0, 1.0, 1.0], r"assignment must hold integers, got float64"),
        ([0, 1, np.nan], r"assignment must hold integers, got float64"),
    ],
)
def test_bad_assignments(hand, hand_state, assignment, message):
    with pytest.raises(ValueError, match=message):
        evaluate(hand, hand_state, np.array(assignment))
