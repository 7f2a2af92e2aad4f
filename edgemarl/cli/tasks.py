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
    the servers view of DJTCRA and the default scenario of the environment's system. A scenario by
    whose name a policy comes with the package is observed as that policy does, unless settings say
    otherwise. Other packages' environments may take no scenario.

    Args:
        policies: what the command acts with; baselines and factories have no say.
        env: id of an environment.
        scenario: a preset's name or a YAML file.
        scenario_seed: seed of the topology.
        given: settings of the environment and the scenario.

    Raises:
        ValueError: for an unknown name, or a scenario where none is taken.
    """
    from edgemarl.experiments import Task
    from edgemarl.experiments.policies import trained_task
    from edgemarl.experiments.pretrained import observed_as_trained
    from edgemarl.experiments.task import DEFAULT_ENV, load_scenario
    from edgemarl.registry import full_name, system_of

    tasks = [task for policy in policies if (task := trained_task(policy, scenario)) is not None]
    known = tasks[0] if tasks else Task.of(None, DEFAULT_ENV, None)
    env_id = known.env_id if env is None else full_name(env)
    env_kwargs = {**(known.env_kwargs if env_id == known.env_id else {}), **given.env}
    overrides = given.scenario | ({} if scenario_seed is None else {"seed": scenario_seed})
    system = system_of(env_id)
    if system is None:
        for asked in (scenario, *(f"{key}={value}" for key, value in overrides.items())):
            if asked is not None:
                raise ValueError(f"environment {env_id!r} takes no scenario, got {asked}")
        return Task.of(None, env_id, env_kwargs)
    if scenario is not None:
        chosen = observed_as_trained(load_scenario(system, scenario), policies)
    elif isinstance(known.scenario, system.scenario_type):
        chosen = known.scenario
    else:
        chosen = load_scenario(system, None)
    return Task.of(chosen.with_overrides(overrides), env_id, env_kwargs)
