from dataclasses import replace

import numpy as np
import pytest

from edgemarl.djtcra import evaluate
from edgemarl.djtcra.rewards import NegativeLatency, QoEReward


def test_qoe_by_user(hand, hand_state):
    outcome = evaluate(hand, hand_state, np.array([0, 1, 1]))
    np.testing.assert_array_equal(QoEReward().per_user(outcome), outcome.qoe)


def test_latency_by_user(hand, hand_state):
    """Minus 60, 140 and 535 ms over 100 ms."""
    outcome = evaluate(hand, hand_state, np.array([0, 1, 1]))
    np.testing.assert_allclose(NegativeLatency(unit=0.1).per_user(outcome), [-0.6, -1.4, -5.35])


@pytest.mark.parametrize("reward", [QoEReward(), NegativeLatency()])
def test_idle_users_earn_nothing(hand, hand_state, reward):
    idle = replace(hand_state, active=np.array([True, True, False]))
    parts = reward.per_user(evaluate(hand, idle, np.array([0, 1, 1])))
    assert parts[2] == 0
    assert (parts[:2] != 0).all()


@pytest.mark.parametrize("cls", [QoEReward, NegativeLatency])
def test_scopes(cls):
    assert cls().scope == "shared"
    assert cls(scope="local").scope == "local"
    with pytest.raises(ValueError, match="scope must be one of 'shared', 'local', got 'team'"):
        cls(scope="team")


def test_units_are_positive():
    with pytest.raises(ValueError, match=r"unit must be positive, got 0\.0"):
        NegativeLatency(unit=0.0)
