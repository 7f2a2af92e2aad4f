"""Names of code lead to the API, such as `rllib_algos/joint/losses.py::polyak`."""

import importlib
import re
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

PACKAGES = ("edgemarl", "rllib_algos")
FILE = re.compile(r"((?:edgemarl|rllib_algos)/[\w/]+)\.py(?:::([\w.]+))?")
DOTTED = re.compile(r"(?:edgemarl|rllib_algos)\.[A-Za-z_][\w.]*")


def name_in(text: str) -> str:
    """The dotted name that a text in code letters stands for; "" where it stands for none."""
    if file := FILE.fullmatch(text):
        return ".".join(part for part in (file[1].replace("/", "."), file[2]) if part)
    return text if DOTTED.fullmatch(text) else ""


class LinkCode(SphinxTransform):
    """Turn code letters that name something of ours into references."""

    default_priority = 600

    def apply(self, **kwargs: Any) -> None:
        """Replace the literals of one page."""
        for literal in list(self.document.findall(nodes.literal)):
            target = name_in(literal.astext())
            if target and not isinstance(literal.parent, (nodes.reference, addnodes.pending_xref)):
                reference = addnodes.pending_xref(
                    "",
                    refdomain="py",
                    reftype="obj",
                    reftarget=target,
                    refexplicit=True,
                    refdoc=self.env.docname,
                    refwarn=False,
                )
                literal.replace_self(reference)
                reference += literal


def resolve(app: Sphinx, env: Any, node: Any, shown: Any) -> nodes.reference | None:
    """Find where a name is described: where it is defined; else what it belongs to."""
    target = node.get("reftarget", "")
    if node.get("refdomain") != "py" or not target.startswith(PACKAGES):
        return None
    domain = env.domains.python_domain
    candidate = home(target) if "." in target else target
    while candidate:
        found = domain.resolve_xref(env, node["refdoc"], app.builder, "obj", candidate, node, shown)
        if found is not None:
            return found
        candidate, _, _ = candidate.rpartition(".")
    return None


def home(name: str) -> str:
    """The name by the module that defines it."""
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), attribute)
        return f"{found.__module__}.{found.__qualname__}"
    except (ImportError, AttributeError):
        return name


def setup(app: Sphinx) -> dict[str, bool]:
    """Link code on every page."""
    app.add_transform(LinkCode)
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
