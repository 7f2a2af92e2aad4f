"""Ready-made scenarios, and scenarios from YAML files."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import yaml

from edgemarl.djtcra.scenario import Scenario

PAPER = Scenario(name="paper")
TINY = Scenario(
    name="tiny",
    num_users=8,
    server_capacity=(5e9, 10e9, 20e9),
    slots_per_episode=20,
)
DEMO = Scenario(name="demo", slots_per_episode=25)

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {scenario.name: scenario for scenario in (PAPER, TINY, DEMO)}
)


def load_scenario(scenario: str | Path | Scenario) -> Scenario:
    """The scenario of a preset's name or a YAML file; a :class:`Scenario` as it is.

    A file holds fields of the scenario, and may name the preset that it starts from::

        base: paper
        name: walkers
        num_users: 70
        mobility: {kind: random_walk, step: 2.0}
        channel.carrier_frequency: 3.5e9

    Raises:
        ValueError: for an unknown name, a file without a mapping, an unknown key or a bad value.
    """
    if isinstance(scenario, Scenario):
        return scenario
    if str(scenario) in SCENARIOS:
        return SCENARIOS[str(scenario)]
    path = Path(scenario)
    if path.suffix not in (".yaml", ".yml"):
        raise ValueError(
            f"scenario must be one of {', '.join(SCENARIOS)} or a .yaml file, got {str(scenario)!r}"
        )
    return _read(path)


def _read(path: Path) -> Scenario:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ValueError(f"scenario file {path} must be readable YAML: {error}") from error
    if not isinstance(values, dict):
        raise ValueError(f"scenario file {path} must hold a mapping, got {type(values).__name__}")
    base = values.pop("base", None)
    start = Scenario() if base is None else load_scenario(base)
    return start.with_overrides({"name": path.stem, **values})
