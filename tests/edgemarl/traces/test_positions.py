import numpy as np
import pytest

from edgemarl.traces import read_positions
from edgemarl.traces.positions import filled
from edgemarl.traces.rows import slot_in_trace


@pytest.fixture
def write(tmp_path):
    def to_file(*rows, header="slot,user,x,y"):
        path = tmp_path / "walk.csv"
        path.write_text("\n".join([header, *rows]) + "\n")
        return path

    return to_file


def test_gaps_are_held_by_hand(write):
    """User 1 comes in slot 1, is not seen in slot 2 and has moved in slot 3."""
    path = write("0,0,1,2", "1,0,2,2", "2,0,3,2", "3,0,4,2", "3,1,9,8", "1,1,5,6")
    position = read_positions(path).position
    np.testing.assert_array_equal(position[:, 0], [[1, 2], [2, 2], [3, 2], [4, 2]])
    np.testing.assert_array_equal(position[:, 1], [[5, 6], [5, 6], [5, 6], [9, 8]])


def test_filling_is_what_a_loop_does():
    rng = np.random.default_rng(0)
    position, known = rng.normal(size=(30, 12, 2)), rng.random((30, 12)) < 0.2
    known[5] = True
    slow = position.copy()
    for user in range(12):
        first = min(slot for slot in range(30) if known[slot, user])
        for slot in range(30):
            if not known[slot, user]:
                slow[slot, user] = slow[slot - 1, user] if slot > first else position[first, user]
    np.testing.assert_array_equal(filled(position, known), slow)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["0,0,1,nan"], r"walk\.csv line 2: y must be a finite number, got 'nan'"),
        (["0,0,1,1", "0.5,0,1,1"], r"line 3: slot must be a whole number from 0, got 0\.5"),
        (["0,0,1,1", "1,-1,1,1"], r"line 3: user must be a whole number from 0, got -1"),
        (["0,0,1,1", "1,0,1,1", "0,0,2,2"], r"line 4: user must be named once in slot 0, got 0"),
        (["0,0,1,1", "0,2,1,1"], r"must have a row of every user, got none of user 1"),
        (["0,0,1,1", "1700000000,1,1,1"], r"must count slots and users from 0 to at most"),
    ],
)
def test_bad_traces(write, rows, message):
    with pytest.raises(ValueError, match=message):
        read_positions(write(*rows))


def test_missing_columns(write):
    with pytest.raises(
        ValueError, match=r"line 1: columns must name user once, got slot, id, x, y"
    ):
        read_positions(write("0,0,1,1", header="slot,id,x,y"))


def test_gaps_may_be_errors(write):
    path = write("0,0,1,1", "0,1,1,1", "1,0,1,1")
    with pytest.raises(ValueError, match=r"got none of user 1 in slot 1; gaps='hold'"):
        read_positions(path, gaps="error")
    whole = write("0,0,1,1", "0,1,1,1", "1,0,1,1", "1,1,1,1")
    assert read_positions(whole, gaps="error").position.shape == (2, 2, 2)


def test_after_the_last_slot():
    assert [slot_in_trace(slot, 3, "hold") for slot in (0, 2, 3, 7)] == [0, 2, 2, 2]
    assert [slot_in_trace(slot, 3, "wrap") for slot in (0, 2, 3, 7)] == [0, 2, 0, 1]
    assert slot_in_trace(2, 3, "error") == 2
    with pytest.raises(ValueError, match=r"slot must be at most 2, the trace's last one, got 3"):
        slot_in_trace(3, 3, "error")
