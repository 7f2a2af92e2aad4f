"""The compiled passes against the equations one by one, as `latency.py` has them."""

import dataclasses

import numpy as np
import pytest

from edgemarl.core.units import watt_to_dbm
from edgemarl.djtcra import SCENARIOS, evaluate, next_state
from edgemarl.djtcra.latency import (
    cloud_forwarding_latency,
    cloud_processing_latency,
    edge_cycles,
    forwarding_latency,
    migration_latency,
    processing_latency,
    wireless_latency,
)
from edgemarl.djtcra.observations import RawRows
from edgemarl.djtcra.outcome import CLOUD, IDLE
from edgemarl.djtcra.passes import per_server, scaled_features, totals

SLOTS = 20


def slots(scenario, seed=0):
    """Consecutive states of a scenario with random assignments, of which some are to the cloud."""
    rng = np.random.default_rng(seed)
    state, assignment = None, None
    for _ in range(SLOTS):
        state = next_state(scenario, state, assignment, rng)
        assignment = rng.integers(CLOUD, scenario.num_servers, scenario.num_users)
        yield state, assignment


def by_equations(scenario, state, assignment, power):
    """Latency, its forwarding and processing parts and who serves, in plain numpy."""
    fixed = wireless_latency(scenario, state)
    forwarding = forwarding_latency(scenario, state, state.ran, assignment)
    forwarding = forwarding + migration_latency(scenario, state, assignment)
    processing = processing_latency(edge_cycles(scenario, state, assignment), power)
    edge = fixed + forwarding + processing
    far, computed = (
        cloud_forwarding_latency(scenario, state),
        cloud_processing_latency(scenario, state),
    )
    cloud = fixed + far + computed
    away = cloud < edge
    served_by = np.where(away, CLOUD, assignment)
    latency = np.where(away, cloud, edge)
    return latency, np.where(away, far, forwarding), np.where(away, computed, processing), served_by


@pytest.mark.parametrize(
    "overrides",
    [{}, {"mobility": "random_walk", "migration_delay": 0.05}, {"arrivals": "bernoulli"}],
    ids=["paper", "migration", "idle users"],
)
def test_a_slot_follows_the_equations(overrides):
    scenario = SCENARIOS["paper"].with_overrides(overrides)
    for state, assignment in slots(scenario):
        outcome = evaluate(scenario, state, assignment)
        latency, forwarding, processing, served_by = by_equations(
            scenario, state, assignment, outcome.allocation
        )
        for got, expected in (
            (outcome.wireless_latency, wireless_latency(scenario, state)),
            (outcome.latency, latency),
            (outcome.forwarding_latency, forwarding),
            (outcome.processing_latency, processing),
        ):
            np.testing.assert_allclose(got, np.where(state.active, expected, 0.0), rtol=1e-13)
        np.testing.assert_array_equal(outcome.served_by, np.where(state.active, served_by, IDLE))


def test_totals_are_sums_and_counts():
    for scenario in (
        SCENARIOS["paper"],
        SCENARIOS["tiny"].with_overrides({"arrivals": "bernoulli"}),
    ):
        for state, assignment in slots(scenario):
            outcome = evaluate(scenario, state, assignment)
            assert outcome.system_qoe == pytest.approx(outcome.qoe.sum(), rel=1e-13)
            assert outcome.num_active == state.active.sum()
            assert outcome.num_satisfied == (outcome.qoe > 0.9).sum()
            assert outcome.num_gave_up == (state.active & (outcome.qoe < 0.1)).sum()
            assert outcome.num_cloud == (outcome.served_by == CLOUD).sum()
            mean = outcome.latency.sum() / max(state.active.sum(), 1)
            assert outcome.mean_latency == pytest.approx(mean, rel=1e-13)


def test_totals_by_hand():
    qoe, latency = np.array([0.95, 0.5, 0.05, 0.0]), np.array([0.1, 0.2, 0.4, 0.0])
    served_by = np.array([0, CLOUD, 1, IDLE])
    assert totals(qoe, latency, served_by, 0.1, 0.9, CLOUD, IDLE) == (
        pytest.approx(1.5), pytest.approx(0.7), 3, 1, 1, 1,
    )  # fmt: skip


def test_sums_of_each_server_by_hand():
    sums = per_server(
        np.array([0, 1, 1, 0]),
        np.array([0.5, 0.25, 1.0, 0.0]),
        np.array([1, CLOUD, 1, IDLE]),
        np.array([True, True, True, False]),
        2,
    )
    np.testing.assert_array_equal(sums, [[0.5, 1.25], [1, 2], [0, 2]])


def test_scaled_features_are_the_raw_ones_scaled():
    scenario = SCENARIOS["paper"]
    offset, factor = scenario.feature_scaling
    for state, _ in slots(scenario):
        raw = RawRows().rows(scenario, state).astype(float)
        raw[:, 8] = watt_to_dbm(state.noise)
        expected = np.clip((raw - offset) * factor, -1, 1)
        got = scaled_features(
            state.ran, state.volume, state.result, state.intensity, state.steepness,
            state.midpoint, state.distance, state.bandwidth, state.noise, offset, factor,
        )  # fmt: skip
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, expected, atol=2e-6)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("volume", np.ones(3), "every field of the state must have one entry for each user"),
        ("previous_assignment", np.zeros(3, int), "every field of the state"),
        ("processing_factor", np.ones((3, 3)), "processing_factor must have a row for each user"),
        ("processing_factor", np.ones((8, 2)), "a row for each user, a column for each server"),
    ],
)
def test_states_of_another_size_are_refused(field, value, message):
    scenario = SCENARIOS["tiny"]
    state = next_state(scenario, None, None, np.random.default_rng(0))
    wrong = dataclasses.replace(state, **{field: value})
    with pytest.raises(ValueError, match=message):
        evaluate(scenario, wrong, state.ran)


def test_states_of_other_servers_are_refused():
    scenario = SCENARIOS["tiny"]
    state = next_state(scenario, None, None, np.random.default_rng(0))
    placement = dataclasses.replace(state.placement, ran=np.full(scenario.num_users, 7))
    with pytest.raises(ValueError, match="ran must be a server index"):
        evaluate(
            scenario, dataclasses.replace(state, placement=placement), np.zeros_like(state.ran)
        )


def test_an_allocation_of_another_size_is_refused():
    class Short:
        def allocate(self, problem):
            from edgemarl.djtcra.allocation import Allocation

            return Allocation(power=np.ones(2))

    scenario = SCENARIOS["tiny"].replace(allocation=Short())
    state = next_state(scenario, None, None, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"allocation\.power must have shape"):
        evaluate(scenario, state, state.ran)
