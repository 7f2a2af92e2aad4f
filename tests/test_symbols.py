"""The table of symbols in docs/model: every row names something that exists, in its unit."""

import dataclasses
import importlib
import inspect
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs/model/djtcra.md"
MODULES = [
    f"edgemarl.{name}"
    for name in (
        *("core.channel", "djtcra.scenario", "djtcra.network", "djtcra.state", "djtcra.outcome"),
        *("djtcra.qoe", "djtcra.choices", "djtcra.optimum", "djtcra.latency", "djtcra.rewards"),
        *("djtcra.server_view", "djtcra.user_view", "solvers.sigmoid"),
    )
]
HEADER = "| symbol | meaning | code | unit | source |"
NO_UNIT = {"1", "index", "-"}


def rows():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index(HEADER) + 2
    for line in lines[start:]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


ROWS = [pytest.param(*row, id=row[2]) for row in rows()]


def owner_of(name):
    """The class or module that the first part of a dotted name stands for."""
    for module in map(importlib.import_module, MODULES):
        if module.__name__.rpartition(".")[2] == name:
            return module
        if inspect.isclass(getattr(module, name, None)):
            return getattr(module, name)
    raise AssertionError(f"{name} is neither a class nor a module of the model")


def documentation(owner, name):
    """The line that declares a field, or the docstring of a property or function."""
    if dataclasses.is_dataclass(owner) and name in {f.name for f in dataclasses.fields(owner)}:
        declared = next(base for base in owner.__mro__ if name in base.__annotations__)
        return re.search(rf"^    {name}: .*$", inspect.getsource(declared), re.M).group()
    if not hasattr(owner, name) and re.search(rf"self\.{name}\b.* = ", inspect.getsource(owner)):
        return ""
    found = inspect.getattr_static(owner, name)
    return inspect.getdoc(getattr(found, "func", found)) or ""


def test_the_table_is_found_and_each_thing_named_once():
    named = [row.values[2] for row in ROWS]
    assert len(named) > 40
    assert len(set(named)) == len(named)


@pytest.mark.parametrize(("symbol", "meaning", "code", "unit", "source"), ROWS)
def test_every_row_names_something_real(symbol, meaning, code, unit, source):
    owner, _, name = code.strip("`").partition(".")
    documented = documentation(owner_of(owner), name)
    assert meaning
    if unit not in NO_UNIT and owner != "LatencySigmoids":  # the solver knows no units
        assert f"[{unit}]" in documented, documented
    if match := re.search(r"Eq\. \((\d+)\)", documented):
        assert f"({match[1]})" in source


def test_names_that_do_not_exist_are_noticed():
    with pytest.raises(AttributeError):
        documentation(owner_of("State"), "no_such_field")
    with pytest.raises(AssertionError, match="Nothing is neither a class nor a module"):
        owner_of("Nothing")
