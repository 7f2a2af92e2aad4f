"""The page of the command line, made from what `--help` prints."""

from typing import Any

import typer
from sphinx.application import Sphinx
from typer.cli import get_docs_for_click

from edgemarl.cli.app import app as commands

PAGE = "api/command_line"


def describe(app: Sphinx, page: str, source: list[str]) -> None:
    """Put every command with its arguments in place of the page's own text."""
    if page == PAGE:
        source[0] = described()


def described() -> str:
    """All commands in Markdown, each under a heading."""
    command: Any = typer.main.get_command(commands)
    context = command.context_class(command, info_name="edgemarl")
    text = get_docs_for_click(obj=command, ctx=context, name="edgemarl")
    return text.replace("# `edgemarl`", "# The command line", 1)


def setup(app: Sphinx) -> dict[str, bool]:
    """Describe the commands after links have been seen to."""
    app.connect("source-read", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
