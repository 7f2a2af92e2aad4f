import numpy as np
import pytest

from edgemarl.djtcra import SCENARIOS, next_state
from edgemarl.djtcra.availability import Failures, FixedPower, Varying, reflected

RNG = np.random.default_rng
FULL = np.array([10.0, 20.0, 40.0])
MANY = np.tile(FULL, 6_000)


def history(availability, full, slots, seed=0):
    """Power of every server, (slots, H)."""
    rng = RNG(seed)
    current = availability.start(full, rng)
    rows = [current]
    for _ in range(slots - 1):
        current = availability.change(current, full, rng)
        rows.append(current)
    return np.array(rows)


def test_fixed_power_is_all_of_it_and_draws_nothing():
    rng = RNG(0)
    assert FixedPower().start(FULL, rng) is FULL
    assert FixedPower().change(FULL, FULL, rng) is FULL
    assert rng.random() == RNG(0).random()
    scenario = SCENARIOS["tiny"]
    state = next_state(scenario, None, None, rng)
    assert next_state(scenario, state, None, rng).capacity is scenario.capacity


def test_servers_work_for_their_share_of_the_slots():
    """12 of 12 + 4 slots, in the first slot and in a late one; all or nothing."""
    availability = Failures(time_to_failure=12.0, time_to_repair=4.0)
    assert availability.share == pytest.approx(0.75)
    power = history(availability, MANY, 20)
    assert ((power == 0) | (power == MANY)).all()
    for slot in (0, -1):
        assert (power[slot] > 0).mean() == pytest.approx(0.75, abs=0.01)


def test_times_to_failure_and_to_repair():
    """One in 12 fails after a slot, one in 4 is repaired; so a repair takes 4 slots on average."""
    works = history(Failures(time_to_failure=12.0, time_to_repair=4.0), MANY, 12) > 0
    before, after = works[:-1], works[1:]
    assert (~after)[before].mean() == pytest.approx(1 / 12, abs=0.005)
    assert after[~before].mean() == pytest.approx(1 / 4, abs=0.01)
    lengths = repair_times(history(Failures(time_to_failure=2.0, time_to_repair=4.0), FULL, 4_000))
    assert np.mean(lengths) == pytest.approx(4, rel=0.1)


def repair_times(power):
    """Lengths of all spells without power that end."""
    lengths = []
    for column in power.T:
        ends = np.flatnonzero(column > 0)
        lengths += [gap - 1 for gap in np.diff(ends).tolist() if gap > 1]
    return lengths


def test_a_server_that_fails_at_once_alternates():
    power = history(Failures(time_to_failure=1.0, time_to_repair=1.0), FULL, 4)
    np.testing.assert_array_equal(power[1:] > 0, power[:-1] == 0)


def test_varying_power_is_uniform_between_its_bounds():
    for availability in (Varying(share=(0.5, 0.9)), Varying(share=(0.5, 0.9), step=0.1)):
        for power in history(availability, MANY, 10)[[0, -1]]:
            share = power / MANY
            assert 0.5 <= share.min() < 0.505 < 0.895 < share.max() <= 0.9 + 1e-12
            assert share.mean() == pytest.approx(0.7, abs=0.005)
            assert share.std() == pytest.approx(0.4 / np.sqrt(12), rel=0.02)


def test_a_walk_is_slow_and_redrawing_forgets():
    walk = history(Varying(step=0.01), MANY, 2) / MANY
    assert np.diff(walk, axis=0).std() == pytest.approx(0.01, rel=0.05)
    anew = history(Varying(), MANY, 2)
    assert abs(np.corrcoef(anew[0] / MANY, anew[1] / MANY)[0, 1]) < 0.03


def test_reflection_by_hand():
    """1.2 is 0.2 above the bound 1, so 0.8; 0.4 is 0.1 below 0.5, so 0.6; -0.3 folds twice."""
    values = np.array([0.75, 1.2, 0.4, -0.3, 0.5, 1.0])
    np.testing.assert_allclose(reflected(values, (0.5, 1.0)), [0.75, 0.8, 0.6, 0.7, 0.5, 1.0])
    np.testing.assert_array_equal(reflected(values, (0.7, 0.7)), 0.7)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Failures(time_to_failure=0.5), r"time_to_failure must be at least 1 slot, got 0"),
        (lambda: Failures(time_to_repair=0.0), r"time_to_repair must be at least 1 slot, got 0"),
        (lambda: Varying(share=(0.5, 1.2)), r"share must be between 0 and 1, got 1\.2 at index 1"),
        (lambda: Varying(share=(0.9, 0.5)), r"share must be a pair \(low, high\)"),
        (lambda: Varying(step=0.0), r"step must be positive, got 0\.0"),
    ],
)
def test_bad_availability(make, message):
    with pytest.raises(ValueError, match=message):
        make()
