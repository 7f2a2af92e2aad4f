"""Names of code lead to the API, such as `rllib_algos/joint/losses.py::polyak`."""

import importlib
import itertools
import re
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

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


class PreferNear(SphinxPostTransform):
    """Of several things of one name, let annotations mean the one that is nearest."""

    default_priority = 5  # before references are resolved

    def run(self, **kwargs: Any) -> None:
        """Complete the names of one page."""
        known = list(self.env.domains.python_domain.objects)
        for node in self.document.findall(addnodes.pending_xref):
            if node.get("refdomain") == "py" and node.hasattr("refspecific"):
                near = nearest(node["reftarget"], node.get("py:module") or "", known)
                if near:
                    node["reftarget"] = near
                    del node["refspecific"]


def nearest(name: str, module: str, known: list[str]) -> str:
    """The known thing of a name that shares most with a module's name; "" for fewer than two."""
    ours = [full for full in known if full.endswith(f".{name}")]
    if len(ours) < 2:
        return ""
    return max(ours, key=lambda full: shared(full.split("."), module.split(".")))


def shared(parts: list[str], others: list[str]) -> int:
    """How many parts two names begin with alike."""
    same = (one == other for one, other in zip(parts, others, strict=False))
    return sum(1 for _ in itertools.takewhile(bool, same))


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
    app.add_post_transform(PreferNear)
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
