import numpy as np
import pytest

from edgemarl.solvers.result import Status, relative_gap


@pytest.mark.parametrize(
    ("objective", "bound", "gap"),
    [(4.0, 5.0, 0.25), (0.5, 0.6, 0.1), (0.0, 0.1, 0.1), (-4.0, -3.0, 0.25)],
)
def test_gap_makes_sense_for_any_sign(objective, bound, gap):
    assert relative_gap(objective, bound) == pytest.approx(gap)
    assert relative_gap(np.array([objective]), np.array([bound])) == pytest.approx([gap])


def test_statuses_are_the_numbers_of_the_compiled_search():
    assert (Status.OPTIMAL, Status.NODE_LIMIT) == (0, 1)
