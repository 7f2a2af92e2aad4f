"""The commands; each imports what it needs when it runs, so that help and errors come at once."""

from typing import Annotated

import typer

from edgemarl.cli.commands import OneLineErrors, SettingsCommand
from edgemarl.cli.completion import answer_bash, asked_by_bash
from edgemarl.cli.doctor import doctor
from edgemarl.cli.evaluate import compare, evaluate
from edgemarl.cli.export import export
from edgemarl.cli.fetch import fetch
from edgemarl.cli.render import render
from edgemarl.cli.report import report
from edgemarl.cli.reproduce import reproduce
from edgemarl.cli.show import list_names, show_scenario
from edgemarl.cli.sweep import sweep
from edgemarl.cli.traces import traces
from edgemarl.cli.train import train
from edgemarl.cli.verify import verify

app = typer.Typer(
    cls=OneLineErrors,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Train and compare policies for edge computing, with gaps to a proven bound.",
)
scenarios = typer.Typer(no_args_is_help=True, help="Look at scenarios.")
app.add_typer(scenarios, name="scenario")
app.add_typer(fetch, name="fetch")
app.add_typer(traces, name="traces")
app.command(cls=SettingsCommand)(train)
app.command(cls=SettingsCommand)(evaluate)
app.command(cls=SettingsCommand)(compare)
app.command(cls=SettingsCommand)(render)
app.command()(sweep)
app.command()(export)
app.command()(report)
app.command()(reproduce)
app.command()(verify)
app.command("list")(list_names)
app.command()(doctor)
scenarios.command("show", cls=SettingsCommand)(show_scenario)


def main() -> None:
    """Run the command line, with the process's arguments."""
    if asked_by_bash():
        answer_bash(run)
    else:
        run()


def run() -> None:
    """The command line alone, which also answers shells."""
    app(prog_name="edgemarl")


def _print_version(wanted: bool) -> None:
    if wanted:
        from edgemarl import __version__

        typer.echo(f"edgemarl {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
    traceback: Annotated[
        bool, typer.Option("--traceback", help="Show where an error was raised.")
    ] = False,
) -> None:
    """Options before the command."""
