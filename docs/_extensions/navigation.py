"""The order of the site's pages, kept out of them so that the home page reads well anywhere."""

from sphinx.application import Sphinx

SECTIONS = {
    "Start": ("quickstart", "evaluation"),
    "Environments": ("environments/*",),
    "Models": ("model/*", "slot_bound", "mec_optimum"),
    "Solver": ("solver",),
    "Algorithms": (
        *("algorithms/shadow_price", "algorithms/ma_maxent", "algorithms/maddpg"),
        *("algorithms/idqn", "algorithms/vdn", "algorithms/qmix"),
        *("algorithms/dirs", "algorithms/ddpg", "algorithms/ac"),
        *("algorithms/rows", "algorithms/known_tasks", "algorithms/speed"),
    ),
    "How to": ("how_to/*",),
    "Results": ("results/djtcra", "results/dirs", "results/*", "performance"),
    "Reference": ("api/index", "api/command_line", "artifact", "changelog", "contributing"),
}


def add_contents(app: Sphinx, page: str, source: list[str]) -> None:
    """Append a table of contents for every section to the home page."""
    if page == app.config.root_doc:
        source[0] += "".join(
            f"\n```{{toctree}}\n:caption: {caption}\n:hidden:\n:glob:\n\n"
            + "\n".join(pages)
            + "\n```\n"
            for caption, pages in SECTIONS.items()
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the contents whenever the home page is read."""
    app.connect("source-read", add_contents)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
