"""``--set`` arguments: ``algo.lr=1e-3 scenario.num_users=70 env.observation=global``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from edgemarl.core.text import with_numbers

GROUPS = ("algo", "env", "scenario")


@dataclass(frozen=True)
class Settings:
    """Values given with ``--set``, by the part they belong to."""

    algo: dict[str, Any] = field(default_factory=dict)
    env: dict[str, Any] = field(default_factory=dict)
    scenario: dict[str, Any] = field(default_factory=dict)

    def require_only(self, *groups: str) -> None:
        """Refuse settings of other parts than those that a command uses.

        Raises:
            ValueError: naming the first such setting.
        """
        for group in GROUPS:
            for key in getattr(self, group) if group not in groups else ():
                raise ValueError(
                    f"--set must start with {' or '.join(f'{g}.' for g in groups)} in this "
                    f"command, got {group}.{key}"
                )


def parse_settings(assignments: Iterable[str]) -> Settings:
    """The settings that ``group.key=value`` strings stand for; values are read as YAML.

    Raises:
        ValueError: for a string of another form, an unknown group, or a key given twice.

    >>> parse_settings(["scenario.num_users=70", "algo.lr=1e-3"])
    Settings(algo={'lr': 0.001}, env={}, scenario={'num_users': 70})
    """
    settings = Settings()
    for assignment in assignments:
        key, separator, text = assignment.partition("=")
        group, dot, name = key.partition(".")
        if not (separator and dot and name) or group not in GROUPS:
            raise ValueError(
                f"--set must be given as algo.KEY=VALUE, env.KEY=VALUE or scenario.KEY=VALUE, "
                f"got {assignment!r}"
            )
        values = getattr(settings, group)
        if name in values:
            raise ValueError(f"--set must give {key} once, got it twice")
        values[name] = parse_value(text)
    return settings


def parse_value(text: str) -> Any:
    """A value as YAML reads it, and with ``1e9`` and ``3.5e9`` as numbers, which YAML 1.1 is not.

    Raises:
        ValueError: if the text is not YAML.

    >>> parse_value("[1e9, 2]"), parse_value("global"), parse_value("true"), parse_value("null")
    ([1000000000.0, 2], 'global', True, None)
    """
    try:
        return with_numbers(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise ValueError(f"--set value must be YAML, got {text!r}: {error}") from error


def expand_repeats(arguments: Sequence[str], flag: str = "--set") -> list[str]:
    """Arguments in which every assignment has the flag before it.

    Command-line parsers take one value for each flag; people also write several after one.

    >>> expand_repeats(["--set", "env.a=1", "env.b=2", "--slots", "5"])
    ['--set', 'env.a=1', '--set', 'env.b=2', '--slots', '5']
    """
    expanded: list[str] = []
    within = False
    for position, argument in enumerate(arguments):
        follows_flag = position > 0 and arguments[position - 1] == flag
        if within and not follows_flag and not argument.startswith("-") and "=" in argument:
            expanded.append(flag)
        elif not follows_flag:
            within = argument == flag
        expanded.append(argument)
    return expanded
