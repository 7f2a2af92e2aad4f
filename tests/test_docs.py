"""What README and docs show is true: snippets run, commands exist, links lead somewhere."""

import doctest
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

import edgemarl
from edgemarl.cli.app import app

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)\s#]+)")


def blocks(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return [code for _, found, code in FENCE.findall(text) if found == language]


def commands(page: Path) -> list[str]:
    """The lines of shell blocks that call `edgemarl`, with continued lines joined."""
    joined = [block.replace("\\\n", " ") for block in blocks(page, "sh")]
    lines = [line.strip().removeprefix("$ ") for block in joined for line in block.splitlines()]
    return [line for line in lines if line.startswith("edgemarl ")]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_fences_links_and_commands_are_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "[a](b.md#c) [d](https://e)\n```python\nx = 1\n```\n```sh\nedgemarl list\n```\n"
    )
    assert blocks(page, "python") == ["x = 1\n"]
    assert commands(page) == ["edgemarl list"]
    assert LINK.findall(page.read_text()) == ["b.md"]


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "python")], ids=name_of)
def test_snippets_run(page, tmp_path, monkeypatch, request):
    """The snippets of a page run one after another, as a reader would type them.

    Readers bring `make_env` and `folder` where a page is about any environment and any place.
    """
    code = "\n".join(blocks(page, "python"))
    if "matplotlib" in code:
        pytest.importorskip("matplotlib")
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
def test_commands_have_the_options_they_are_shown_with(page, command):
    arguments = shlex.split(command, comments=True)[1:]
    result = CliRunner().invoke(app, [*arguments, "--help"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{name_of(page)} links to {target}"
