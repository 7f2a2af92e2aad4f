import numpy as np
import pytest
import scipy.sparse as sp

from edgemarl.solvers import LatencySigmoids
from edgemarl.solvers.general import Custom, Hill, SigmoidalProgram

FAMILY = Hill(np.ones(2), 1.0, 2.0)
BOX = {"lower": 0.0, "upper": 1.0}
ROW = [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lower": [0.0, np.nan]}, "lower must be finite, got nan at index 1"),
        ({"upper": np.inf}, "upper must be finite, got inf"),
        ({"upper": np.ones(3)}, r"upper must be one number or of shape \(2,\), got \(3,\)"),
        ({"lower": [0.0, 2.0]}, "lower must be at most upper, got 2.0 and 1.0 at index 1"),
        ({"A": ROW}, "A needs b: give both, or neither"),
        ({"d": [1.0]}, "d needs C: give both, or neither"),
        ({"A": [[1.0]], "b": [1.0]}, r"A must have shape \(rows, 2\), got \(1, 1\)"),
        ({"A": [[1.0, np.nan]], "b": [1.0]}, r"A \(nonzero entries\) must be finite"),
        ({"A": ROW, "b": [1.0, 2.0]}, r"b must have shape \(1,\), a number per row of A"),
        ({"A": ROW, "b": [np.inf]}, "b must be finite, got inf at index 0"),
        ({"C": ROW, "d": [np.nan]}, "d must be finite, got nan at index 0"),
    ],
)
def test_bad_inputs_are_refused_by_name(options, message):
    with pytest.raises(ValueError, match=message):
        SigmoidalProgram(FAMILY, **{**BOX, **options})


def test_functions_are_checked_on_their_box():
    wrong = Custom(lambda x, i: x**2, lambda x, i: 2.0 * x, [0.5])  # convex on both sides
    with pytest.raises(ValueError, match=r"concave right .* \(function 0"):
        SigmoidalProgram(wrong, **BOX)
    SigmoidalProgram(wrong, lower=0.0, upper=0.4)


def test_constraints_may_be_dense_sparse_or_absent():
    program = SigmoidalProgram(FAMILY, **BOX, A=sp.coo_array(ROW), b=[2.0])
    assert program.rows.A.toarray().tolist() == ROW
    assert program.rows.C.shape == (0, 2)
    x = np.array([1.0, 0.75])
    assert program.rows.excess(x).tolist() == [0.5]
    assert program.value(x) == pytest.approx(0.5 + 0.36)


def test_one_budget_with_floors():
    family = LatencySigmoids(np.ones(2), np.ones(2), np.ones(2))
    program = SigmoidalProgram.single_budget(family, 3.0, floor=np.array([0.2, -1.0]))
    assert program.upper.tolist() == [3.0, 3.0]
    assert program.value(np.zeros(2)) == 0.2
    assert (program.A.toarray().tolist(), program.b.tolist()) == ([[1.0, 1.0]], [3.0])
    for budget in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="budget must be non-negative and finite"):
            SigmoidalProgram.single_budget(family, budget)
