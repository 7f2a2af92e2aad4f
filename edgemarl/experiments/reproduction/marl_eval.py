"""Export for marl-eval: the JSON that InstaDeep's evaluation tools read.

Environment -> task -> algorithm -> seed -> step -> metrics, with the greedy policy of every
checkpoint as steps, and of the last one on the evaluation slots as absolute metrics. Those tools
look tasks up in lower case and want equal algorithms, seeds and steps everywhere: learners that
lack a point of the study, and checkpoints that not all runs have, are left out.
"""

import json
from pathlib import Path
from typing import Any

from edgemarl.experiments.reproduction.result import CellResult
from edgemarl.experiments.reproduction.summary import Entry, Summary


def write_marl_eval(summary: Summary, path: Path) -> None:
    """Write the learners of a study; larger is better in every metric."""
    learners = _complete(summary)
    checkpoints = [set(r.validation["slots"]) for entry in learners for r in entry.results]
    common = sorted(set.intersection(*checkpoints)) if checkpoints else []
    tree: dict[str, Any] = {}
    for entry in learners:
        task = tree.setdefault(entry.point.label.lower(), {})
        task[entry.method.title] = {
            f"seed_{seed}": _run(summary, result, common)
            for seed, result in enumerate(entry.results)
        }
    text = json.dumps({summary.study.system.name: tree}, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


def _complete(summary: Summary) -> list[Entry]:
    """The entries of the learners that have one at every point."""
    return [
        entry
        for entry in summary.entries
        if entry.results[0].validation
        and all(summary.entry(point, entry.method.name) for point in summary.points)
    ]


def _run(summary: Summary, result: CellResult, common: list[float]) -> dict[str, Any]:
    """The steps of one run."""
    objective = summary.study.system.objective
    sign = 1.0 if objective.maximize else -1.0
    checked = result.validation
    values = dict(zip(checked["slots"], checked[objective.name], strict=True))
    steps: dict[str, Any] = {
        f"step_{i}": {"step_count": int(slots), "return": [sign * values[slots]]}
        for i, slots in enumerate(common)
    }
    # Last, where those tools look for it.
    return {**steps, "absolute_metrics": {"return": [sign * result.evaluation[objective.name]]}}
