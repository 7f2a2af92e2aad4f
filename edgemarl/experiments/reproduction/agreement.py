"""Whether two results of one cell are the same, and where not, whether they agree."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from edgemarl.core.system import DECISION_TIME, Objective
from edgemarl.experiments.reproduction.result import CellResult

REPEATED = 1e-5  # relative: one unit in the last digit that is kept
RULE_SLACK = 0.001  # of the bound; rules do not learn, but solvers stop within a tolerance
COUNT_SLACK = 0.05  # of the value, for a rule's other numbers: counts may flip at a threshold
LEARNER_SLACK = 0.02  # of the bound
SPREAD = 3.0  # standard deviations of the difference of two replicates


def first_difference(recorded: CellResult, again: CellResult) -> str | None:
    """Where the numbers of two results differ first; None where they do not."""
    for part in ("evaluation", "sampled", "curve", "validation"):
        before, now = getattr(recorded, part), getattr(again, part)
        if set(before) != set(now):
            return f"{part} must have {sorted(now)}, got {sorted(before)}"
        # A run that an earlier, shorter cell has left was checked at other slots, too.
        rows = _common(before.get("slots", [0]), now.get("slots", [0]))
        if rows is None:
            return f"{part} has no slots in common with that of the new run"
        for name in sorted(now.keys() - {DECISION_TIME}):
            old, new = (np.atleast_1d(v[name])[i] for v, i in zip((before, now), rows, strict=True))
            apart = ~np.isclose(old, new, rtol=REPEATED, atol=1e-12)
            if apart.any():
                place = int(np.argmax(apart))
                return f"{part} {name} was {old[place]:g}, is {new[place]:g}"
    return None


def _common(before: Sequence[float], now: Sequence[float]) -> tuple[Any, Any] | None:
    """Places, in two curves, of the slots that both have; None where nothing is in common."""
    slots, first, second = np.intersect1d(before, now, return_indices=True)
    return (first, second) if len(slots) or not len(now) else None


def changed_surroundings(recorded: CellResult, again: CellResult) -> str | None:
    """What of the surroundings is not as it was; None where all is."""
    pairs = {
        "commit": (recorded.commit, again.commit),
        "versions": (recorded.versions, again.versions),
        "processor": (recorded.processor, again.processor),
    }
    changed = [name for name, (before, now) in pairs.items() if before != now]
    return " and ".join(changed) or None


def beyond_tolerance(
    objective: Objective, recorded: CellResult, again: CellResult, alike: Sequence[CellResult]
) -> tuple[str | None, float]:
    """What differs by more than it may, and by how much of the bound the objective may differ.

    Rules and bounds may differ by 0.1 % of the bound, a rule's other numbers by 5 % of themselves.
    Learners by 2 %, or by three times the standard deviation of the difference of two replicates,
    where that is more: it is the square root of two times theirs. Where there is no bound, every
    number may differ by so much of itself.
    """
    before, now = recorded.evaluation, again.evaluation
    if set(before) != set(now):
        return f"evaluation must have {sorted(now)}, got {sorted(before)}", RULE_SLACK
    bound = now.get(objective.bound)
    if bound is not None and not math.isclose(bound, before[objective.bound], rel_tol=RULE_SLACK):
        return f"the bound was {before[objective.bound]}, is {bound:g}", RULE_SLACK
    allowed = _learners_slack(alike) if recorded.learns else RULE_SLACK
    for name in sorted(now.keys() - {DECISION_TIME}):
        share, limit = _share(before[name], now[name], now[name]), allowed
        if bound is not None and name == objective.name:
            share = _share(before[name], now[name], bound)
        elif bound is not None:
            limit = math.inf if recorded.learns or name == "gap" else COUNT_SLACK
        if not share <= limit:
            return f"{name} is {100 * share:.1f} % apart, allowed {100 * limit:.1f} %", allowed
    return None, allowed


def _learners_slack(alike: Sequence[CellResult]) -> float:
    """By how much of the bound two trainings of one cell may differ."""
    gaps = [result.evaluation["gap"] for result in alike if "gap" in result.evaluation]
    spread = float(np.std(gaps, ddof=1)) if len(gaps) > 1 else 0.0
    return max(LEARNER_SLACK, SPREAD * math.sqrt(2) * spread)


def _share(before: float, now: float, scale: float) -> float:
    """A difference as a share of a scale; 0 where there is none."""
    if before == now:
        return 0.0
    return abs(now - before) / abs(scale) if scale else math.inf


def replicates_of(result: CellResult, results: Sequence[CellResult]) -> list[CellResult]:
    """The results that differ from one in nothing but topology and training seed, it included."""
    return [other for other in results if _apart_from_seeds(other) == _apart_from_seeds(result)]


def _apart_from_seeds(result: CellResult) -> dict[str, Any]:
    scenario = {k: v for k, v in result.cell.get("scenario", {}).items() if k != "seed"}
    return {**result.cell, "scenario": scenario, "seed": None}
