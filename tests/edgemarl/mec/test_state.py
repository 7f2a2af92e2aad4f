import dataclasses

import numpy as np
import pytest

from edgemarl.mec.state import next_state


def test_only_the_gains_change(tiny):
    rng = np.random.default_rng(0)
    first = next_state(tiny, None, None, rng)
    second = next_state(tiny, first, np.zeros(6, dtype=np.int64), rng)
    assert (first.slot, second.slot) == (0, 1)
    for name in ("position", "volume", "cycles"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert (first.gain != second.gain).all()


def test_decisions_do_not_change_the_next_slot(tiny, draw):
    first = draw(tiny)
    after = [
        next_state(tiny, first, np.full(6, server), np.random.default_rng(1)).gain
        for server in (-1, 0, 1)
    ]
    np.testing.assert_array_equal(after[0], after[1])
    np.testing.assert_array_equal(after[0], after[2])


@pytest.mark.parametrize("motion", ["fixed", "redraw"])
def test_drawn_states_are_correct(tiny, draw, motion):
    scenario = tiny.replace(motion=motion)
    state = draw(scenario)
    state.check(scenario)
    again = draw(scenario)
    np.testing.assert_array_equal(state.gain, again.gain)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("gain", np.ones((3, 3)), r"^gain must have shape \(3, 2\), got \(3, 3\)$"),
        ("gain", np.zeros((3, 2)), r"^gain must be positive, got 0\.0 at index \(0, 0\)$"),
        ("position", np.full((3, 2), np.nan), r"^position must be finite, got nan"),
        ("position", np.ones(3), r"^position must have shape \(3, 2\), got \(3,\)$"),
        ("volume", np.ones(2), r"^volume must have shape \(3,\), got \(2,\)$"),
        ("cycles", np.array([1.0, -1.0, 1.0]), r"^cycles must be positive, got -1\.0 at index 1$"),
    ],
)
def test_states_of_one_s_own_are_checked(hand, hand_state, field, value, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(hand_state, **{field: value}).check(hand)
