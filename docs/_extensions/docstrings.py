"""Docstrings for Sphinx: they are written for people who read code, with few marks."""

import importlib
import pkgutil
import re
from typing import Any

from sphinx.application import Sphinx
from sphinx.pycode import parser

COMMENT = re.compile(r"^\s*#:? ?(.*)\r?\n?$")  # Sphinx wants "#:" where a comment documents
FOR_TOOLS = re.compile(r"(noqa|type:|pyright:|fmt:)")
COLUMNS = re.compile(r"\S {3,}\S|-->")  # text that is aligned by hand, or a diagram
# Literals, which are kept, or what is meant as it is: |U|, (N, *shape), "next_".
UNMARKED = re.compile(r"""(``.*?``)|\||(?<=[ (])\*(?=\w+[),])|(?<=\w)_(?=")""", re.DOTALL)

VALUES = ("attribute", "data", "property")
_aside: dict[str, list[str]] = {}


def prepare(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Keep what reStructuredText would take for marks; drop comments for other tools."""
    if what in VALUES and lines and FOR_TOOLS.match(lines[0]):
        lines.clear()
    parts = re.split(r"\n\s*\n", "\n".join(lines))
    lines[:] = "\n\n".join(map(paragraph, parts)).split("\n")
    if what in VALUES:
        _aside[name] = lines.copy()
        lines.clear()


def restore(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Bring back what Napoleon must not read: it takes "SU: users" for a type and its meaning."""
    if what in VALUES:
        lines[:] = _aside.pop(name)


def paragraph(part: str) -> str:
    """A paragraph with its marks escaped; as it stands where it is aligned, or a session."""
    if COLUMNS.search(part):
        return ".. code-block:: text\n\n" + "\n".join("    " + line for line in part.splitlines())
    if part.lstrip().startswith(">>>"):
        return part
    return UNMARKED.sub(lambda found: found[0] if found[1] else f"\\{found[0]}", part)


def public_names(*packages: str) -> dict[str, list[str]]:
    """What every package offers under its own name, by the package's name."""
    found = list(packages)
    for package in packages:
        path = importlib.import_module(package).__path__
        found += [m.name for m in pkgutil.walk_packages(path, f"{package}.") if m.ispkg]
    return {name: list(getattr(importlib.import_module(name), "__all__", ())) for name in found}


def setup(app: Sphinx) -> dict[str, bool]:
    """Read comments, which say shapes and units of fields, and prepare all for Napoleon."""
    parser.comment_re = COMMENT
    app.connect("autodoc-process-docstring", prepare, priority=100)
    app.connect("autodoc-process-docstring", restore, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
