"""Pages of the documentation with parts that are written by commands, between two comments."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

MISSING = "Not measured yet: `make bench` does it."


def filled(page: str, parts: Mapping[str, str]) -> str:
    """A page's text with every part in its place, of which there must be one.

    Raises:
        ValueError: the page has no place for a part, or several; says what a place looks like.
    """
    for name, part in parts.items():
        start, end = f"<!-- {name}: start -->", f"<!-- {name}: end -->"
        if page.count(start) != 1 or page.count(end) != 1 or page.index(start) > page.index(end):
            raise ValueError(f"the page must hold one line {start} and after it one line {end}")
        before, rest = page.split(start)
        page = f"{before}{start}\n{part}\n{end}{rest.split(end)[1]}"
    return page


def update(path: Path, parts: Mapping[str, str]) -> None:
    """Write parts into a page."""
    try:
        text = filled(path.read_text(encoding="utf-8"), parts)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    path.write_text(text, encoding="utf-8")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose first column is text and whose others are numbers."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def number(value: float | None) -> str:
    """Three digits, or all before the point; "-" for what is not there."""
    if value is None:
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".")


def spread(row: Mapping[str, Any]) -> str:
    """A ratio and its range over the rounds."""
    low, high = row["ratio_range"]
    return f"{number(row['ratio'])} ({number(low)} to {number(high)})"


def flat(found: Mapping[str, Any]) -> str:
    """Every number by its path."""
    return table(["measured", "value"], [[path, number(value)] for path, value in numbers(found)])


def numbers(found: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """All numbers in nested mappings, with their paths; shares of a profile are left out."""
    for key, value in found.items():
        here = f"{path}, {key.replace('_', ' ')}".lstrip(", ")
        if key.startswith("where_time_goes"):
            continue
        if isinstance(value, Mapping):
            yield from numbers(value, here)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield here, value
