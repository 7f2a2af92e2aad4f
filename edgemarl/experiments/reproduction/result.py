"""What a cell leaves behind: one small JSON file, complete or absent."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edgemarl.core.component import construct
from edgemarl.experiments.manifest import recorded_versions, write_atomically
from edgemarl.experiments.provenance import current_code, current_commit, current_processor
from edgemarl.experiments.reproduction.cell import Cell, scenario_hash
from edgemarl.experiments.task import Task

FORMAT = 2
DIGITS = 6  # of the numbers that are kept


@dataclass(frozen=True, kw_only=True)
class CellResult:
    """The measurements of one cell, and everything needed to repeat it.

    Attributes:
        cell: what was run (`Cell.identity`).
        method: the method's name.
        title: the method's title.
        scenario_name: name of the scenario.
        scenario_hash: a short name of what of it is not a default, topology included.
        scenario: all its values, defaults included.
        topology: seed of the topology.
        curve: of a learner, means of every measure over the slots sampled since the point before,
            exploration included; and "slots", the slots of training done.
        validation: of a learner, means of its checkpoints on the validation slots, and "slots".
        sampled: of a learner, means of every measure over the last tenth of the curve.
        evaluation: means over the evaluation slots, with the certified bound and the gap.
        seconds: wall time of training [s]; 0 for rules.
        commit: of the code, where it is a git checkout.
        code: digest of the code that numbers depend on.
        versions: of Python and of the packages that matter.
        processor: its model; "" in files that do not tell.
        command: the command line.
        format: what the file looks like.
    """

    cell: dict[str, Any]
    method: str
    title: str
    scenario_name: str
    scenario_hash: str
    scenario: dict[str, Any]
    topology: int
    curve: dict[str, list[float]] = field(default_factory=dict)
    validation: dict[str, list[float]] = field(default_factory=dict)
    sampled: dict[str, float] = field(default_factory=dict)
    evaluation: dict[str, float]
    seconds: float = 0.0
    commit: str | None = None
    code: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    processor: str = ""
    command: str = ""
    format: int = FORMAT

    @classmethod
    def of(cls, cell: Cell, **measured: Any) -> "CellResult":
        """The result of a cell that was measured here and now."""
        return cls(
            cell=cell.identity(),
            method=cell.method.name,
            title=cell.method.title,
            scenario_name=cell.scenario.name,
            scenario_hash=scenario_hash(cell.scenario),
            scenario=json.loads(json.dumps(cell.scenario.to_dict())),
            topology=cell.topology,
            commit=current_commit(),
            code=current_code(),
            versions=recorded_versions(),
            processor=current_processor(),
            **measured,
        )

    @property
    def learns(self) -> bool:
        """Whether a learner acted; else a rule."""
        return self.cell["algorithm"] is not None

    @property
    def seed(self) -> int:
        """Seed of training."""
        return int(self.cell["seed"])

    @property
    def slots(self) -> int:
        """Slots of training."""
        return int(self.cell["slots"])

    def write(self, folder: Path, name: str) -> Path:
        """Write ``NAME.json`` in one step; measured numbers with the digits that are kept."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.json"
        given = {"cell": self.cell, "scenario": self.scenario}
        values = {**rounded(dataclasses.asdict(self)), **given}
        write_atomically(path, one_line_a_key(values))
        return path


def read_result(path: Path) -> CellResult:
    """The result in a file.

    Raises:
        ValueError: if it is not a result, or one of another format.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} must be JSON, but {error}; remove it to run it again") from error
    found = values.get("format") if isinstance(values, dict) else None
    if found != FORMAT:
        raise ValueError(f"{path}: format must be {FORMAT}, got {found!r}; remove it to run again")
    return construct(str(path), CellResult, values)


def read_results(folder: Path) -> dict[str, CellResult]:
    """The results in a folder, by name, in the order of their names.

    Raises:
        ValueError: as `read_result`.
    """
    return {path.stem: read_result(path) for path in sorted(folder.glob("*.json"))}


def find_result(folder: Path, cell: Cell) -> CellResult | None:
    """The result of a cell among those in a folder, None if it has not been run.

    Raises:
        ValueError: if the file of its name holds something else, or its scenario had other
            defaults.
    """
    path = folder / f"{cell.name}.json"
    if not path.exists():
        return None
    result = read_result(path)
    if result.cell != cell.identity():
        raise ValueError(f"{path} must hold the result of {cell.identity()}, got {result.cell}")
    changed = changed_scenario(result, cell)
    if changed is not None:
        raise ValueError(f"{path} must be of the same scenario: {changed}; choose another --out")
    return result


def changed_scenario(result: CellResult, cell: Cell) -> str | None:
    """The first value of the scenario that is not as it was; None where all are.

    A scenario's further fields, which the result does not know, have their defaults.

    Args:
        result: as recorded.
        cell: what it should be the result of.
    """
    task = cell.task
    before = Task.from_plain(result.scenario, task.env_id, task.env_kwargs)
    differs = task.difference(before)
    if differs is None:
        return None
    key, then, now = differs
    return f"{key} was {then!r}, is {now!r} now"


def rounded(value: Any) -> Any:
    """Numbers with as many digits as are kept, in nested lists and dictionaries."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def one_line_a_key(values: Mapping[str, Any]) -> str:
    """JSON with its outermost keys on lines of their own, which makes differences readable."""
    lines = (f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in values.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"
