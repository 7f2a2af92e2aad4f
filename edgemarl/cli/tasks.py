"""The task that a command's options describe."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from edgemarl.cli.settings import Settings

if TYPE_CHECKING:
    from edgemarl.experiments import Task


def task_of(
    policies: Sequence[str],
    env: str | None,
    scenario: str | None,
    scenario_seed: int | None,
    given: Settings,
) -> "Task":
    """The environment and scenario that options describe.

    What the options leave out is as the first checkpoint among the policies was trained on, else
    the servers view and the paper's scenario.

    Args:
        policies: what the command acts with; baselines and factories have no say.
        env: id of an environment.
        scenario: a preset's name or a YAML file.
        scenario_seed: seed of the topology.
        given: settings of the environment and the scenario.
    """
    from edgemarl.djtcra import load_scenario
    from edgemarl.experiments import Task
    from edgemarl.experiments.policies import trained_task
    from edgemarl.experiments.task import DEFAULT_ENV, full_id

    tasks = [task for policy in policies if (task := trained_task(policy)) is not None]
    known = tasks[0] if tasks else Task.of("paper", DEFAULT_ENV, None)
    chosen = known.scenario if scenario is None else load_scenario(scenario)
    seed = {} if scenario_seed is None else {"seed": scenario_seed}
    same_env = env is None or full_id(env) == known.env_id
    return Task.of(
        chosen.with_overrides({**given.scenario, **seed}),
        env or known.env_id,
        {**(known.env_kwargs if same_env else {}), **given.env},
    )
