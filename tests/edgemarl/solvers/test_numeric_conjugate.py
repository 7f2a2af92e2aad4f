import numpy as np

from edgemarl.solvers import LatencySigmoids, conjugate
from edgemarl.solvers.numeric_conjugate import numeric_conjugate


def family(size: int, seed: int) -> LatencySigmoids:
    rng = np.random.default_rng(seed)
    return LatencySigmoids(
        rng.uniform(0.2, 2.0, size), rng.uniform(-2.0, 8.0, size), rng.uniform(0.5, 50.0, size)
    )


def test_equals_the_closed_form():
    functions, rng = family(400, 0), np.random.default_rng(1)
    price, upper = rng.uniform(0.0, 0.3, 400), rng.uniform(0.1, 60.0, 400)
    floor = rng.uniform(0.0, 0.5, 400)
    value, _ = numeric_conjugate(functions, price, upper, floor)
    expected, _ = conjugate(functions, price, upper=upper, floor=floor)
    np.testing.assert_allclose(value, expected, rtol=1e-10, atol=1e-12)
    assert np.count_nonzero(value > floor + 1e-9) > 50, "the instances must be worth something"


def test_attains_its_value_and_beats_a_grid():
    functions = family(50, 2)
    price, upper, floor = np.full(50, 0.02), np.full(50, 30.0), np.zeros(50)
    value, where = numeric_conjugate(functions, price, upper, floor)
    np.testing.assert_allclose(functions.value(where) - price * where, value, atol=1e-12)
    for p in np.linspace(1e-6, 30.0, 997):
        assert (functions.value(np.full(50, p)) - 0.02 * p <= value + 1e-12).all()


def test_other_families_are_dispatched_by_conjugate():
    class Wrapped:
        def __init__(self, inner: LatencySigmoids):
            self.inner, self.inflection = inner, inner.inflection
            self.value, self.derivative = inner.value, inner.derivative

        def __len__(self):
            return len(self.inner)

        def take(self, index):
            return Wrapped(self.inner.take(index))

    functions = family(30, 3)
    value, _ = conjugate(Wrapped(functions), 0.03, upper=20.0)
    np.testing.assert_allclose(value, conjugate(functions, 0.03, upper=20.0)[0], rtol=1e-10)
