import gzip
from pathlib import Path

import numpy as np
import pytest

from edgemarl.cities import synthetic_city
from edgemarl.traces import convert_fcd, read_positions, write_names

SAMPLE = Path(__file__).parents[3] / "examples/traces/fcd.xml"


@pytest.fixture
def export(tmp_path):
    def write(inner):
        path = tmp_path / "fcd.xml"
        path.write_text(f"<fcd-export>{inner}</fcd-export>")
        return path

    return write


def car(name, x=0.0, y=0.0):
    return f'<vehicle id="{name}" x="{x}" y="{y}" speed="1"/>'


def test_the_sample_by_hand(tmp_path):
    """Nobody at 0 s, so that 1 s is slot 0; 1.5 s lies between slots."""
    out = tmp_path / "trace.csv"
    assert convert_fcd(SAMPLE, out) == {"bus.0": 0, "car.7": 1, "anna": 2}
    assert out.read_text().split() == [
        "slot,user,x,y",
        "0,0,0.00,10.00",
        "1,0,10.00,10.00",
        "1,1,80.00,-4.00",
        "2,1,72.00,-4.00",
        "2,2,3.25,1.50",
    ]
    position = read_positions(out).position
    np.testing.assert_array_equal(position[2], [[10, 10], [72, -4], [3.25, 1.5]])


def test_every_other_second_the_first_ones_shifted_and_compressed(tmp_path):
    packed = tmp_path / "fcd.xml.gz"
    packed.write_bytes(gzip.compress(SAMPLE.read_bytes()))
    out = tmp_path / "trace.csv"
    users = convert_fcd(packed, out, step=2.0, shift=(100.0, -10.0), max_users=2)
    assert users == {"bus.0": 0, "car.7": 1}
    assert out.read_text().split()[1:] == ["0,0,100.00,0.00", "1,1,172.00,-14.00"]
    write_names(users, tmp_path / "names.csv")
    assert (tmp_path / "names.csv").read_text().split() == ["user,name", "0,bus.0", "1,car.7"]


def test_longitudes_and_latitudes_go_to_the_city_s_plane(export, tmp_path):
    """The made-up city is at (0, 0): 0.001 degrees are 111.2 m."""
    out = tmp_path / "trace.csv"
    inner = f'<timestep time="0">{car("a", 0.001, -0.002)}</timestep>'
    convert_fcd(export(inner), out, city=synthetic_city(num_users=3))
    position = read_positions(out).position
    np.testing.assert_allclose(position[0, 0], [111.19, -222.39], atol=0.01)


def test_long_exports_are_forgotten_as_they_are_read(export, tmp_path):
    steps = "".join(
        f'<timestep time="{t / 2}">{car("a", t)}{car("b", 0, t)}</timestep>' for t in range(400)
    )
    out = tmp_path / "trace.csv"
    convert_fcd(export(steps), out, step=0.5)
    position = read_positions(out).position
    assert position.shape == (400, 2, 2)
    np.testing.assert_array_equal(position[:, 0, 0], np.arange(400))


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        ("<timestep", r"fcd\.xml must be a readable FCD export"),
        ("", r"must hold at least one vehicle or person, got none"),
        ("<timestep time='0'/>", r"must hold at least one vehicle or person, got none"),
        (f"<timestep time='x'>{car('a')}</timestep>", r"time of timestep must be .* got 'x'"),
        ("<timestep time='0'><vehicle x='1' y='1'/></timestep>", r"must name every vehicle by its"),
        (
            "<timestep time='0'><vehicle id='a' x='1'/></timestep>",
            r"y of vehicle a must be a finite number, got None",
        ),
        (
            f"<timestep time='0'>{car('a')}</timestep><timestep time='2'>{car('a')}</timestep>",
            r"must have a timestep at every 1 s, got none at 1 s; give another step",
        ),
    ],
)
def test_bad_exports(export, tmp_path, inner, message):
    (tmp_path / "trace.csv").write_text("made before")
    with pytest.raises(ValueError, match=message):
        convert_fcd(export(inner), tmp_path / "trace.csv")
    assert (tmp_path / "trace.csv").read_text() == "made before"
    assert len(list(tmp_path.iterdir())) == 2


def test_metres_are_no_longitudes(export, tmp_path):
    inner = f'<timestep time="0">{car("a", 30.0, 20.0)}</timestep>'
    with pytest.raises(ValueError, match=r"a must be within 100 km of the city, got x 30 and y 20"):
        convert_fcd(export(inner), tmp_path / "trace.csv", city=synthetic_city(num_users=3))


def test_an_export_is_read_before_the_trace_takes_its_place(tmp_path):
    path = tmp_path / "fcd.xml"
    path.write_bytes(SAMPLE.read_bytes())
    assert len(convert_fcd(path, path)) == 3
    assert read_positions(path).position.shape == (3, 3, 2)


def test_bad_options(tmp_path):
    with pytest.raises(ValueError, match=r"step must be positive, got 0\.0"):
        convert_fcd(SAMPLE, tmp_path / "trace.csv", step=0.0)
    with pytest.raises(ValueError, match="max_users must be an integer of at least 1"):
        convert_fcd(SAMPLE, tmp_path / "trace.csv", max_users=0)
    with pytest.raises(ValueError, match="must be a readable FCD export"):
        convert_fcd(tmp_path / "absent.xml", tmp_path / "trace.csv")
    with pytest.raises(ValueError, match=r"trace\.csv must lie in an existing folder, got .*nowh"):
        convert_fcd(SAMPLE, tmp_path / "nowhere" / "trace.csv")
