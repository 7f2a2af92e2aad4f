"""How Sphinx builds the site from these pages and from the docstrings: `make docs`."""

import sys
from pathlib import Path

import edgemarl

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

from docstrings import public_names  # found by the path above
from repository import URL

project = "edgemarl"
author = project_copyright = "The edgemarl developers"
release = version = edgemarl.__version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "code_links",
    "command_line",
    "docstrings",
    "mathml",
    "navigation",
    "repository",
]
exclude_patterns = ["_*", "results/reproduction"]
templates_path = ["_templates"]
root_doc = "index"

myst_enable_extensions = ["dollarmath"]
myst_dmath_double_inline = True
myst_heading_anchors = 4

autosummary_generate = True
autosummary_context = {"offers": public_names("edgemarl", "rllib_algos")}
autosummary_mock_imports = ["edgemarl.__main__"]
autodoc_default_options = {"members": True, "undoc-members": True, "show-inheritance": True}
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_inherit_docstrings = False  # frameworks' docstrings are not ours to show
napoleon_use_ivar = True
napoleon_use_rtype = False
default_role = "py:obj"
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

html_math_renderer = "mathml"
html_theme = "furo"
html_title = "edgemarl"
if URL:
    html_theme_options = {
        "source_repository": URL,
        "source_branch": "main",
        "source_directory": "docs/",
    }
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
