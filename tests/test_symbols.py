"""The tables of symbols in docs/model: every row names something that exists, in its unit."""

import dataclasses
import importlib
import inspect
import re
from pathlib import Path

import pytest

MODELS = Path(__file__).parents[1] / "docs/model"
MODULES = {  # where the names of a page come from, by the page's name
    "djtcra": (
        *("core.channel", "djtcra.scenario", "djtcra.network", "djtcra.state", "djtcra.outcome"),
        *("djtcra.qoe", "djtcra.choices", "djtcra.optimum", "djtcra.latency", "djtcra.rewards"),
        *("djtcra.server_view", "djtcra.user_view", "solvers.sigmoid", "core.urban", "cities.city"),
    ),
    "mec": (
        *("mec.scenario", "mec.topology", "mec.fading", "mec.state", "mec.latency", "mec.outcome"),
        *("mec.allocation", "mec.votes", "mec.rewards", "mec.server_view", "mec.problem"),
        *("mec.costs", "mec.optimum"),
    ),
}
HEADER = "| symbol | meaning | code | unit | source |"
NO_UNIT = {"1", "index", "-"}


def rows(page):
    lines = (MODELS / f"{page}.md").read_text(encoding="utf-8").splitlines()
    start = lines.index(HEADER) + 2
    for line in lines[start:]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


ROWS = [pytest.param(page, *row, id=f"{page}: {row[2]}") for page in MODULES for row in rows(page)]


def owner_of(page, name):
    """The class or module that the first part of a dotted name stands for."""
    for module in (importlib.import_module(f"edgemarl.{path}") for path in MODULES[page]):
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


def test_every_model_has_its_page():
    assert set(MODULES) == {path.stem for path in MODELS.glob("*.md")}


@pytest.mark.parametrize("page", MODULES)
def test_the_table_is_found_and_each_thing_named_once(page):
    named = [row[2] for row in rows(page)]
    assert len(named) > 40
    assert len(set(named)) == len(named)


@pytest.mark.parametrize(("page", "symbol", "meaning", "code", "unit", "source"), ROWS)
def test_every_row_names_something_real(page, symbol, meaning, code, unit, source):
    owner, _, name = code.strip("`").partition(".")
    documented = documentation(owner_of(page, owner), name)
    assert meaning
    if unit not in NO_UNIT and owner != "LatencySigmoids":  # the solver knows no units
        assert f"[{unit}]" in documented, documented
    if match := re.search(r"Eq\. \((\d+)\)", documented):
        assert f"({match[1]})" in source


def test_names_that_do_not_exist_are_noticed():
    with pytest.raises(AttributeError):
        documentation(owner_of("djtcra", "State"), "no_such_field")
    with pytest.raises(AssertionError, match="Nothing is neither a class nor a module"):
        owner_of("mec", "Nothing")
