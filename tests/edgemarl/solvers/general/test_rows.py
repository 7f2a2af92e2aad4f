import numpy as np
import scipy.sparse as sp

from edgemarl.solvers.general.rows import LinearRows

ROWS = LinearRows(
    sp.csr_array([[3.0, 4.0], [0.0, 0.0]]), np.array([5.0, 1.0]), sp.csr_array([[1.0, -1.0]]),
    np.array([2.0]),
)  # fmt: skip


def test_excess_residual_and_violation_by_hand():
    x = np.array([1.0, 1.0])
    assert ROWS.excess(x).tolist() == [2.0, -1.0]
    assert ROWS.residual(x).tolist() == [-2.0]
    assert ROWS.violation(x) == 2.0
    assert ROWS.violation(np.array([1.5, -0.5])) == 0.0
    assert ROWS.cost(np.array([2.0, 9.0]), np.array([-1.0])).tolist() == [5.0, 9.0]
    assert ROWS.income(np.array([2.0, 9.0]), np.array([-1.0])) == 17.0
    assert ROWS.size == 2


def test_rescaled_rows_say_the_same_of_scaled_points(rng):
    origin, width = np.array([1.0, -2.0]), np.array([10.0, 0.1])
    scaled, norms = ROWS.rescaled(origin, width)
    np.testing.assert_allclose(norms, [np.hypot(30.0, 0.4), 1.0, np.hypot(10.0, 0.1)])
    np.testing.assert_allclose(np.linalg.norm(scaled.A.toarray()[0]), 1.0)
    y = rng.random(2)
    x = origin + width * y
    np.testing.assert_allclose(scaled.excess(y) * norms[:2], ROWS.excess(x))
    np.testing.assert_allclose(scaled.residual(y) * norms[2:], ROWS.residual(x))
