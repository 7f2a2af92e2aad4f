"""Files of the EUA format: a made-up city, and the real one where EDGEMARL_EUA says where it is."""

import os
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer
from threading import Thread

import numpy as np
import pytest

from edgemarl.cities import canonical_city, load_city, read_eua, synthetic_city, write_eua
from edgemarl.cities.eua import SITES, SUBFOLDERS, USERS
from edgemarl.cities.fetch import CHECKSUMS, fetch_eua

GOOD_SITES = "SITE_ID,LATITUDE,LONGITUDE,NAME\n1,-37.81,144.96,a\n2,-37.82,144.97,b\n"
GOOD_USERS = "Latitude,Longitude\n-37.81,144.96\n-37.82,144.97\n-37.81,144.97\n"


@pytest.fixture
def folder(tmp_path):
    def write(sites=GOOD_SITES, users=GOOD_USERS):
        (tmp_path / SITES).write_text(sites)
        (tmp_path / USERS).write_text(users)
        return tmp_path

    return write


@pytest.fixture
def melbourne():
    place = os.environ.get("EDGEMARL_EUA")
    if not place or not Path(place).is_dir():
        pytest.skip("EDGEMARL_EUA names no folder with the EUA data set")
    return Path(place)


def test_positions_by_hand(folder):
    """0.01 degrees are 1,112 m north, and 1,112 m x cos(37.815) = 878 m east."""
    city = read_eua(folder())
    assert city.origin == pytest.approx((-37.815, 144.965))
    np.testing.assert_allclose(city.sites, [[-439.2, 556.0], [439.2, -556.0]], atol=0.1)
    np.testing.assert_allclose(city.users[2], [439.2, 556.0], atol=0.1)
    assert len(city.outline) == 3


def test_files_may_lie_as_in_the_repository_or_have_other_names(folder):
    flat = read_eua(folder())
    place = folder()
    for name, below in SUBFOLDERS.items():
        (place / below).mkdir()
        (place / name).rename(place / below / name)
    np.testing.assert_array_equal(read_eua(place).users, flat.users)
    (place / "users" / USERS).rename(place / "users" / "users-perth.csv")
    np.testing.assert_array_equal(read_eua(place).users, flat.users)
    (place / "users" / "users-other.csv").write_text(GOOD_USERS)
    with pytest.raises(ValueError, match=r"must hold users-melbcbd.*, or one users\*\.csv, got 2"):
        read_eua(place)


def test_a_written_city_reads_the_same(tmp_path):
    city = synthetic_city(num_sites=5, num_users=20)
    write_eua(city, tmp_path / "new")
    again = read_eua(tmp_path / "new")
    moved = city.sites.mean(axis=0)  # the origin is the mean of the sites
    np.testing.assert_allclose(again.users, city.users - moved, atol=0.05)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"sites": "LATITUDE,LONGITUDE\n1,2\n"}, r"line 1: columns must name SITE_ID once"),
        ({"users": "lat,lon\n1,2\n"}, r"line 1: columns must name Latitude once, got lat, lon"),
        (
            {"users": GOOD_USERS + "x,144.9\n"},
            r"users.*line 5: Latitude must be a finite number, got 'x'",
        ),
        (
            {"users": GOOD_USERS + "144.96,-37.81\n"},
            r"line 5: Latitude must be from -90 to 90, got 144\.96",
        ),
        (
            {"users": GOOD_USERS + "-37.81,181\n"},
            r"line 5: Longitude must be from -180 to 180, got 181",
        ),
        (
            {"users": GOOD_USERS + "-33.8,144.96\n"},
            r"line 5: Latitude must be within 100 km of -37\.815, 144\.965, got -33\.8",
        ),
        (
            {"users": GOOD_USERS + "-37.81,144.96\n"},
            r"line 5: position must stand there once, got .* as in line 2",
        ),
        (
            {"sites": GOOD_SITES + "1,-37.8,144.9,c\n"},
            r"line 4: SITE_ID must stand there once, got 1 as in line 2",
        ),
        (
            {"users": "Latitude,Longitude\n-37.81,144.96\n-37.82,144.96\n-37.83,144.96\n"},
            r"users.*positions must span a polygon, got 3 on one line",
        ),
    ],
)
def test_bad_files(folder, files, message):
    with pytest.raises(ValueError, match=message):
        read_eua(folder(**files))


