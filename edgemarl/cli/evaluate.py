"""``edgemarl evaluate`` and ``edgemarl compare``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgemarl.cli import options
from edgemarl.cli.settings import parse_settings
from edgemarl.cli.tasks import task_of

if TYPE_CHECKING:
    from edgemarl.experiments import Evaluation, Task


def evaluate(
    policy: options.PolicyName,
    env: options.Env = None,
    scenario: options.ScenarioName = None,
    scenario_seed: options.ScenarioSeed = None,
    slots: options.Slots = 100,
    seed: options.Seed = 0,
    settings: options.Set = None,
    json_file: options.Json = None,
) -> None:
    """Run one policy on slots that no training has seen, and measure it against the bound."""
    from edgemarl.experiments import load_policy
    from edgemarl.experiments.evaluation import measure
    from edgemarl.experiments.tables import evaluation_table, print_table

    _require_writable(json_file)
    task = _task([policy], env, scenario, scenario_seed, settings)
    evaluation = measure(load_policy(policy, task), task, slots=slots, seed=seed, name=policy)
    print_table(evaluation_table(evaluation))
    _write_json(json_file, evaluation.to_dict())


def compare(
    policies: options.PolicyNames,
    env: options.Env = None,
    scenario: options.ScenarioName = None,
    scenario_seed: options.ScenarioSeed = None,
    slots: options.Slots = 100,
    seed: options.Seed = 0,
    seeds: options.EvaluationSeeds = 1,
    topologies: options.Topologies = 1,
    reference: options.Reference = None,
    settings: options.Set = None,
    json_file: options.Json = None,
    plot: options.Plot = None,
    curves: options.Curves = None,
) -> None:
    """Run policies on the same topologies and slots, and measure them against the bound.

    Intervals cover other topologies where several are drawn, else other evaluation seeds where
    there are several, else other slots on this topology.
    """
    from edgemarl.core.extras import require_extra
    from edgemarl.experiments import compare as run

    for option, path in {"--json": json_file, "--plot": plot, "--curves": curves}.items():
        _require_writable(path)
        if path is not None and path is not json_file:
            require_extra("viz", option)
    task = _task(policies, env, scenario, scenario_seed, settings)
    with _progress(len(policies) * topologies * seeds) as advance:
        comparison = run(
            policies,
            task.scenario,
            env_id=task.env_id,
            env_kwargs=task.env_kwargs,
            slots=slots,
            seed=seed,
            seeds=seeds,
            topologies=topologies,
            reference=reference,
            on_evaluation=advance,
        )
    _show(comparison, json_file, plot)
    if curves is not None:
        from edgemarl.experiments.curves import draw_curves

        draw_curves(comparison, curves)


def _show(comparison: Any, json_file: Path | None, plot: Path | None) -> None:
    from edgemarl.experiments.tables import comparison_table, print_table

    print_table(comparison_table(comparison))
    _write_json(json_file, comparison.rows())
    if plot is not None:
        from edgemarl.experiments.plots import draw_comparison

        draw_comparison(comparison, plot)


def _task(
    policies: list[str],
    env: str | None,
    scenario: str | None,
    scenario_seed: int | None,
    settings: list[str] | None,
) -> "Task":
    given = parse_settings(settings or [])
    given.require_only("env", "scenario")
    return task_of(policies, env, scenario, scenario_seed, given)


def _progress(total: int) -> Any:
    """A context that shows how many evaluations are done, and gives a function to count one."""
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import Progress

    @contextmanager
    def running() -> Any:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task("evaluating", total=total)

            def advance(evaluation: "Evaluation") -> None:
                progress.update(bar, advance=1, description=f"evaluated {evaluation.policy}")

            yield advance

    return running()


def _require_writable(path: Path | None) -> None:
    from edgemarl.core.validation import check_place

    if path is not None:
        check_place(path)


def _write_json(path: Path | None, content: Any) -> None:
    if path is not None:
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
