import numpy as np
import pytest

from edgemarl.solvers.general import Hill, SigmoidalProgram
from edgemarl.solvers.general.feasibility import FEASIBILITY, Repair, proves_infeasible

LOW, HIGH = np.zeros(2), np.ones(2)


def rows_of(**sides):
    return SigmoidalProgram(Hill(np.ones(2), 1.0, 2.0), lower=0.0, upper=1.0, **sides).rows


@pytest.mark.parametrize(
    ("sides", "empty"),
    [
        ({"A": [[-1.0, -1.0]], "b": [-2.1]}, True),
        ({"A": [[-1.0, -1.0]], "b": [-2.0]}, False),  # only (1, 1)
        ({"A": [[-1.0, -1.0]], "b": [-2.0 - 1e-10]}, False),  # within the tolerance
        ({"C": [[1.0, -1.0]], "d": [1.5]}, True),
        ({"C": [[1.0, -1.0]], "d": [-1.0]}, False),
        ({"A": [[1.0, 0.0]], "b": [0.2], "C": [[1.0, 1.0]], "d": [1.3]}, True),
        ({"A": [[0.0, 0.0]], "b": [-1.0]}, True),
        ({}, False),
    ],
)
def test_proofs_of_infeasibility(sides, empty):
    assert proves_infeasible(rows_of(**sides), LOW, HIGH) is empty


def test_points_beyond_an_inequality_move_towards_room():
    rows = rows_of(A=[[0.6, 0.8]], b=[0.7])
    repair = Repair(rows, LOW, HIGH)
    assert rows.excess(repair.anchor)[0] == pytest.approx(-0.7)
    y = repair(np.array([1.0, 1.0]))
    assert -1e-8 < rows.excess(y)[0] <= 0.0
    inside = np.array([0.3, 0.2])
    assert repair(inside).tolist() == inside.tolist()


def test_points_beside_an_equality_are_projected():
    rows = rows_of(C=[[0.6, 0.8]], d=[0.7], A=[[-1.0, 0.0]], b=[-0.1])
    repair = Repair(rows, LOW, HIGH)
    y = repair(np.array([0.9, 0.2 + 1e-7]))
    assert rows.violation(y) <= 1e-14
    np.testing.assert_allclose(y, [0.9, 0.2], atol=1e-6)
    # Off the box and off the equality at once.
    y = repair(np.array([1.3, 0.4]))
    assert rows.violation(y) <= FEASIBILITY
    assert y.max() <= 1.0


def test_points_that_cannot_be_repaired_are_none():
    repair = Repair(rows_of(A=[[-1.0, -1.0]], b=[-2.1]), LOW, HIGH)
    assert repair(np.array([1.0, 1.0])) is None
