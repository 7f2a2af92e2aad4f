"""Columns of numbers from CSV files; what is wrong is named with the line it is in."""

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Some columns of a CSV file."""

    path: Path
    lines: NDArray[np.int64]  # (N,) line of the file that each row ends in
    values: dict[str, NDArray[np.float64]]  # (N,) by column
    texts: dict[str, list[str]]  # N each, by column

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """A column of numbers, (N,)."""
        return self.values[name]

    def require(self, good: NDArray[np.bool_], name: str, demand: str) -> None:
        """ValueError naming the first row whose column is not as demanded.

        Args:
            good: (N,) whether each row is.
            name: the column.
            demand: what it must be, for the message.
        """
        if not good.all():
            row = int(good.argmin())
            raise ValueError(
                f"{self.path} line {self.lines[row]}: {name} must be {demand}, "
                f"got {self.values[name][row]:g}"
            )

    def integers(self, name: str) -> NDArray[np.int64]:
        """A column of whole numbers that are zero or above, (N,); ValueError for another."""
        values = self.values[name]
        self.require((values >= 0) & (values % 1 == 0), name, "a whole number from 0")
        return values.astype(np.int64)


def read_columns(path: Path, numbers: Sequence[str], texts: Sequence[str] = ()) -> Columns:
    """Columns of a CSV file with a header, whatever other columns it has.

    Args:
        path: the file.
        numbers: names of columns of finite numbers; upper and lower case are the same.
        texts: names of columns to be kept as they are.

    Raises:
        ValueError: for a file that cannot be read, a missing column, a row of another length, a
            cell that is no finite number, or no row at all; each with its line.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.reader(file)
            return _collected(path, rows, numbers, texts)
    except (OSError, UnicodeError, csv.Error) as error:
        raise ValueError(f"{path} must be a readable CSV file: {error}") from error


def _collected(path: Path, rows: Any, numbers: Sequence[str], texts: Sequence[str]) -> Columns:
    header = [name.strip() for name in next(rows, [])]
    places = _places(path, header, (*numbers, *texts))
    lines: list[int] = []
    cells: dict[str, list] = {name: [] for name in (*numbers, *texts)}
    for row in _filled(path, rows, len(header)):
        lines.append(rows.line_num)
        for name in numbers:
            cells[name].append(_number(path, rows.line_num, name, row[places[name]]))
        for name in texts:
            cells[name].append(row[places[name]].strip())
    if not lines:
        raise ValueError(f"{path} must hold at least one row below its header, got none")
    return Columns(
        path=path,
        lines=np.array(lines),
        values={name: np.array(cells[name]) for name in numbers},
        texts={name: cells[name] for name in texts},
    )


def _places(path: Path, header: list[str], names: Sequence[str]) -> dict[str, int]:
    """Where each column stands in a row."""
    known = [name.lower() for name in header]
    for name in names:
        if known.count(name.lower()) != 1:
            found = "it twice" if name.lower() in known else ", ".join(header) or "an empty file"
            raise ValueError(f"{path} line 1: columns must name {name} once, got {found}")
    return {name: known.index(name.lower()) for name in names}


def _filled(path: Path, rows: Any, width: int) -> Iterator[list[str]]:
    """The rows that are not empty, all of one length."""
    for row in rows:
        if not row:
            continue
        if len(row) != width:
            raise ValueError(
                f"{path} line {rows.line_num}: row must have {width} cells, got {len(row)}"
            )
        yield row


def _number(path: Path, line: int, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{path} line {line}: {name} must be a finite number, got {text!r}")
    return value
