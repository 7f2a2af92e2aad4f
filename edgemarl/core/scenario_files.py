"""Scenarios by the name of a preset, and from YAML files."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml

from edgemarl.core.scenario import BaseScenario

_S = TypeVar("_S", bound=BaseScenario)

SUFFIXES = (".yaml", ".yml")

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+")


class _Loader(yaml.SafeLoader):
    """Reads ``3.5e9`` as a number, which YAML 1.1 takes for a text (it wants ``3.5e+9``)."""


_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _NUMBER, list("-+.0123456789"))


def load(scenario: Any, cls: type[_S], presets: Mapping[str, _S]) -> _S:
    """The scenario of a preset's name, a source or a YAML file; one of the class as it is.

    A source is one of the class's `SOURCES` with a path, such as ``eua:data/melbourne``. A file
    holds fields of the scenario, and may name the preset, source or file that it starts from; paths
    in it (of another file, a source, or a component's ``file`` or ``city``) start from its folder::

        base: paper
        name: walkers
        num_users: 70
        mobility: {kind: random_walk, step: 2.0}
        channel.carrier_frequency: 3.5e9

    Args:
        scenario: a name, a path or a scenario.
        cls: the system's scenarios.
        presets: those that have a name.

    Raises:
        ValueError: for an unknown name, a file without a mapping, an unknown key or a bad value.
    """
    return _load(scenario, cls, presets, ())


def _load(scenario: Any, cls: type[_S], presets: Mapping[str, _S], readers: tuple[Path, ...]) -> _S:
    if isinstance(scenario, cls):
        return scenario
    if str(scenario) in presets:
        return presets[str(scenario)]
    source, colon, place = str(scenario).partition(":")
    if colon and source in cls.SOURCES:
        return getattr(cls, cls.SOURCES[source])(place)
    path = Path(str(scenario))
    if not isinstance(scenario, str | Path) or path.suffix not in SUFFIXES:
        known = ", ".join([*presets, *(f"{source}:PATH" for source in cls.SOURCES)])
        raise ValueError(f"scenario must be one of {known} or a .yaml file, got {str(scenario)!r}")
    return _read(path, cls, presets, readers)


def _read(path: Path, cls: type[_S], presets: Mapping[str, _S], readers: tuple[Path, ...]) -> _S:
    """The scenario of a file that others started from."""
    if path.resolve() in readers:
        raise ValueError(f"scenario file {path} must not start from itself")
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise ValueError(f"scenario file {path} must be readable YAML: {error}") from error
    if not isinstance(values, dict):
        raise ValueError(f"scenario file {path} must hold a mapping, got {type(values).__name__}")
    values = {key: _anchored(key, value, path.parent, cls) for key, value in values.items()}
    base = values.pop("base", None)
    if isinstance(base, str) and base.endswith(SUFFIXES):
        start = _read(path.parent / base, cls, presets, (*readers, path.resolve()))
    else:
        start = cls() if base is None else _load(base, cls, presets, readers)
    return start.with_overrides({"name": path.stem, **values})


def _anchored(key: Any, value: Any, folder: Path, cls: type[BaseScenario]) -> Any:
    """A value of a scenario file, with relative paths in it as seen from the file's folder."""
    if isinstance(value, Mapping):
        return {inner: _anchored(inner, held, folder, cls) for inner, held in value.items()}
    name = str(key).rpartition(".")[2]
    if not isinstance(value, str) or name not in ("base", "city", "file"):
        return value
    source, colon, place = value.partition(":")
    if colon and source in cls.SOURCES:
        return f"{source}:{folder / Path(place).expanduser()}"
    return str(folder / Path(value).expanduser()) if name == "file" else value
