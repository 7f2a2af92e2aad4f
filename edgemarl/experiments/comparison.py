"""Compares policies on equal terms: the same topologies and the same slots for every one."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.scenario import AnyScenario
from edgemarl.core.system import NRR, Objective, System
from edgemarl.core.validation import check_choice, check_count
from edgemarl.experiments.evaluation import Evaluation, measure
from edgemarl.experiments.policies import load_policy, policy_name
from edgemarl.experiments.rollout import Policy
from edgemarl.experiments.statistics import Interval, mean_interval, paired_difference
from edgemarl.experiments.task import DEFAULT_ENV, Task


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Measurements of several policies on the same slots.

    Attributes:
        policies: names, in the order given.
        reference: name of the policy that the differences refer to.
        unit: what counts as one independent draw, and so what the intervals cover:
            "topology" where several were drawn (other networks of this scenario), else "seed"
            where several were (other draws on this topology), else "slot" (other slots on this
            topology), or "episode" where slots depend on one another.
        values: measure -> (P, n), one mean for each policy and unit. In systems that report it, the
            share of the best value that is reached is called "nrr" against the bound and
            "nrr_NAME" against a compared policy, such as "nrr_pso".
        task: the environment, and the scenario with its first topology.
        topologies: number of topologies, with consecutive scenario seeds.
        seeds: number of evaluation seeds on each topology.
        slots: number of slots for each topology and seed.
    """

    policies: tuple[str, ...]
    reference: str
    unit: str
    values: dict[str, NDArray[np.float64]]
    task: Task
    topologies: int
    seeds: int
    slots: int

    @property
    def num_units(self) -> int:
        """Number of independent draws behind every mean."""
        return self.values[self.objective.name].shape[1]

    @property
    def objective(self) -> Objective:
        """What the policies are compared by."""
        return self.task.system.objective

    def interval(self, policy: str, measure: str) -> Interval:
        """Mean and 95 % interval of one policy's measure over the units."""
        return mean_interval(self._values(policy, measure))

    def difference(self, policy: str) -> Interval:
        """Mean and 95 % interval of the paired difference in the objective to the reference."""
        name = self.objective.name
        return paired_difference(self._values(policy, name), self._values(self.reference, name))

    def bound(self) -> Interval:
        """Mean and 95 % interval of the certified bound of the objective."""
        return mean_interval(self.values[self.objective.bound][0])

    def rows(self) -> list[dict[str, Any]]:
        """One dictionary for each policy and one for the bound, ready for a JSON file."""
        return [self._row(name) for name in self.policies] + [self._bound_row()]

    def _values(self, policy: str, measure: str) -> NDArray[np.float64]:
        check_choice("policy", policy, self.policies)
        return self.values[measure][self.policies.index(policy)]

    def _row(self, policy: str) -> dict[str, Any]:
        measured = {m: self.interval(policy, m).to_dict() for m in self._measured}
        difference = self.difference(policy).to_dict()
        return {"policy": policy, **measured, "difference": difference, **self._about()}

    def _bound_row(self) -> dict[str, Any]:
        objective = self.objective
        bound = self.values[objective.bound][0]
        difference = paired_difference(bound, self._values(self.reference, objective.name))
        return {
            "policy": objective.bound_title,
            **dict.fromkeys(self._measured),
            objective.name: self.bound().to_dict(),
            "gap": mean_interval(np.zeros_like(bound)).to_dict(),
            "difference": difference.to_dict(),
            **self._about(),
        }

    @property
    def _measured(self) -> list[str]:
        """What policies are measured by, the bound aside."""
        return [name for name in self.values if name != self.objective.bound]

    def _about(self) -> dict[str, Any]:
        return {"reference": self.reference, "unit": self.unit, "num_units": self.num_units}


