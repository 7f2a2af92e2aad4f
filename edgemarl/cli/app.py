"""The commands; each imports what it needs when it runs, so that help and errors come at once."""

from typing import Annotated

import typer

from edgemarl.cli.commands import OneLineErrors, SettingsCommand
from edgemarl.cli.evaluate import compare, evaluate
from edgemarl.cli.export import export
from edgemarl.cli.options import ScenarioSeed, Set
from edgemarl.cli.settings import parse_settings
from edgemarl.cli.sweep import sweep
from edgemarl.cli.train import train

app = typer.Typer(
    cls=OneLineErrors,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train and compare policies for edge computing, with gaps to a proven bound.",
)
scenarios = typer.Typer(no_args_is_help=True, help="Look at scenarios.")
app.add_typer(scenarios, name="scenario")
app.command(cls=SettingsCommand)(train)
app.command(cls=SettingsCommand)(evaluate)
app.command(cls=SettingsCommand)(compare)
app.command()(sweep)
app.command()(export)


def main() -> None:
    """Run the command line, with the process's arguments."""
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


@app.command("list")
def list_names() -> None:
    """List environments, scenarios, baselines and algorithms."""
    from edgemarl.djtcra import SCENARIOS
    from edgemarl.djtcra.baselines import ALIASES, baseline_names
    from edgemarl.registry import sources

    sections = {
        "environments (--env)": _with_sources(sources()),
        "scenarios (--scenario)": list(SCENARIOS),
        "baselines (POLICY)": [
            name + "".join(f" (also {a})" for a, full in ALIASES.items() if full == name)
            for name in baseline_names()
        ],
        "algorithms (ALGO)": algorithm_names(),
    }
    for title, names in sections.items():
        typer.echo(f"{title}:")
        for name in names:
            typer.echo(f"  {name}")


def algorithm_names() -> list[str]:
    """The learning algorithms and their packages, or what to install for them."""
    from edgemarl.experiments.extras import MissingExtraError, require_extra

    try:
        require_extra("rllib", "training")
    except MissingExtraError as error:
        return [f"none: {error}"]
    from rllib_algos import registry

    return _with_sources(registry.sources())


def _with_sources(sources: dict[str, str]) -> list[str]:
    """Names, and in a second column the packages that they come from."""
    width = max(map(len, sources))
    return [f"{name:<{width}}  from {source}" for name, source in sources.items()]


@scenarios.command("show", cls=SettingsCommand)
def show_scenario(
    name: Annotated[str, typer.Argument(help="Preset or YAML file.")],
    scenario_seed: ScenarioSeed = None,
    settings: Set = None,
) -> None:
    """Print a scenario as YAML, which --scenario takes back as a file."""
    import yaml

    from edgemarl.djtcra import load_scenario

    given = parse_settings(settings or [])
    given.require_only("scenario")
    overrides = given.scenario | ({} if scenario_seed is None else {"seed": scenario_seed})
    scenario = load_scenario(name).with_overrides(overrides)
    typer.echo(yaml.safe_dump(scenario.to_dict(), sort_keys=False), nl=False)
