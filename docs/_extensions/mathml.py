"""Formulas as MathML, which browsers draw by themselves: no script, no font, no network."""

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)
TAG = re.compile(r"\\tag\{(.*?)\}")


def formula(node: nodes.math | nodes.math_block, mode: str) -> str:
    """A formula in MathML; a warning where LaTeX is left that the converter does not know."""
    latex = TAG.sub("", node.astext()).strip().replace(r"\arg", r"\operatorname{arg}\,")
    found = convert(latex, display=mode)
    if "\\" in found:
        logger.warning("no MathML for all of %s", node.astext(), location=node)
    return found


def inline(writer: Any, node: nodes.math) -> None:
    """Write a formula within a line."""
    writer.body.append(formula(node, "inline"))
    raise nodes.SkipNode


def display(writer: Any, node: nodes.math_block) -> None:
    """Write a formula in lines of its own, with its number at the end of the line."""
    number = "".join(f'<span class="eqno">({tag})</span>' for tag in TAG.findall(node.astext()))
    writer.body.append(f'<div class="math">{formula(node, "block")}{number}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Make MathML a way to show formulas."""
    app.add_html_math_renderer("mathml", (inline, None), (display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
