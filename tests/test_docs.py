"""What README and docs show is true: snippets run, commands exist, links lead somewhere."""

import ast
import doctest
import re
import shlex
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

import edgemarl
from edgemarl.cli.app import app
from rllib_algos import registry

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CODE = re.compile(
    r"`((?:edgemarl|rllib_algos|tests|examples|benchmarks)/[\w/]+\.py)(?:::([\w.]+))?`"
)
WITHIN = re.compile(r"`(edgemarl (?!\.\.\.)[^`…]+)`")


def blocks(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return [code for _, found, code in FENCE.findall(text) if found == language]


def commands(page: Path) -> list[str]:
    """The commands of shell blocks that call `edgemarl`, with continued lines joined."""
    joined = [block.replace("\\\n", " ") for block in blocks(page, "sh")]
    parts = [part for block in joined for part in re.split(r"\n|; (?:do )?", block)]
    lines = [part.strip().removeprefix("$ ").removeprefix("do ") for part in parts]
    return [line for line in lines if line.startswith("edgemarl ")]


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> list[str]:
    """What headings are linked by, as code hosts and the site form it."""
    slugs: list[str] = []
    found: list[str] = []
    for heading in HEADING.findall(prose(page)):
        text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        again = slugs.count(anchor)
        slugs.append(anchor)
        found.append(f"{anchor}-{again}" if again else anchor)
    return found


def leaf(arguments: list[str]) -> tuple[Any, list[str]]:
    """The command that arguments begin with, and what is left for it."""
    command: Any = typer.main.get_command(app)
    while isinstance(command, TyperGroup):
        name, *arguments = arguments
        assert name in command.commands, f"no command {name}"
        command = command.commands[name]
    return command, arguments


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_fences_links_and_commands_are_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# A, *b*: `c`\n[a](b.md#c) [d](https://e) [f](#a-b-c)\n```python\n# x\n```\n"
        "```sh\nfor x in 1; do edgemarl list; done\nedgemarl \\\n  export\n```\n## A b c\n"
    )
    assert blocks(page, "python") == ["# x\n"]
    assert [command.split() for command in commands(page)] == [
        ["edgemarl", "list"],
        ["edgemarl", "export"],
    ]
    assert LINK.findall(page.read_text()) == [("b.md", "c"), ("", "a-b-c")]
    assert anchors(page) == ["a-b-c", "a-b-c-1"]


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "python")], ids=name_of)
def test_snippets_run(page, tmp_path, monkeypatch, request):
    """The snippets of a page run one after another, as a reader would type them.

    Readers bring `make_env` and `folder` where a page is about any environment and any place.
    """
    code = "\n".join(blocks(page, "python"))
    if "matplotlib" in code:
        request.addfinalizer(partial(pytest.importorskip("matplotlib.pyplot").close, "all"))
    if "rllib_algos" in code:
        pytest.importorskip("torch")
        request.getfixturevalue("ray_session")
    monkeypatch.chdir(tmp_path)
    env = "mec-v0" if page.stem == "dirs" else "djtcra-servers-v0"  # where servers score devices
    given = {
        "make_env": lambda config: edgemarl.make(env, scenario="tiny", **config),
        "folder": str(tmp_path / "checkpoint"),
    }
    exec(compile(code, name_of(page), "exec"), {"__name__": "__main__", **given})


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "pycon")], ids=name_of)
def test_sessions_print_what_they_show(page):
    """The same as `python -m doctest PAGE`."""
    found = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert found.attempted >= sum(code.count(">>> ") for code in blocks(page, "pycon")) > 0
    assert found.failed == 0


@pytest.mark.parametrize(
    ("page", "command"),
    [(page, command) for page in PAGES for command in commands(page)],
    ids=lambda value: value if isinstance(value, str) else name_of(value),
)
def test_commands_are_complete_and_have_arguments_of_the_right_kind(page, command):
    """Parsed as the command line would parse them, and not run."""
    leaf_command, arguments = leaf(shlex.split(command, comments=True)[1:])
    leaf_command.make_context(command, arguments)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_within_a_line_have_the_options_they_are_shown_with(page):
    for command in WITHIN.findall(prose(page)):
        result = CliRunner().invoke(app, [*shlex.split(command)[1:], "--help"])
        assert result.exit_code == 0, f"{command}: {result.output}"


def test_a_command_that_does_not_exist_is_noticed():
    with pytest.raises(AssertionError, match="no command"):
        leaf(["fly", "vdn"])
    command, arguments = leaf(["train", "vdn", "--slots", "many"])
    with pytest.raises(typer.BadParameter, match="valid integer"):
        command.make_context("train", arguments)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    for target, anchor in LINK.findall(prose(page)):
        file = page.parent / target if target else page
        assert file.exists(), f"{name_of(page)} links to {target}"
        if anchor:
            assert anchor in anchors(file), f"{name_of(page)} links to {target}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_and_what_is_in_them_exist(page):
    """A name such as `Class.method` of `package/module.py` is defined there, in that order."""
    for path, name in CODE.findall(page.read_text(encoding="utf-8")):
        assert (ROOT / path).is_file(), f"{name_of(page)} names {path}"
        scope = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
        for part in filter(None, name.split(".")):
            found = [node for node in scope if getattr(node, "name", None) == part]
            assert found, f"{name_of(page)} names {part} of {path}"
            scope = getattr(found[0], "body", [])


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/algorithms/*.md")), ids=name_of)
def test_algorithms_of_papers_say_where_they_depart_from_them(page):
    if page.stem in registry.names() and page.stem != "shadow_price":  # which is ours
        assert any("departures-from-the-paper" in anchor for anchor in anchors(page))


def test_the_readme_s_rows_about_the_solver_are_those_of_its_page():
    def cells(text, heading):
        part = text.partition(heading)[2].partition("\n## ")[0]
        rows = [line.strip("| ").split("|") for line in part.splitlines() if line.startswith("|")]
        return [[cell.strip() for cell in row] for row in rows[2:]]

    page = {row[0]: row for row in cells((ROOT / "docs/solver.md").read_text(), "## Against its")}
    shown = cells((ROOT / "README.md").read_text(), "## The solver")
    assert shown
    for method, value, time in shown:
        assert page[method][1].partition(" ")[0] == value
        assert page[method][2] == time
