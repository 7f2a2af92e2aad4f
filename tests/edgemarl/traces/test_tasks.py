import numpy as np
import pytest

from edgemarl.traces import read_tasks

HEADER = "slot,user,volume,result,intensity\n"


@pytest.fixture
def write(tmp_path):
    def to_file(*rows):
        path = tmp_path / "tasks.csv"
        path.write_text(HEADER + "\n".join(rows) + "\n")
        return path

    return to_file


def test_tasks_of_each_slot_by_hand(write):
    trace = read_tasks(write("2,1,4e6,1e5,250", "0,3,2e6,0,300", "0,1,3e6,2e5,200"))
    assert trace.num_slots == 3
    users, asked = trace.tasks_of(0)
    np.testing.assert_array_equal(users, [1, 3])
    np.testing.assert_array_equal(asked["volume"], [3e6, 2e6])
    np.testing.assert_array_equal(asked["intensity"], [200, 300])
    assert len(trace.tasks_of(1)[0]) == 0
    np.testing.assert_array_equal(trace.tasks_of(2)[0], [1])
    assert trace.ranges == {"volume": (2e6, 4e6), "result": (0, 2e5), "intensity": (200, 300)}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("0,1,0,1,1", r"line 3: volume must be positive, got 0"),
        ("0,1,1,-1,1", r"line 3: result must be zero or positive, got -1"),
        ("0,1,1,1,-5", r"line 3: intensity must be positive, got -5"),
        ("0,0,1,1,1", r"line 3: user must be named once in slot 0, got 0"),
        ("0,1,many,1,1", r"line 3: volume must be a finite number, got 'many'"),
    ],
)
def test_bad_tasks(write, row, message):
    with pytest.raises(ValueError, match=message):
        read_tasks(write("0,0,1e6,1e5,250", row))
