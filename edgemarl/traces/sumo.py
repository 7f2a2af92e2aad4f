"""From SUMO's floating car data (``--fcd-output``) to a CSV file of positions."""

import csv
import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from edgemarl.cities import City
from edgemarl.cities.eua import GREATEST_EXTENT
from edgemarl.cities.geometry import to_plane
from edgemarl.core.validation import check_count, check_place, check_positive

PEOPLE = ("vehicle", "person")
ON_GRID = 1e-6  # of a step, by which a time may be off the slots' times


def convert_fcd(
    source: Path,
    out: Path,
    *,
    step: float = 1.0,
    city: City | None = None,
    shift: tuple[float, float] = (0.0, 0.0),
    max_users: int | None = None,
) -> dict[str, int]:
    """Write a trace of positions from an export, reading it piece by piece.

    Slot 0 is the first time step in which there is anybody; slot k the one that is k steps later.
    What lies between is left out. Users are numbered in the order of their appearance. Where
    something is wrong with the export, no file is written.

    Args:
        source: the export, ``.xml`` or ``.xml.gz``, of vehicles and persons.
        out: CSV file to write, with the columns slot, user, x and y.
        step: time between slots [s].
        city: where given, the export holds longitudes and latitudes (``--fcd-output.geo``), which
            become metres in this city's plane.
        shift: metres to be added to all x and y.
        max_users: who appears after so many users is left out.

    Returns:
        Number of each user by the name it has in the export.

    Raises:
        ValueError: for a file that is no such export, has no time step at a slot's time or nobody
            in it, positions far away from the city, and an output folder that is not there.
    """
    check_positive("step", step)
    if max_users is not None:
        check_count("max_users", max_users)
    users: dict[str, int] = {}
    with _replaced(out) as rows:
        rows.writerow(["slot", "user", "x", "y"])
        for slot, found in _slots(source, step):
            for name, first, second in found:
                if name not in users and len(users) == max_users:
                    continue
                x, y = _in_plane(source, name, first, second, city)
                number = users.setdefault(name, len(users))
                rows.writerow([slot, number, f"{x + shift[0]:.2f}", f"{y + shift[1]:.2f}"])
        if not users:
            raise ValueError(f"{source} must hold at least one vehicle or person, got none")
    return users


def write_names(users: dict[str, int], out: Path) -> None:
    """Write who is which user: a CSV file with the columns user and name."""
    with _replaced(out) as rows:
        rows.writerow(["user", "name"])
        rows.writerows([number, name] for name, number in users.items())


@contextmanager
def _replaced(path: Path) -> Iterator[Any]:
    """A writer of CSV rows, which become the file once all went well; before, the file stays."""
    check_place(path)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("w", newline="", encoding="utf-8") as file:
            yield csv.writer(file)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


Found = list[tuple[str, float, float]]


def _slots(source: Path, step: float) -> Iterator[tuple[int, Found]]:
    """Slots, and who is where in them."""
    start, expected = None, 0
    for time, found in _timesteps(source):
        if start is None:
            if not found:
                continue
            start = time
        slot = round((time - start) / step)
        if abs((time - start) / step - slot) > ON_GRID:
            continue
        if slot != expected:
            raise ValueError(
                f"{source} must have a timestep at every {step:g} s, got none at "
                f"{start + expected * step:g} s; give another step"
            )
        yield slot, found
        expected += 1


def _timesteps(source: Path) -> Iterator[tuple[float, Found]]:
    """Time [s] of each step, and who is where in it; what was read is forgotten."""
    try:
        with _opened(source) as file:
            found: Found = []
            for _, element in ElementTree.iterparse(file):
                if element.tag in PEOPLE:
                    found.append(_whereabouts(source, element))
                elif element.tag == "timestep":
                    yield _number(source, element, "time"), found
                    found = []
                    element.clear()
    except (OSError, EOFError, ElementTree.ParseError) as error:
        raise ValueError(f"{source} must be a readable FCD export: {error}") from error


def _opened(source: Path) -> Any:
    return gzip.open(source) if source.suffix == ".gz" else source.open("rb")


def _whereabouts(source: Path, element: ElementTree.Element) -> tuple[str, float, float]:
    name = element.get("id")
    if not name:
        raise ValueError(f"{source} must name every {element.tag} by its id, got one without")
    return name, _number(source, element, "x"), _number(source, element, "y")


def _number(source: Path, element: ElementTree.Element, attribute: str) -> float:
    text = element.get(attribute)
    try:
        value = float(text or "nan")
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        who = " ".join(filter(None, [element.tag, element.get("id")]))
        raise ValueError(f"{source}: {attribute} of {who} must be a finite number, got {text!r}")
    return value


def _in_plane(
    source: Path, name: str, first: float, second: float, city: City | None
) -> tuple[float, float]:
    """Metres, from metres or from longitude and latitude [degree]."""
    if city is None:
        return first, second
    x, y = to_plane(np.array([[second, first]]), city.origin)[0].tolist()
    if max(abs(x), abs(y)) > GREATEST_EXTENT:
        raise ValueError(
            f"{source}: {name} must be within {GREATEST_EXTENT / 1000:g} km of the city, got x "
            f"{first:g} and y {second:g}; a city takes longitudes and latitudes, as of "
            "--fcd-output.geo, and metres go without one"
        )
    return x, y
