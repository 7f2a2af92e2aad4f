"""Sums over the pairs that functions look at: those of the whole table with zeros elsewhere."""

import numpy as np
import pytest

from edgemarl.solvers.pairs import Pairs

SHAPE = (5, 4)


@pytest.fixture
def gain(rng):
    return rng.normal(size=SHAPE)


def test_worked_sums():
    """Functions 0 and 1 look at budgets {0, 2} and {1, 2} of three."""
    pairs = Pairs((2, 3), np.array([[0, 2], [1, 2]]))
    np.testing.assert_array_equal(pairs.flat, [0, 2, 4, 5])
    np.testing.assert_array_equal(pairs.spread(np.array([1.0, 2.0, 3.0])), [[1, 3], [2, 3]])
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(pairs.sums(values), [1.0, 3.0, 6.0])
    products = [[1.0, 0.0, 2.0], [0.0, 9.0, 12.0], [2.0, 12.0, 20.0]]
    np.testing.assert_array_equal(pairs.products(values), products)


@pytest.mark.parametrize("count", [1, 3])
def test_some_budgets_are_as_all_with_zeros_elsewhere(gain, rng, count):
    some, every = Pairs.best(gain, count), Pairs(SHAPE)
    values = rng.normal(size=(SHAPE[0], count))
    whole = np.zeros(SHAPE)
    whole.ravel()[some.flat] = values.ravel()
    np.testing.assert_allclose(some.sums(values), every.sums(whole), atol=1e-12)
    np.testing.assert_allclose(some.products(values), every.products(whole), atol=1e-12)
    prices = rng.normal(size=SHAPE[1])
    np.testing.assert_array_equal(
        some.spread(prices).ravel(), every.spread(prices).ravel()[some.flat]
    )


def test_the_best_are_those_of_greatest_gain(gain):
    pairs = Pairs.best(gain, 2)
    assert pairs.index is not None
    kept = np.take_along_axis(gain, pairs.index, axis=1)
    left = np.sort(gain, axis=1)[:, :2]
    assert (kept.min(axis=1) > left.max(axis=1)).all()
    assert Pairs.best(gain, 4).index is None
    np.testing.assert_array_equal(Pairs.best(gain, 4).flat, np.arange(20))
