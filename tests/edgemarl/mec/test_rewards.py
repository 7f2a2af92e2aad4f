import numpy as np
import pytest

from edgemarl.core.component import build, kinds
from edgemarl.mec.outcome import evaluate


@pytest.mark.parametrize(("kind", "paid"), [("reciprocal", 1 / 7.2), ("negative_objective", -7.2)])
def test_rewards_of_the_hand_worked_assignment(kind, paid, hand, hand_state):
    outcome = evaluate(hand, hand_state, np.array([0, 0, 1]))
    assert build("mec.reward", kind).shared(outcome) == pytest.approx(paid, rel=1e-12)


def test_all_kinds_are_tested_here():
    assert kinds("mec.reward") == ["reciprocal", "negative_objective"]