def test_absent_files(tmp_path):
    with pytest.raises(ValueError, match=r"got .*none; fetch it with `edgemarl fetch eua --out"):
        read_eua(tmp_path / "none")
    with pytest.raises(ValueError, match=r"must hold site-optus-melbCBD\.csv, .* got none"):
        read_eua(tmp_path)


def test_sources_are_pinned_to_what_the_files_hold(folder, monkeypatch, tmp_path_factory):
    place = folder()
    monkeypatch.delenv("EDGEMARL_EUA", raising=False)
    monkeypatch.chdir(place)
    name = canonical_city("eua:.")
    assert name.startswith(f"eua:{place}@")
    assert canonical_city(name) == name
    assert load_city(name) is load_city("eua:.")
    other = tmp_path_factory.mktemp("moved")
    for file in (SITES, USERS):
        (place / file).rename(other / file)
    place.joinpath("x").write_text("")
    gone = f"eua:{place / 'gone'}@{name.rpartition('@')[2]}"
    with pytest.raises(ValueError, match="city must be a folder of EUA files"):
        canonical_city(gone)
    monkeypatch.setenv("EDGEMARL_EUA", str(other))
    with pytest.raises(ValueError, match="city must be a folder of EUA files"):
        canonical_city(f"eua:{place / 'gone'}")  # a mistyped name is no other city
    assert canonical_city(gone) == f"eua:{other}@{name.rpartition('@')[2]}"
    (other / USERS).write_text(GOOD_USERS + "-37.815,144.965\n")
    with pytest.raises(ValueError, match="must be what the scenario was made with: its digest was"):
        canonical_city(gone)


@pytest.mark.parametrize("source", ["melbourne", "eua:", 3])
def test_bad_sources(source):
    with pytest.raises(ValueError, match=r"city must be 'synthetic' or 'eua:FOLDER', got"):
        canonical_city(source)


def test_fetching_from_a_home(tmp_path):
    """From a folder in place of GitHub; files that are right already are not fetched again."""
    home, out = tmp_path / "home", tmp_path / "out"
    for name, below in SUBFOLDERS.items():
        (home / below).mkdir(parents=True)
        (home / below / name).write_text("something else")
    with pytest.raises(ValueError, match=r"site-optus-melbCBD\.csv must have the SHA-256 c1031a8f"):
        fetch_eua(out, home=home.as_uri())
    assert not list(out.iterdir())
    with pytest.raises(OSError, match=r"nowhere.*cannot be downloaded: .*use --scenario city"):
        fetch_eua(out, home=(tmp_path / "nowhere").as_uri())


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("404 Gone fishing", "cannot be downloaded: Gone fishing; download it yourself"),
        ("200 OK\r\nContent-Length: 99", "cannot be downloaded: IncompleteRead"),  # broke off
    ],
)
def test_fetching_over_http_when_it_fails(tmp_path, monkeypatch, head, message):
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    class Answer(StreamRequestHandler):
        def handle(self):
            self.request.recv(4096)
            self.wfile.write(f"HTTP/1.1 {head}\r\n\r\npart of it".encode())

    with TCPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.handle_request, daemon=True).start()
        with pytest.raises(OSError, match=message):
            fetch_eua(tmp_path, home=f"http://127.0.0.1:{server.server_address[1]}")
    assert not list(tmp_path.iterdir())


def test_melbourne(melbourne, tmp_path):
    city = read_eua(melbourne)
    assert (city.sites.shape, city.users.shape) == ((125, 2), (816, 2))
    _, distance = city.nearest_site(city.users)
    assert np.median(distance) == pytest.approx(62, abs=1)
    home = tmp_path / "home"
    for name, below in SUBFOLDERS.items():
        (home / below).mkdir(parents=True)
        (home / below / name).write_bytes((melbourne / name).read_bytes())
    paths = fetch_eua(tmp_path / "out", home=home.as_uri())
    assert [path.name for path in paths] == list(CHECKSUMS)
    assert fetch_eua(tmp_path / "out", home="file:///nowhere") == paths
