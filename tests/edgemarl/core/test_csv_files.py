import numpy as np
import pytest

from edgemarl.core.csv_files import read_columns
from edgemarl.core.pinned import check_digest, pinned, split


@pytest.fixture
def write(tmp_path):
    def to_file(content):
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


def test_columns_in_any_order_with_others_beside_them(write):
    path = write('\ufeffname,B, A \r\n"x, y",2,1\r\n\r\nz,4,3e0\r\n')
    columns = read_columns(path, ("a", "b"), ("Name",))
    np.testing.assert_array_equal(columns["a"], [1, 3])
    np.testing.assert_array_equal(columns["b"], [2, 4])
    assert columns.texts == {"Name": ["x, y", "z"]}
    np.testing.assert_array_equal(columns.lines, [2, 4])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"line 1: columns must name a once, got an empty file"),
        ("b,c\n1,2\n", r"line 1: columns must name a once, got b, c"),
        ("a,A\n1,2\n", r"line 1: columns must name a once, got it twice"),
        ("a\n", r"must hold at least one row below its header, got none"),
        ("a,b\n1,2\n3\n", r"line 3: row must have 2 cells, got 1"),
        ("a\n1\nnan\n", r"line 3: a must be a finite number, got 'nan'"),
        ("a\n1\n\nfar\n", r"line 4: a must be a finite number, got 'far'"),
        ("a,b\n,1\n", r"line 2: a must be a finite number, got ''"),
        (b"a\n\xff\n", r"must be a readable CSV file"),
    ],
)
def test_bad_files(write, content, message):
    with pytest.raises(ValueError, match=rf"table\.csv {message}"):
        read_columns(write(content), ("a",))


def test_absent_files(tmp_path):
    with pytest.raises(ValueError, match=r"absent\.csv must be a readable CSV file"):
        read_columns(tmp_path / "absent.csv", ("a",))


def test_demands_name_the_first_line_that_fails(write):
    columns = read_columns(write("a\n1\n-2\n0.5\n"), ("a",))
    with pytest.raises(ValueError, match=r"line 3: a must be positive, got -2"):
        columns.require(columns["a"] > 0, "a", "positive")
    with pytest.raises(ValueError, match=r"line 3: a must be a whole number from 0, got -2"):
        columns.integers("a")


def test_pinned_files_are_what_they_were(write):
    path = write("a\n1\n")
    name = pinned("file", str(path))
    assert split(name)[0] == str(path)
    assert pinned("file", name) == name
    write("a\n2\n")
    with pytest.raises(ValueError, match=r"file .*table\.csv must be what the scenario was made"):
        pinned("file", name)
    assert pinned("file", str(path)) != name
    with pytest.raises(ValueError, match=r"absent must be a readable file"):
        check_digest("file", [path.parent / "absent"], None)
