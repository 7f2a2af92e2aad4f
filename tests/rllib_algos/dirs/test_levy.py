"""Every operator of the search, by hand."""

import math

import numpy as np
import pytest

from rllib_algos.dirs import levy

PREFERENCE = np.array([[0.7, 0.3], [0.4, 0.6], [0.5, 0.5]])  # three devices, two servers


class Ones:
    """A generator whose integers are all 1, the second server."""

    def integers(self, low, high, shape):
        assert (low, high) == (-1, 2)  # local execution and both servers
        return np.ones(shape, int)


@pytest.mark.parametrize(
    ("beta", "deviation"),
    [(1.0, 1.0), (1.5, 0.69657), (0.5, 1.47934)],
)
def test_the_deviation_of_mantegnas_numerator(beta, deviation):
    assert levy.mantegna_deviation(beta) == pytest.approx(deviation, abs=1e-5)


def test_steps_of_exponent_one_are_those_of_a_cauchy_distribution():
    steps = levy.levy_steps((400, 500), 1.0, np.random.default_rng(0))
    for quantile in (0.5, 0.75, 0.9, 0.99):
        expected = math.tan(math.pi * (quantile - 0.5))
        assert np.quantile(steps, quantile) == pytest.approx(expected, abs=0.02, rel=0.03)
    assert np.quantile(steps, 0.1) == pytest.approx(-3.078, rel=0.03)  # signed


def test_smaller_exponents_give_more_long_steps():
    rng = np.random.default_rng(0)
    tails = [(np.abs(levy.levy_steps((10**5,), b, rng)) > 20).mean() for b in (0.7, 1.2, 1.8)]
    assert tails[0] > 2 * tails[1] > 4 * tails[2] > 0


def test_the_weight_falls_from_below_two_to_zero():  # Eq. (21)
    assert [levy.step_weight(g, 4) for g in (1, 2, 3, 4)] == [1.5, 1.0, 0.5, 0.0]


def test_preference_of_choices_and_of_local_execution():
    assignments = np.array([[0, 0, -1], [-1, 1, 1]])
    expected = [[0.7, 0.4, 0.5], [0.5, 0.6, 0.5]]
    np.testing.assert_allclose(levy.choice_preference(assignments, PREFERENCE), expected)


def test_h_mutation_moves_devices_whose_step_exceeds_their_preference():  # Eq. (20)
    assignments = np.array([[0, 0, -1], [0, -1, 0]])
    steps = np.array([[0.69, 0.41, 0.51], [0.71, 0.49, -9.0]])
    mutants = levy.h_mutation(assignments, PREFERENCE, steps, Ones())
    np.testing.assert_array_equal(mutants, [[0, 1, 1], [1, -1, 0]])


def test_h_mutation_draws_every_choice_alike():
    steps = np.full((3000, 3), 9.0)
    rng = np.random.default_rng(0)
    mutants = levy.h_mutation(np.zeros((3000, 3), int), PREFERENCE, steps, rng)
    share = np.bincount(mutants.ravel() + 1) / mutants.size
    np.testing.assert_allclose(share, 1 / 3, atol=0.02)


def test_crossover_takes_the_mutant_above_the_threshold():  # Eq. (22)
    assignments, mutants = np.array([[0, 0, 0]]), np.array([[1, 1, -1]])
    steps = np.array([[0.39, 0.41, 0.4]])
    candidates = levy.crossover(assignments, mutants, steps, 0.4)
    np.testing.assert_array_equal(candidates, [[0, 1, 0]])


def test_the_classic_flight_rounds_and_stays_within_the_choices():  # Eq. (18)
    assignments = np.array([[0, 0, -1, 1, 1]])
    steps = np.array([[0.4, 0.6, -3.0, 7.0, -1.6]])
    flown = levy.rounded_flight(assignments, 2, steps)
    np.testing.assert_array_equal(flown, [[0, 1, -1, 1, -1]])
    assert flown.dtype == assignments.dtype


def test_greedy_selection_keeps_what_is_not_better():  # Eq. (23)
    assignments, candidates = np.zeros((3, 2), int), np.ones((3, 2), int)
    values, costs = np.array([5.0, 5.0, 5.0]), np.array([4.0, 5.0, 6.0])
    kept, values = levy.greedy_selection(assignments, values, candidates, costs)
    np.testing.assert_array_equal(kept, [[1, 1], [0, 0], [0, 0]])
    np.testing.assert_array_equal(values, [4.0, 5.0, 5.0])
