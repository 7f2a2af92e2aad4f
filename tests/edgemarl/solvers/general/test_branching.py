import numpy as np
import pytest

from edgemarl.solvers.general import Hill
from edgemarl.solvers.general.branching import where_to_branch
from edgemarl.solvers.general.envelope import BoxEnvelope

FAMILY = Hill([1.0, 2.0], 1.0, 2.0)  # inflections at 1 / sqrt(3)


def test_the_largest_gap_is_split_at_its_inflection():
    envelope = BoxEnvelope.of(FAMILY, np.zeros(2), np.full(2, 4.0))
    i, at = where_to_branch(envelope, np.array([0.4, 0.4]), 1e-9)
    assert (i, at) == (1, pytest.approx(1 / np.sqrt(3)))
    assert where_to_branch(envelope, np.array([0.4, 2.0]), 1e-9)[0] == 0


def test_a_chord_is_split_at_the_point_but_off_its_ends():
    envelope = BoxEnvelope.of(FAMILY, np.zeros(2), np.array([0.5, 0.5]))
    assert where_to_branch(envelope, np.array([0.0, 0.3]), 1e-9) == (1, 0.3)
    assert where_to_branch(envelope, np.array([0.0, 0.499]), 1e-9) == (1, 0.475)


def test_without_a_point_or_a_gap_at_it_the_widest_gap_decides():
    envelope = BoxEnvelope.of(FAMILY, np.zeros(2), np.array([0.5, 0.5]))
    for y in (None, np.zeros(2)):
        assert where_to_branch(envelope, y, 1e-9) == (1, 0.25)


def test_concave_boxes_have_nothing_to_split():
    envelope = BoxEnvelope.of(FAMILY, np.ones(2), np.full(2, 4.0))
    assert where_to_branch(envelope, np.full(2, 2.0), 1e-9) is None
    assert where_to_branch(envelope, None, 1e-9) is None
