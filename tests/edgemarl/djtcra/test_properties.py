"""What holds for any scenario, slot and assignment."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgemarl.djtcra import SCENARIOS, evaluate, next_state
from edgemarl.djtcra.mobility import Placement
from edgemarl.djtcra.optimum import slot_bound

TINY = SCENARIOS["tiny"]
COMPONENTS = {
    "channel": ["rural_macro", "log_distance"],
    "mobility": ["resample", "random_walk"],
    "arrivals": ["uniform", "bernoulli"],
    "allocation": ["exact", "cloud_aware", "equal_share"],
}
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@st.composite
def slots(draw):
    """A scenario with any components, its second slot, and an assignment."""
    kinds = {role: draw(st.sampled_from(known)) for role, known in COMPONENTS.items()}
    scenario = TINY.with_overrides(
        {
            **kinds,
            "num_users": draw(st.integers(1, 12)),
            "server_capacity": draw(st.lists(st.floats(1e8, 1e11), min_size=1, max_size=4)),
            "migration_delay": draw(st.sampled_from([0.0, 0.05])),
            "cloud_delay": draw(st.floats(0.0, 0.5)),
            "seed": draw(st.integers(0, 1_000)),
        }
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    first = next_state(scenario, None, None, rng)
    state = next_state(scenario, first, first.ran, rng)
    return scenario, state, rng.integers(-1, scenario.num_servers, scenario.num_users)


@quick
@given(slots())
def test_outcomes_are_consistent(slot):
    scenario, state, assignment = slot
    outcome = evaluate(scenario, state, assignment)
    active = state.active
    parts = outcome.wireless_latency + outcome.forwarding_latency + outcome.processing_latency
    np.testing.assert_allclose(outcome.latency, parts, rtol=1e-12)
    assert np.isfinite(outcome.latency).all()
    assert (outcome.latency[active] > 0).all()
    qoe = scenario.qoe.value(
        outcome.latency[active], state.steepness[active], state.midpoint[active]
    )
    np.testing.assert_allclose(outcome.qoe[active], qoe)
    in_cloud = evaluate(scenario, state, np.full(scenario.num_users, -1))
    assert (outcome.qoe >= in_cloud.qoe - 1e-12).all()
    assert (outcome.qoe <= 1).all()
    assert (outcome.latency <= in_cloud.latency * (1 + 1e-12)).all()
    edge = outcome.served_by >= 0
    np.testing.assert_array_equal(outcome.served_by[edge], assignment[edge])
    assert (outcome.allocation[edge] > 0).all()
    counts = outcome.num_satisfied, outcome.num_disturbed, outcome.num_gave_up
    assert min(counts) >= 0
    assert sum(counts) == outcome.num_active == active.sum()
    assert all(np.isfinite(list(outcome.metrics().values())))


@quick
@given(slots())
def test_no_server_gives_more_than_it_has(slot):
    scenario, state, assignment = slot
    outcome = evaluate(scenario, state, assignment)
    assert (outcome.allocation >= 0).all()
    assert (outcome.allocation[(assignment < 0) | ~state.active] == 0).all()
    for server, capacity in enumerate(scenario.server_capacity):
        assert outcome.allocation[assignment == server].sum() <= capacity * (1 + 1e-12)


@quick
@given(slots())
def test_no_assignment_passes_the_bound(slot):
    scenario, state, assignment = slot
    bound = slot_bound(scenario, state).upper_bound
    rng = np.random.default_rng(0)
    for _ in range(5):
        assert evaluate(scenario, state, assignment).system_qoe <= bound
        assignment = rng.integers(-1, scenario.num_servers, scenario.num_users)


@quick
@given(slots(), st.integers(0, 2**32))
def test_renaming_users_renames_the_outcome(slot, seed):
    scenario, state, assignment = slot
    order = np.random.default_rng(seed).permutation(scenario.num_users)
    fields = ("bandwidth", "noise", "volume", "result", "intensity", "steepness", "midpoint")
    fields += ("active", "previous_assignment", "processing_factor")
    permuted = replace(
        state,
        placement=Placement(ran=state.ran[order], distance=state.distance[order]),
        **{name: getattr(state, name)[order] for name in fields},
    )
    first = evaluate(scenario, state, assignment)
    second = evaluate(scenario, permuted, assignment[order])
    assert second.system_qoe == pytest.approx(first.system_qoe, abs=1e-5)
    if scenario.allocation == TINY.replace(allocation="equal_share").allocation:
        np.testing.assert_allclose(second.latency, first.latency[order])
        np.testing.assert_array_equal(second.served_by, first.served_by[order])


@pytest.mark.parametrize("seed", range(5))
def test_renaming_users_renames_the_exact_allocation(seed, draw):
    """Where users differ, the optimum is unique, and follows the names."""
    state = draw(TINY, seed)
    order = np.random.default_rng(seed).permutation(8)
    names = ("bandwidth", "noise", "volume", "result", "intensity", "steepness", "midpoint")
    names += ("processing_factor",)
    permuted = replace(
        state,
        placement=Placement(ran=state.ran[order], distance=state.distance[order]),
        **{name: getattr(state, name)[order] for name in names},
    )
    assignment = np.arange(8) % 3
    first = evaluate(TINY, state, assignment)
    second = evaluate(TINY, permuted, assignment[order])
    np.testing.assert_allclose(second.qoe, first.qoe[order], atol=2e-3)
    np.testing.assert_array_equal(second.served_by, first.served_by[order])


@pytest.mark.parametrize("seed", range(5))
def test_a_task_that_leaves_helps_the_others(seed, draw):
    """Together they reach at least what they did, under exact allocation that knows the cloud."""
    scenario = TINY.replace(allocation="cloud_aware")
    state, assignment = draw(scenario, seed), np.zeros(8, dtype=int)
    with_all = evaluate(scenario, state, assignment)
    without = evaluate(scenario, replace(state, active=np.arange(8) != seed), assignment)
    others = np.arange(8) != seed
    assert without.qoe[others].sum() >= with_all.qoe[others].sum() - 1e-5


@pytest.mark.parametrize(
    ("field", "factor"),
    [("volume", 1.3), ("result", 3.0), ("intensity", 1.3), ("noise", 1e4), ("bandwidth", 0.3)],
)
def test_a_harder_slot_is_worth_less(draw, field, factor):
    for seed in range(4):
        state = draw(TINY, seed)
        harder = replace(state, **{field: factor * getattr(state, field)})
        easy, hard = (slot_bound(TINY, each).upper_bound for each in (state, harder))
        assert hard < easy
