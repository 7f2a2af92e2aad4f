"""What docs/_extensions makes of pages and docstrings; `make docs` builds the whole site."""

import ast
import re
from pathlib import Path

import pytest

pytest.importorskip("sphinx")
pytest.importorskip("latex2mathml")

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.DOTALL)


@pytest.fixture(autouse=True)
def extensions(monkeypatch):
    monkeypatch.syspath_prepend(DOCS / "_extensions")


def pages():
    return sorted(path for path in DOCS.glob("**/*.md") if "reproduction" not in path.parts)


def fitted(text, written=DOCS / "model", shown=DOCS / "model"):
    from repository import LINK, fitting

    return LINK.sub(lambda link: fitting(link, written, shown), text)


def test_every_page_is_in_one_section():
    from navigation import SECTIONS
    from repository import ROOT_PAGES

    for page in pages():
        name = page.relative_to(DOCS).with_suffix("").as_posix()
        places = [
            caption
            for caption, patterns in SECTIONS.items()
            if any(page.match(f"docs/{pattern}.md") for pattern in patterns)
        ]
        assert len(places) == (name != "index"), name
    assert all((ROOT / file).exists() for file in ROOT_PAGES.values())


LITERAL = re.compile(r"``.+?``|`[^`]+`", re.DOTALL)


@pytest.mark.parametrize("package", ["edgemarl", "rllib_algos"])
def test_no_letters_stand_right_behind_a_literal(package):
    """The site's markup takes such a literal for one that does not end."""
    for path in sorted((ROOT / package).glob("**/*.py")):
        assert not [bad for text in docstrings_of(path) for bad in endless_literals(text)], path
    assert endless_literals("an ``Env`` and two ``Env``s, two `Env`s") == ["``Env``s", "`Env`s"]


def endless_literals(text):
    followed = [(found[0], text[found.end() : found.end() + 1]) for found in LITERAL.finditer(text)]
    return [literal + behind for literal, behind in followed if behind.isalnum()]


def docstrings_of(path):
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, documented)]
    return [text for node in nodes if (text := ast.get_docstring(node))]


def test_links_within_the_pages_stay():
    link = "[a](mec.md#readings), ![b](../images/demo_learning_curve.png), [c](#d), [e](https://f)"
    assert fitted(link) == link


def test_links_to_the_root_lead_to_pages_of_the_site():
    assert fitted("[a](../../README.md#b) [c](../../CHANGELOG.md)") == (
        "[a](../index.md#b) [c](../changelog.md)"
    )
    assert fitted("[a](docs/solver.md#b)", ROOT, DOCS) == "[a](solver.md#b)"


def test_folders_lead_to_the_first_page_of_their_section():
    assert fitted("[a](docs/algorithms)", ROOT, DOCS) == "[a](algorithms/shadow_price.md)"


def test_files_are_copied_unless_the_repository_is_known(monkeypatch):
    links = (
        "[a](../../examples/05_solver.py) [b](../../examples) [c](../../examples/plugin/README.md)"
    )
    monkeypatch.setattr("repository.URL", "")
    assert fitted(links) == "[a](../../examples/05_solver.py) b c"
    monkeypatch.setattr("repository.URL", "https://host/name")
    assert fitted(links) == (
        "[a](https://host/name/blob/main/examples/05_solver.py) "
        "[b](https://host/name/tree/main/examples) "
        "[c](https://host/name/blob/main/examples/plugin/README.md)"
    )


def test_a_link_that_leads_nowhere_is_left_for_sphinx_to_report():
    assert fitted("[a](nothing.md)") == "[a](nothing.md)"


def test_formulas_become_mathml_without_their_numbers():
    from docutils import nodes
    from mathml import TAG, formula

    assert "<mfrac>" in formula(nodes.math(text=r"\frac{a}{b}"), "inline")
    assert TAG.findall(r"a = b \tag{3}") == ["3"]
    assert "<mn>3</mn>" in formula(nodes.math_block(text="a = 3"), "block")
    assert "<mn>3</mn>" not in formula(nodes.math_block(text=r"a = b \tag{3}"), "block")


def test_what_has_no_mathml_keeps_its_backslash_and_is_warned_of():
    from docutils import nodes
    from mathml import formula

    assert "\\" in formula(nodes.math(text=r"\nosuchcommand"), "inline")


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_all_formulas_of_the_pages_are_known(page):
    from docutils import nodes
    from mathml import formula

    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for block, inline in FORMULA.findall(text):
        assert "\\" not in formula(nodes.math(text=block or inline), "inline"), block or inline


def test_docstrings_keep_their_columns_and_sizes():
    from docstrings import prepare

    lines = [
        "Users |U|, (N, *shape), *so*, ``|``.",
        "",
        "a      first",
        "b      |U|",
        "",
        ">>> 1 | 2",
    ]
    prepare(None, "module", "m", None, None, lines)
    assert lines == [
        *(r"Users \|U\|, (N, \*shape), *so*, ``|``.", ""),
        *(".. code-block:: text", "", "    a      first", "    b      |U|", ""),
        ">>> 1 | 2",
    ]


def test_fields_have_the_comments_behind_them(monkeypatch):
    from docstrings import COMMENT, prepare, restore
    from sphinx.pycode import ModuleAnalyzer, parser

    monkeypatch.setattr(parser, "comment_re", COMMENT)
    monkeypatch.setattr(ModuleAnalyzer, "cache", {})
    found = ModuleAnalyzer.for_module("edgemarl.djtcra.state").find_attr_docs()
    assert found["State", "bandwidth"][0] == "(U,) [Hz] B_u"
    for comment, shown in (("noqa: RUF012", ""), ("SU: users |U|", r"SU: users \|U\|")):
        lines = [comment]
        prepare(None, "attribute", "m.C.a", None, None, lines)
        assert lines == []  # Napoleon finds nothing
        restore(None, "attribute", "m.C.a", None, None, lines)
        assert lines == [shown]


def test_packages_say_what_they_offer():
    from docstrings import public_names

    assert "evaluate" in public_names("edgemarl")["edgemarl"]
    assert "maximize" in public_names("edgemarl")["edgemarl.solvers"]


def test_names_of_code_are_found_where_they_are_defined():
    from code_links import home, name_in

    assert name_in("rllib_algos/joint/losses.py::polyak") == "rllib_algos.joint.losses.polyak"
    assert name_in("edgemarl/djtcra/prices.py") == "edgemarl.djtcra.prices"
    assert name_in("tests/test_docs.py") == name_in("edgemarl/mec-v0") == ""
    assert home("edgemarl.solvers.maximize") == "edgemarl.solvers.single_budget.maximize"
    assert home("edgemarl.solvers.nothing") == "edgemarl.solvers.nothing"


def test_the_command_line_is_described_command_by_command():
    from command_line import described

    text = described()
    assert text.startswith("# The command line\n")
    for command in ("train", "compare", "scenario show"):
        assert f"# `edgemarl {command}`" in text
    assert "`--checkpoint-every N`" in text


def test_annotations_mean_the_thing_of_their_own_system():
    from code_links import nearest

    known = ["edgemarl.djtcra.scenario.Scenario", "edgemarl.mec.scenario.Scenario", "m.Other"]
    assert nearest("Scenario", "edgemarl.mec.views", known) == known[1]
    assert nearest("Scenario", "edgemarl.djtcra.state", known) == known[0]
    assert nearest("Other", "m", known) == nearest("Nothing", "m", known) == ""
