import numpy as np
import pytest

from edgemarl.djtcra import SCENARIOS, next_state
from edgemarl.djtcra.population import Churn, FixedPopulation

RNG = np.random.default_rng
CHURN = SCENARIOS["tiny"].with_overrides({"population": "churn", "num_users": 40})


def history(population, num_users, slots, seed=0):
    """Who is there, (slots, U)."""
    rng = RNG(seed)
    present = population.start(num_users, rng)
    rows = [present]
    for _ in range(slots - 1):
        present = population.change(present, rng)
        rows.append(present)
    return np.array(rows)


def slots_of(scenario, count, seed=0):
    rng, state = RNG(seed), None
    for _ in range(count):
        state = next_state(scenario, state, None if state is None else state.ran, rng)
        yield state


def test_a_fixed_population_is_everybody_and_draws_nothing():
    rng = RNG(0)
    present = FixedPopulation().start(5, rng)
    assert present.all()
    assert FixedPopulation().change(present, rng) is present
    assert rng.random() == RNG(0).random()


def test_the_share_of_indices_in_use():
    """join / (join + leave): 0.1 / (0.1 + 0.3), in the first slot and in a late one."""
    population = Churn(join=0.1, leave=0.3)
    assert population.share == pytest.approx(0.25)
    there = history(population, 20_000, 20)
    assert there[0].mean() == pytest.approx(0.25, abs=0.01)
    assert there[-1].mean() == pytest.approx(0.25, abs=0.01)


def test_users_stay_and_indices_wait_for_their_mean_times():
    """Of those there, 0.3 leave in each slot, and 0.1 of the free indices are taken."""
    there = history(Churn(join=0.1, leave=0.3), 20_000, 6)
    before, after = there[:-1], there[1:]
    assert (~after)[before].mean() == pytest.approx(0.3, abs=0.01)
    assert after[~before].mean() == pytest.approx(0.1, abs=0.01)


def test_a_population_that_never_leaves_fills_up():
    there = history(Churn(join=1.0, leave=0.0), 10, 3)
    assert there.all()


def test_only_new_users_bring_new_factors_places_and_no_past():
    scenario, joined = CHURN.with_overrides({"mobility": "random_walk", "mobility.step": 0.0}), 0
    before = None
    for state in slots_of(scenario, 60):
        state.check(scenario)
        np.testing.assert_array_equal(state.active, state.present)
        if before is not None:
            new = state.present & ~before.present
            joined += new.sum()
            changed = (state.processing_factor != before.processing_factor).any(axis=1)
            np.testing.assert_array_equal(changed, new)
            moved = (state.placement.position != before.placement.position).any(axis=1)
            np.testing.assert_array_equal(moved, new)
            assert (state.previous_assignment[new] == -1).all()
            stayed = state.present & before.present
            np.testing.assert_array_equal(state.previous_assignment[stayed], before.ran[stayed])
        before = state
    assert joined > 20


def test_the_first_users_are_those_of_the_topology():
    first = next(slots_of(CHURN, 1))
    assert first.processing_factor is CHURN.topology.processing_factor
    fixed = CHURN.replace(population=FixedPopulation())
    for state in slots_of(fixed, 3):
        assert state.processing_factor is fixed.topology.processing_factor  # never a copy


def test_a_user_without_a_task_is_there_all_the_same():
    scenario = CHURN.with_overrides({"arrivals": "bernoulli"})
    idle = sum((s.present & ~s.active).sum() for s in slots_of(scenario, 5))
    assert idle > 0
    assert not any((s.active & ~s.present).any() for s in slots_of(scenario, 5))


def test_a_changing_population_needs_a_network_that_can_draw_users():
    class Given:
        def draw(self, num_users, num_servers, rng): ...

    SCENARIOS["tiny"].replace(network=Given())
    message = r"network of a changing population must have \w+, got <.*Given"
    with pytest.raises(ValueError, match=message):
        CHURN.replace(network=Given())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"join": 0.0}, r"join must be positive, got 0\.0"),
        ({"join": 1.5}, r"join must be between 0 and 1, got 1\.5"),
        ({"leave": -0.1}, r"leave must be between 0 and 1, got -0\.1"),
    ],
)
def test_bad_churn(fields, message):
    with pytest.raises(ValueError, match=message):
        Churn(**fields)
