"""Whether two results of one cell are the same, and where not, whether they agree."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from edgemarl.core.system import DECISION_TIME, Objective
from edgemarl.experiments.reproduction.result import CellResult

REPEATED = 1e-5  # relative: one unit in the last digit that is kept
RULE_SLACK = 0.001  # of the bound; rules do not learn, but solvers stop within a tolerance
COUNT_SLACK = 0.05  # of the value, for a rule's other numbers: counts may flip at a threshold
LEARNER_SLACK = 0.02  # of the bound, where nothing is known of the spread
CONFIDENCE = 0.99  # that two draws of one experiment are found to agree
FEWEST = 3  # replicates that tell a spread


@dataclass(frozen=True)
class Tolerance:
    """By how much numbers may differ.

    Attributes:
        share: of the bound, or of a number itself.
        why: where the share comes from; "" for rules.
    """

    share: float
    why: str = ""


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
        "code": (recorded.code, again.code),
        "versions": (recorded.versions, again.versions),
        "processor": (recorded.processor, again.processor),
    }
    changed = [name for name, (before, now) in pairs.items() if before != now]
    return " and ".join(changed) or None


def beyond_tolerance(
    objective: Objective, recorded: CellResult, again: CellResult, alike: Sequence[CellResult]
) -> tuple[str | None, Tolerance]:
    """What differs by more than it may, and by how much of the bound the objective may differ.

    Rules and bounds may differ by 0.1 % of the bound, a rule's other numbers by 5 % of themselves.
    Learners as two draws of one experiment do (`learners_tolerance`). Where there is no bound,
    every number may differ by so much of itself.
    """
    before, now, rules = recorded.evaluation, again.evaluation, Tolerance(RULE_SLACK)
    if set(before) != set(now):
        return f"evaluation must have {sorted(now)}, got {sorted(before)}", rules
    bound = now.get(objective.bound)
    if bound is not None and not math.isclose(bound, before[objective.bound], rel_tol=RULE_SLACK):
        return f"the bound was {before[objective.bound]}, is {bound:g}", rules
    allowed = learners_tolerance(recorded, again, alike) if recorded.learns else rules
    for name in sorted(now.keys() - {DECISION_TIME}):
        share, limit = _share(before[name], now[name], now[name]), allowed.share
        if bound is not None and name == objective.name:
            share = _share(before[name], now[name], bound)
        elif bound is not None:
            limit = math.inf if recorded.learns or name == "gap" else COUNT_SLACK
        if not share <= limit:
            return f"{name} is {100 * share:.2g} % apart, allowed {100 * limit:.2g} %", allowed
    return None, allowed


def learners_tolerance(
    recorded: CellResult, again: CellResult, alike: Sequence[CellResult]
) -> Tolerance:
    """By how much of the bound two trainings of one cell may differ: t s sqrt(2).

    s is the standard deviation of the gaps of n replicates, t the 99 % quantile of Student's t with
    n - 1 degrees of freedom. The result that is checked is one of the n: once as recorded and once
    as found, and the smaller s counts, so that one that is off does not excuse itself. With fewer
    than three replicates 2 %.

    Args:
        recorded: the cell's result.
        again: that of the new run.
        alike: its replicates, itself included.
    """
    others = [other for other in alike if other.cell != recorded.cell]
    found = [
        [r.evaluation["gap"] for r in (*others, one) if "gap" in r.evaluation]
        for one in (recorded, again)
    ]
    count = min(map(len, found))
    if count < FEWEST:
        return Tolerance(LEARNER_SLACK, f"fewer than {FEWEST} replicates")
    spread = min(float(np.std(gaps, ddof=1)) for gaps in found)
    share = float(stats.t.ppf((1 + CONFIDENCE) / 2, count - 1)) * spread * math.sqrt(2)
    return Tolerance(share, f"by the spread of {count} replicates")


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
