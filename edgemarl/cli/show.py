"""``edgemarl list`` and ``edgemarl scenario show``."""

from typing import TYPE_CHECKING, Annotated

import typer

from edgemarl.cli.options import Env, ScenarioSeed, Set
from edgemarl.cli.settings import parse_settings

if TYPE_CHECKING:
    from edgemarl.core.baselines import Baselines
    from edgemarl.core.system import System


def list_names() -> None:
    """List environments, scenarios, baselines, trained policies and algorithms."""
    from edgemarl.experiments.pretrained import all_pretrained
    from edgemarl.registry import sources, systems

    sections = {"environments (--env)": _with_sources(sources())}
    for system in systems():
        sections |= {
            f"scenarios of {system.name} (--scenario)": list(system.scenarios),
            f"baselines of {system.name} (POLICY)": _rules(system.baselines),
        }
    trained = [f"{one.policy}  for {one.about}" for one in all_pretrained()]
    sections["trained policies (POLICY)"] = trained or ["none"]
    sections["algorithms (ALGO)"] = algorithm_names()
    for title, names in sections.items():
        typer.echo(f"{title}:")
        for name in names:
            typer.echo(f"  {name}")


def _rules(baselines: "Baselines") -> list[str]:
    """Names of rules with their aliases."""
    aliases = baselines.aliases.items()
    return [
        name + "".join(f" (also {alias})" for alias, full in aliases if full == name)
        for name in baselines.names()
    ]


def algorithm_names() -> list[str]:
    """The learning algorithms and their packages, or what to install for them."""
    from edgemarl.core.extras import MissingExtraError, require_extra

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


def show_scenario(
    name: Annotated[str, typer.Argument(help="Preset, eua:DIR or YAML file.")],
    env: Env = None,
    scenario_seed: ScenarioSeed = None,
    settings: Set = None,
) -> None:
    """Print a scenario as YAML, which --scenario takes back as a file.

    Without --env, a name stands for the first system's preset that has it, and a file for one of
    DJTCRA.
    """
    import yaml

    given = parse_settings(settings or [])
    given.require_only("scenario")
    overrides = given.scenario | ({} if scenario_seed is None else {"seed": scenario_seed})
    scenario = _system_with(name, env).load_scenario(name).with_overrides(overrides)
    typer.echo(yaml.safe_dump(scenario.to_dict(), sort_keys=False), nl=False)


def _system_with(name: str, env: str | None) -> "System":
    """The system whose scenario a name stands for."""
    from edgemarl.registry import full_name, system_of, systems

    if env is None:
        known = systems()
        return next((system for system in known if name in system.scenarios), known[0])
    system = system_of(env)
    if system is None:
        raise ValueError(f"environment {full_name(env)!r} takes no scenario, got {name}")
    return system
