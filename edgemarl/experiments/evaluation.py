"""Scores a policy on slots that no training run has seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.scenario import AnyScenario
from edgemarl.core.system import DECISION_TIME, NRR, System
from edgemarl.core.validation import check_shape
from edgemarl.experiments.policies import load_policy, policy_name
from edgemarl.experiments.rollout import Policy, rollout
from edgemarl.experiments.statistics import Interval, mean_interval
from edgemarl.experiments.task import DEFAULT_ENV, Task


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """One policy's measurements, slot by slot.

    Attributes:
        policy: the policy's name.
        task: the environment and scenario.
        seed: seed of the evaluation draws.
        episode: (N,) the episode of each slot.
        slots: each measure of the task's system for each slot, (N,); with the bound also the bound
            of the objective, the gap to it as a share of the bound and, in some systems, the share
            of the best value that is reached ("nrr").
    """

    policy: str
    task: Task
    seed: int
    episode: NDArray[np.int64]
    slots: dict[str, NDArray[np.float64]]

    def mean(self, measure: str) -> float:
        """The mean of a measure over the slots."""
        return float(self.slots[measure].mean())

    def units(self, measure: str) -> NDArray[np.float64]:
        """A measure for each independent unit, (n,).

        Under the paper's ``resample`` mobility slots are independent draws. Where positions or
        servers are kept from slot to slot, episodes are; their means stand for them.
        """
        values = self.slots[measure]
        if self.task.independent_slots:
            return values
        return np.array([values[self.episode == e].mean() for e in np.unique(self.episode)])

    def summary(self) -> dict[str, Interval]:
        """Mean and 95 % interval of every measure over the independent units."""
        return {measure: mean_interval(self.units(measure)) for measure in self.slots}

    def rows(self) -> list[dict[str, float]]:
        """One dictionary for each slot: episode and every measure."""
        columns = {"episode": self.episode, **self.slots}
        return [
            {name: values[i].item() for name, values in columns.items()}
            for i in range(len(self.episode))
        ]

    def to_dict(self) -> dict[str, Any]:
        """The policy's name and every measure's interval, ready for a JSON file."""
        intervals = {name: interval.to_dict() for name, interval in self.summary().items()}
        return {"policy": self.policy, **intervals, "num_slots": len(self.episode)}


def evaluate(
    policy: Policy | str,
    scenario: AnyScenario | str | None = None,
    *,
    env_id: str = DEFAULT_ENV,
    slots: int = 100,
    seed: int = 0,
    env_kwargs: Mapping[str, Any] | None = None,
    bound: bool = True,
    name: str | None = None,
) -> Evaluation:
    """Runs a policy for a number of slots and measures every one.

    Args:
        policy: any callable from observations to actions (dictionaries keyed by agent), from any
            framework; a method ``reset(env, rng)``, if it has one, is called before each episode.
            Or a string that `load_policy` takes, such as a baseline's id.
        scenario: a scenario, a preset's name or a YAML file; by default that of the environment's
            system. Its own seed fixes the topology.
        env_id: id of a registered environment.
        slots: number of slots.
        seed: seed of the evaluation draws, disjoint from those of any training run. Policies
            evaluated with equal scenario, slots and seed meet the same slots.
        env_kwargs: further arguments of the environment.
        bound: whether to compute each slot's certified bound.
        name: the policy's name in tables; by default its own.

    Raises:
        TypeError: if the policy cannot be called, or does not return a mapping.
        ValueError: for an unknown environment or scenario, or naming the agent whose action is
            missing, superfluous or out of its space.
    """
    task = Task.of(scenario, env_id, env_kwargs)
    return measure(load_policy(policy, task), task, slots=slots, seed=seed, bound=bound, name=name)


def measure(
    policy: Policy,
    task: Task,
    *,
    slots: int,
    seed: int = 0,
    bound: bool | Sequence[float] | NDArray[np.float64] = True,
    stream: str = "evaluation",
    name: str | None = None,
    on_slot: Callable[[Any], None] | None = None,
) -> Evaluation:
    """`evaluate` for a task, on any stream, with bounds that may be known already.

    Args:
        policy: observations to actions.
        task: the environment and scenario.
        slots: number of slots.
        seed: seed of the draws.
        bound: whether to compute each slot's certified bound; or the bounds, (slots,), where
            an earlier run on the same slots has them.
        stream: "evaluation", or "validation" for checks during training.
        name: the policy's name; by default its own.
        on_slot: called after every slot with the environment, which still knows the slot's outcome.
    """
    system = task.system
    columns: dict[str, list[float]] = {measure.name: [] for measure in system.measures}
    episodes, bounds = [], []
    scenario, unmoved = None, task.need_scenario()
    env = task.make()
    try:
        for slot in rollout(env, policy, slots=slots, seed=seed, stream=stream):
            if on_slot is not None:
                on_slot(env)
            episodes.append(slot.episode)
            metrics = {**slot.outcome.metrics(), DECISION_TIME: slot.decision_time}
            for column in system.measures:
                columns[column.name].append(metrics[column.key])
            if env.unwrapped.scenario is not scenario:  # each episode may have its own
                scenario = env.unwrapped.scenario
                unmoved = scenario.with_overrides(system.bound_overrides)
            if bound is True:
                bounds.append(system.bound(unmoved, slot.state))
    finally:
        env.close()
    measured = {key: np.array(values, dtype=float) for key, values in columns.items()}
    if bound is not False:
        best = np.array(bounds if bound is True else bound, dtype=float)
        check_shape("bound", best, (slots,))
        measured |= _against(system, best, measured[system.objective.name])
    name = name or policy_name(policy)
    return Evaluation(policy=name, task=task, seed=seed, episode=np.array(episodes), slots=measured)


def _against(
    system: System, bound: NDArray[np.float64], value: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """The bound of every slot, and what values (N,) are beside it."""
    objective = system.objective
    rates = {NRR: objective.rate(bound, value)} if system.nrr_references else {}
    return {objective.bound: bound, "gap": objective.gap(bound, value), **rates}


def mean_reward(policy: Policy, task: Task, *, slots: int, stream: str = "validation") -> float:
    """The mean reward of an agent and slot, for environments that have no outcome to measure."""
    env = task.make()
    try:
        paid = [
            float(np.mean(list(slot.rewards.values())))
            for slot in rollout(env, policy, slots=slots, seed=0, stream=stream)
        ]
    finally:
        env.close()
    return float(np.mean(paid))
