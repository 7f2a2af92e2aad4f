"""Export for marl-eval: the JSON that InstaDeep's evaluation tools read.

Environment -> task -> algorithm -> seed -> step -> metrics, with the greedy policy of every
checkpoint as steps, and of the last one on the evaluation slots as absolute metrics.
"""

import json
from pathlib import Path
from typing import Any

from edgemarl.experiments.reproduction.summary import Summary


def write_marl_eval(summary: Summary, path: Path) -> None:
    """Write the learners of a study; larger is better in every metric."""
    system = summary.study.system
    sign = 1.0 if system.objective.maximize else -1.0
    tree: dict[str, Any] = {}
    for entry in summary.entries:
        if entry.method.algorithm is None:
            continue
        task = tree.setdefault(entry.point.label, {}).setdefault(entry.method.title, {})
        for seed, result in enumerate(entry.results):
            checked = result.validation
            steps = zip(checked["slots"], checked[system.objective.name], strict=True)
            run: dict[str, Any] = {
                f"step_{i}": {"step_count": int(slots), "return": [sign * value]}
                for i, (slots, value) in enumerate(steps)
            }
            final = sign * result.evaluation[system.objective.name]
            run["absolute_metrics"] = {"return": [final]}
            task[f"seed_{seed}"] = run
    text = json.dumps({system.name: tree}, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")
