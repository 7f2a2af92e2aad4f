"""What the examples share: their arguments, the measurement at the end, and the count of glue."""

import argparse
import ast
import io
import tokenize
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from edgemarl.djtcra import Scenario, load_scenario
from edgemarl.experiments import compare
from edgemarl.experiments.tables import comparison_table, print_table

BEGIN, END = "# glue: begin", "# glue: end"
SILENT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}


@dataclass(frozen=True)
class Arguments:
    """What an example is told on its command line.

    Attributes:
        scenario: where to train. Agents see the processing factors of users, for a network that
            all users share could not tell them apart.
        slots: environment steps to train for, at least.
    """

    scenario: Scenario
    slots: int


def arguments(slots: int) -> Arguments:
    """Reads the command line; `slots` are trained for by default."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenario", default="tiny", help="a preset such as paper, or a YAML file")
    parser.add_argument("--slots", type=int, default=slots, help="environment steps to train for")
    given = parser.parse_args()
    scenario = load_scenario(given.scenario).with_overrides({"observation.observe_eta": True})
    return Arguments(scenario=scenario, slots=given.slots)


def report(
    package: str,
    policy: Callable[[dict[str, Any]], Mapping[str, Any]],
    given: Arguments,
    script: str,
    *,
    slots: int = 100,
    **env: Any,
) -> None:
    """Prints the comparison with rules and the bound on slots that training has not seen.

    Args:
        package: what trained the policy, by its name on PyPI.
        policy: observations to actions, both by agent.
        given: the example's arguments.
        script: the example's file, whose glue is counted.
        slots: slots to measure on.
        **env: the environment's `env_id` and, where it has options, `env_kwargs`.
    """
    policies = {package: policy, "random": "random", "greedy": "greedy"}
    comparison = compare(policies, given.scenario, slots=slots, **env)
    print_table(comparison_table(comparison))
    learned, chance = (100 * comparison.interval(p, "gap").mean for p in (package, "random"))
    print(
        f"{package} {version(package)} after {given.slots} slots: "
        f"gap to the bound {learned:.1f} %, random {chance:.1f} %"
    )
    print(f"glue: {glue_lines(Path(script))} lines")


def glue_lines(script: Path) -> int:
    """Lines of code between the markers, docstrings, comments and empty lines not counted."""
    source = script.read_text(encoding="utf-8")
    lines = source.splitlines()
    if lines.count(BEGIN) != 1 or lines.count(END) != 1:
        raise ValueError(f"{script} must have one line {BEGIN!r} and one line {END!r}")
    first, last = lines.index(BEGIN) + 1, lines.index(END) + 1
    return len([line for line in _code_lines(source) if first < line < last])


def _code_lines(source: str) -> set[int]:
    """Numbers of the lines, from 1, that hold code."""
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in SILENT:
            code.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            code -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return code
