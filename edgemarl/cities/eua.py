"""The EUA data set's CSV format: base stations and users by latitude and longitude.

The data set (https://github.com/swinedge/eua-dataset, MIT licence) holds, among others, 125 base
stations and 816 users of Melbourne's centre. It is not part of this package: see
``docs/how_to/real_city.md`` for how to fetch it.
"""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgemarl.cities.city import City
from edgemarl.cities.geometry import to_degrees, to_plane
from edgemarl.core.csv_files import Columns, read_columns

SITES, USERS = "site-optus-melbCBD.csv", "users-melbcbd-generated.csv"
SUBFOLDERS = {SITES: "edge-servers", USERS: "users"}  # of the data set's repository
GREATEST_EXTENT = 100_000.0  # [m] from the origin; beyond it, something is wrong with a coordinate


def find_files(folder: Path) -> tuple[Path, Path]:
    """The files of base stations and of users in a folder, or in the data set's own subfolders.

    Those of the centre of Melbourne come first; else there must be one each that is named
    ``site*.csv`` and ``users*.csv``.

    Raises:
        ValueError: where they are not found.
    """
    if not folder.is_dir():
        raise ValueError(f"city must be a folder of EUA files, got {folder}; {_way_out(folder)}")
    return _find(folder, SITES, "site*.csv"), _find(folder, USERS, "users*.csv")


def read_eua(folder: str | Path) -> City:
    """The city that the files of a folder describe.

    The origin of the plane is the mean latitude and longitude of the base stations.

    Raises:
        ValueError: for missing files and columns, cells that are no numbers, coordinates out of
            range, a site's number or a user's position that stands there twice, and a polygon
            without an area; with the file and the line.
    """
    site_file, user_file = find_files(Path(folder))
    sites = read_columns(site_file, ("LATITUDE", "LONGITUDE"), ("SITE_ID",))
    users = read_columns(user_file, ("Latitude", "Longitude"))
    _refuse_repeats(sites, sites.texts["SITE_ID"], "SITE_ID")
    positions = [tuple(row) for row in _degrees(users).tolist()]
    _refuse_repeats(users, positions, "position")
    latitude, longitude = _degrees(sites).mean(axis=0).tolist()
    origin = (latitude, longitude)
    city = City(sites=_plane(sites, origin), users=_plane(users, origin), origin=origin)
    try:
        _ = city.outline
    except ValueError as error:
        raise ValueError(f"{user_file}: {error}") from error
    return city


def write_eua(city: City, folder: str | Path) -> list[Path]:
    """Write a city in the same format; positions are rounded to 1e-7 degrees, about 1 cm.

    Returns:
        The files of base stations and of users.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sites, users = (
        [[f"{degree:.7f}" for degree in row] for row in to_degrees(position, city.origin)]
        for position in (city.sites, city.users)
    )
    numbered = [[number, *row] for number, row in enumerate(sites)]
    _write(folder / SITES, ["SITE_ID", "LATITUDE", "LONGITUDE"], numbered)
    _write(folder / USERS, ["Latitude", "Longitude"], users)
    return [folder / SITES, folder / USERS]


def _write(path: Path, header: list[str], rows: list[list]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def _find(folder: Path, name: str, pattern: str) -> Path:
    for place in (folder, folder / SUBFOLDERS[name]):
        if (place / name).is_file():
            return place / name
    for place in (folder, folder / SUBFOLDERS[name]):
        found = sorted(place.glob(pattern))
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(f"{place} must hold {name}, or one {pattern}, got {len(found)} such")
    raise ValueError(f"{folder} must hold {name}, or one {pattern}, got none; {_way_out(folder)}")


def _way_out(folder: Path) -> str:
    return f"fetch it with `edgemarl fetch eua --out {folder}`"


def _degrees(columns: Columns) -> NDArray[np.float64]:
    """Latitude and longitude, (N, 2) [degree], checked."""
    for (name, values), greatest in zip(columns.values.items(), (90.0, 180.0), strict=True):
        columns.require(np.abs(values) <= greatest, name, f"from -{greatest:g} to {greatest:g}")
    return np.stack(list(columns.values.values()), axis=1)


def _plane(columns: Columns, origin: tuple[float, float]) -> NDArray[np.float64]:
    """Positions, (N, 2) [m], none of them in another part of the world."""
    position = to_plane(_degrees(columns), origin)
    for axis, name in zip((1, 0), columns.values, strict=True):
        demand = f"within {GREATEST_EXTENT / 1000:g} km of {origin[0]:.3f}, {origin[1]:.3f}"
        columns.require(np.abs(position[:, axis]) <= GREATEST_EXTENT, name, demand)
    return position


def _refuse_repeats(columns: Columns, keys: list, name: str) -> None:
    first: dict = {}
    for line, key in zip(columns.lines.tolist(), keys, strict=True):
        if key in first:
            raise ValueError(
                f"{columns.path} line {line}: {name} must stand there once, "
                f"got {key} as in line {first[key]}"
            )
        first[key] = line
