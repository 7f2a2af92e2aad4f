"""Links from pages into the repository, which lead somewhere on the site, too.

Where the site is built with the address of the repository in `REPOSITORY_URL`, files and folders
that are not pages are shown there; else files are copied into the site and folders are named only.
"""

import os
import re
from pathlib import Path

from navigation import SECTIONS
from sphinx.application import Sphinx

DOCS = Path(__file__).parents[1]
ROOT = DOCS.parent
URL = os.environ.get("REPOSITORY_URL", "").rstrip("/")
# Pages of the site that are files of the repository's root; the page's own text is for readers of
# the folder.
ROOT_PAGES = {
    "index": "README.md",
    "artifact": "ARTIFACT.md",
    "changelog": "CHANGELOG.md",
    "contributing": "CONTRIBUTING.md",
}
FENCE = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s#]*)(#[^)\s]*)?\)")


def read(app: Sphinx, page: str, source: list[str]) -> None:
    """Put root pages in their place, and make all links fit the site."""
    own = DOCS / f"{page}.md"
    if not own.exists():
        return
    file = ROOT / ROOT_PAGES[page] if page in ROOT_PAGES else own
    app.env.note_dependency(str(file))
    parts = FENCE.split(file.read_text(encoding="utf-8"))
    for index in range(0, len(parts), 2):  # what is not fenced
        parts[index] = LINK.sub(lambda link: fitting(link, file.parent, own.parent), parts[index])
    source[0] = "".join(parts)


def fitting(link: re.Match[str], written: Path, shown: Path) -> str:
    """A link as the site needs it, by the folders that it was written for and is shown in."""
    mark, text, target, anchor = link.groups(default="")
    found = page_of((written / target).resolve())
    if found is None:
        return f"{mark}[{text}]({target}{anchor})"  # Sphinx says what is wrong with it
    if isinstance(found, str):
        return f"{mark}[{text}]({found})" if found else text
    return f"{mark}[{text}]({os.path.relpath(found, shown)}{anchor})"


def page_of(target: Path) -> Path | str | None:
    """A file that the site shows or copies, an address, or "" for what can only be named."""
    if not target.exists():
        return None
    name = target.relative_to(ROOT).as_posix()
    for page, file in ROOT_PAGES.items():
        if name == file:
            return DOCS / f"{page}.md"
    if target.is_dir():
        return first_page(target) or (f"{URL}/tree/main/{name}" if URL else "")
    inside = target.is_relative_to(DOCS)
    if inside and target.suffix in (".md", ".rst", ".png", ".svg", ".gif"):
        return target
    if URL:
        return f"{URL}/blob/main/{name}"
    return "" if target.suffix == ".md" else target


def first_page(folder: Path) -> Path | None:
    """The page that a folder's section begins with."""
    for pages in SECTIONS.values():
        for page in pages:
            found = sorted(DOCS.glob(f"{page}.md"))
            if found and found[0].parent == folder != DOCS:
                return found[0]
    return None


def setup(app: Sphinx) -> dict[str, bool]:
    """Read pages before the contents are added."""
    app.connect("source-read", read, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