def compare(
    policies: Sequence[str | Policy] | Mapping[str, str | Policy],
    scenario: AnyScenario | str | None = None,
    *,
    env_id: str = DEFAULT_ENV,
    slots: int = 100,
    seed: int = 0,
    seeds: int = 1,
    topologies: int = 1,
    reference: str | None = None,
    env_kwargs: Mapping[str, Any] | None = None,
    on_evaluation: Callable[[Evaluation], None] | None = None,
) -> Comparison:
    """Evaluates policies on the same topologies and slots.

    Args:
        policies: callables, or what `load_policy` takes (a baseline's id, a checkpoint folder,
            "package.module:factory"); a mapping gives them names of your own.
        scenario: a scenario, a preset's name or a YAML file, by default that of the environment's
            system; its seed is the first topology's.
        env_id: id of a registered environment.
        slots: number of slots for each topology and seed.
        seed: first seed of the evaluation draws.
        seeds: number of consecutive evaluation seeds on each topology.
        topologies: number of topologies, drawn with consecutive scenario seeds.
        reference: name of the policy that differences refer to; by default the first.
        env_kwargs: further arguments of the environment.
        on_evaluation: called after each evaluation, for progress displays.

    Raises:
        ValueError: for an unknown policy, environment or scenario, two policies of one name, or a
            checkpoint that was trained on something else.
    """
    check_count("slots", slots)
    check_count("seeds", seeds)
    check_count("topologies", topologies)
    named = _named(policies)
    reference = reference or next(iter(named))
    check_choice("reference", reference, list(named))
    task = Task.of(scenario, env_id, env_kwargs)
    tasks = [task.topology(k) for k in range(topologies)]
    # All of them first: a checkpoint that does not fit stops it before the work starts.
    loaded = [{name: load_policy(p, t) for name, p in named.items()} for t in tasks]
    runs = [
        _measure_all(policies, t, slots, seed + k, on_evaluation)
        for t, policies in zip(tasks, loaded, strict=True)
        for k in range(seeds)
    ]
    unit = _unit(task, topologies, seeds)
    return Comparison(
        policies=tuple(named),
        reference=reference,
        unit=unit,
        values={m: _per_unit(runs, m, unit, topologies) for m in runs[0][0].slots},
        task=task,
        topologies=topologies,
        seeds=seeds,
        slots=slots,
    )


def _named(policies: Any) -> dict[str, str | Policy]:
    if isinstance(policies, Mapping):
        named = dict(policies)
    else:
        names = [p if isinstance(p, str) else policy_name(p) for p in policies]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"policies must have different names, got {name!r} twice")
        named = dict(zip(names, policies, strict=True))
    if not named:
        raise ValueError("policies must name at least one policy, got none")
    return named


def _measure_all(
    policies: Mapping[str, Policy],
    task: Task,
    slots: int,
    seed: int,
    on_evaluation: Callable[[Evaluation], None] | None,
) -> list[Evaluation]:
    """One evaluation for each policy; the first one's bounds serve the others."""
    evaluations: list[Evaluation] = []
    for name, policy in policies.items():
        bound = evaluations[0].slots[task.system.objective.bound] if evaluations else True
        evaluations.append(measure(policy, task, slots=slots, seed=seed, bound=bound, name=name))
        if on_evaluation:
            on_evaluation(evaluations[-1])
    return with_rates(evaluations, task.system)


def with_rates(evaluations: Sequence[Evaluation], system: System) -> list[Evaluation]:
    """The evaluations, all on the same slots, with their NRR against the references among them.

    Args:
        evaluations: of policies and rules.
        system: whose rules they are.
    """
    name, rate = system.objective.name, system.objective.rate
    best = {e.policy: e.slots[name] for e in evaluations if e.policy in system.nrr_references}
    return [
        dataclasses.replace(
            e, slots=e.slots | {f"{NRR}_{p}": rate(v, e.slots[name]) for p, v in best.items()}
        )
        for e in evaluations
    ]


def _unit(task: Task, topologies: int, seeds: int) -> str:
    if topologies > 1:
        return "topology"
    if seeds > 1:
        return "seed"
    return "slot" if task.independent_slots else "episode"


def _per_unit(
    runs: list[list[Evaluation]], measure: str, unit: str, topologies: int
) -> NDArray[np.float64]:
    """Means of a measure for each policy and unit, (P, n), from runs in topology-major order."""
    if unit in ("slot", "episode"):
        return np.array([evaluation.units(measure) for evaluation in runs[0]])
    means = np.array([[evaluation.mean(measure) for evaluation in run] for run in runs]).T
    units = topologies if unit == "topology" else len(runs)
    return means.reshape(len(means), units, -1).mean(axis=2)
