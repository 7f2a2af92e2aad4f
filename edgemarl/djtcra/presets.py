"""Ready-made scenarios, and scenarios from YAML files."""

import re
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

SUFFIXES = (".yaml", ".yml")

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+")


class _Loader(yaml.SafeLoader):
    """Reads ``3.5e9`` as a number, which YAML 1.1 takes for a text (it wants ``3.5e+9``)."""


_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _NUMBER, list("-+.0123456789"))


def load_scenario(scenario: str | Path | Scenario) -> Scenario:
    """The scenario of a preset's name or a YAML file; a :class:`Scenario` as it is.

    A file holds fields of the scenario, and may name the preset or the file, by its path from the
    first file's folder, that it starts from::

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
    path = Path(str(scenario))
    if not isinstance(scenario, str | Path) or path.suffix not in SUFFIXES:
        raise ValueError(
            f"scenario must be one of {', '.join(SCENARIOS)} or a .yaml file, got {str(scenario)!r}"
        )
    return _read(path, ())


def _read(path: Path, readers: tuple[Path, ...]) -> Scenario:
    """The scenario of a file that others started from."""
    if path.resolve() in readers:
        raise ValueError(f"scenario file {path} must not start from itself")
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise ValueError(f"scenario file {path} must be readable YAML: {error}") from error
    if not isinstance(values, dict):
        raise ValueError(f"scenario file {path} must hold a mapping, got {type(values).__name__}")
    base = values.pop("base", None)
    if isinstance(base, str) and base.endswith(SUFFIXES):
        start = _read(path.parent / base, (*readers, path.resolve()))
    else:
        start = Scenario() if base is None else load_scenario(base)
    return start.with_overrides({"name": path.stem, **values})
